"""The service that shows jobs as tasks, and the records of a task."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api import importing
from api.resources import Resources, Shared
from api.services.door import Tenant, body_like, described, new_id, served
from contract.errors import BadOperand, InvalidRequest
from contract.export_request import ExportRequest
from contract.services import answers
from contract.services.task_records import MOST_TASKS, check_has_records, records_of
from contract.services.tasks import task_of
from contract.services.tracking import (
    RECORD,
    TASK,
    TASK_ID,
    TASK_ID_PATH,
    Tracked,
    names_a_task,
    page_of,
    read_tracking,
    warned_of_places,
)
from database import jobs
from tasks.documents import choose

router = APIRouter(tags=["Jobs"])

_TASKS = {
    "params": {
        "query": {
            "filters": {"typesCriterion": [TASK], "attributesCriterion": [{"status": {"contains": "completed"}}]},
        },
        "sort": {"properties": [{"createdDate": "_DESC", "sortType": "_DATETIME"}]},
        "options": {"maxRecords": 200},
    }
}


@router.post(
    "/{tenant}/api/requesttrackingservice/get",
    summary="Show jobs as tasks",
    responses=described("A page of the tasks that match; `totalRecords` counts all of them."),
    openapi_extra=body_like(_TASKS),
)
async def get_tasks(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Takes an id, or filters, order, paging and choice of fields over everything that a task says of itself.

    With the type `requestobject` and a `taskId`: what became of each part of the file that this task took in.
    """

    def find(body: object) -> dict[str, Any]:
        asked = read_tracking(body, ceiling=shared.settings.max_answer_records, now=datetime.now(UTC))
        if RECORD in asked.types:
            things = list(_records(shared, tenant, asked))
        else:
            things = list(map(task_of, jobs.of_tenant(shared.jobs, tenant, asked.ids)))
        asked = warned_of_places(asked, things)
        page, total = page_of(asked, things)
        objects = [choose(thing.shown(), asked) for thing in page]
        found = answers.found("requestObjects", objects, total, request_id=new_id(), max_records=asked.max_records)
        return answers.with_warnings(found, asked.warnings)

    return await served(request, shared, tenant, find)


def _records(shared: Resources, tenant: str, asked: ExportRequest) -> Iterator[Tracked]:
    """The records of the tasks that are asked for.

    Raises InvalidRequest, NotServed, FileExpired, FileMissing and StoreUnavailable.
    """
    is_named = names_a_task(asked)
    meant = [job for job in jobs.of_tenant(shared.jobs, tenant) if is_named(str(job.id))]
    if len(meant) > MOST_TASKS:
        expected = f"one that means at most {MOST_TASKS} tasks; this one means {len(meant)}"
        raise InvalidRequest([BadOperand(path=TASK_ID_PATH, value=TASK_ID, expected=expected)])
    for job in meant:
        check_has_records(job)
        if job.file is not None:
            yield from records_of(job, importing.report_of(shared, job))
