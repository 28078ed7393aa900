"""The service that shows jobs as tasks."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api.resources import Shared
from api.services.door import Tenant, body_like, described, new_id, served
from contract.services import answers
from contract.services.tasks import TYPE, find_tasks, read_task_query, task_object
from database import jobs

router = APIRouter(tags=["Jobs"])

_TASKS = {
    "params": {
        "query": {
            "filters": {"typesCriterion": [TYPE], "attributesCriterion": [{"status": {"contains": "completed"}}]},
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
    """Takes an id, or filters, order and paging over everything that a task says of itself."""

    def find(body: object) -> dict[str, Any]:
        asked = read_task_query(body, ceiling=shared.settings.max_answer_records, now=datetime.now(UTC))
        page, total = find_tasks(asked, jobs.of_tenant(shared.jobs, tenant, asked.ids))
        objects = [task_object(job) for job in page]
        return answers.found("requestObjects", objects, total, request_id=new_id(), max_records=asked.max_records)

    return await served(request, shared, tenant, find)
