"""`requesttrackingservice/get`: jobs as `tasksummaryobject`s, looked for by the grammar of every other request."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from contract.errors import NotServed
from contract.evaluation import found_among
from contract.export_request import ExportRequest
from contract.filters import fold
from contract.jobs import Job, JobStatus
from contract.objects import DEFAULT_CONTEXT, NamedValues, StateObject, Value, as_text
from contract.services.answers import value
from contract.services.reading import read_query

TYPE = "tasksummaryobject"
_SERVICE = "statesheet"
_NOBODY = "system_user"

STATUS: dict[JobStatus, str] = {
    JobStatus.QUEUED: "Queued",
    JobStatus.RUNNING: "Processing",
    JobStatus.COMPLETED: "Completed",
    JobStatus.COMPLETED_EMPTY: "Completed with no records",
    JobStatus.FAILED: "Errored",
    JobStatus.CANCELLED: "Cancelled",
}
"""The words of the platform. `Completed With Errors` is for what was done in part: exports are whole or failed."""

_NEVER = dict.fromkeys(
    (
        "totalTransformError",
        "totalExtractError",
        "totalLoadError",
        "totalExtractIgnore",
        "totalLoadIgnore",
        "totalTransformIgnore",
        "totalRDPErrors",
        "totalRecordsCreate",
        "totalRecordsUpdate",
        "totalRecordsDelete",
        "totalRecordsNoChange",
    ),
    0,
)
"""Counts that clients read and that an export, which writes nothing, never has."""


def read_task_query(body: object, *, ceiling: int, now: datetime) -> ExportRequest:
    """The tasks that `body` asks for. Raises InvalidRequest, and NotServed for what is no task, such as a task's records."""
    request = read_query(body, ceiling=ceiling, now=now)
    others = [name for name in request.types if name != TYPE]
    if others:
        raise NotServed(
            path="params.query.filters.typesCriterion",
            what=f"Tracking of {others[0]!r}",
            reason=f"only jobs are tracked, as {TYPE}; their records are in their files",
        )
    return request


def find_tasks(request: ExportRequest, jobs: Iterable[Job]) -> tuple[list[Job], int]:
    """The jobs on the page that `request` asks for, in its order, and how many there are on all pages."""
    by_id = {str(job.id): job for job in jobs}
    found = found_among(request, (_as_object(job) for job in by_id.values()))
    page = found[request.offset :]
    page = page if request.max_records is None else page[: request.max_records]
    return [by_id[item.id] for item in page], len(found)


def file_id(job: Job) -> str | None:
    """What a job's file is asked for by: the job's id with the file's extension."""
    return None if job.file is None else f"{job.id}.{extension(job.file.name)}"


def extension(name: str) -> str:
    """What a file's name ends with."""
    return name.rpartition(".")[2].lower()


def task_object(job: Job) -> dict[str, Any]:
    """A job as a `tasksummaryobject`."""
    return {
        "id": job.id,
        "type": TYPE,
        "properties": _properties(job),
        "data": {"attributes": {name: value(content) for name, content in _attributes(job).items()}},
    }


def documented_time(moment: datetime) -> str:
    """A time as the documented objects write it: `2026-01-31T23:59:59.000+0000`."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}{moment:%z}"


def _properties(job: Job) -> dict[str, str]:
    who = job.submitted_by or _NOBODY
    return {
        "createdService": _SERVICE,
        "createdBy": who,
        "createdDate": documented_time(job.created),
        "modifiedService": _SERVICE,
        "modifiedBy": who,
        "modifiedDate": documented_time(job.finished or job.started or job.created),
    }


def _attributes(job: Job) -> dict[str, object]:
    """Everything that is said of a job, in the order of the documented answer; what there is nothing to say of is not there."""
    who, done = job.submitted_by or _NOBODY, job.records_done
    said: dict[str, object] = {
        "profileName": f"statesheet_export_{job.format or 'excel'}",
        "status": STATUS[job.status],
        "profileType": "ENTITY_EXPORT",
        "userId": who,
        "totalRecords": job.matched if job.total is None else job.total,
        "errorMessage": _error_message(job),
        "taskId": job.id,
        "hasChildTasks": False,
        "isExtractComplete": job.as_of is not None,
        "taskType": "ENTITY_EXPORT",
        "connectIntegrationType": "ENTITY_EXPORT",
        "integrationType": "System" if job.source.value == "schedule" else "User",
        "fileName": job.file.name if job.file else job.file_name,
        "fileId": file_id(job),
        "fileType": (job.format or "excel").upper(),
        "fileExtension": extension(job.file.name) if job.file else None,
        "submittedBy": who,
        "taskAttemptCount": job.attempts,
        **_NEVER,
        "totalRecordsSuccess": job.total if job.file else 0,
        "totalRecordsProcessed": done,
    }
    return {name: content for name, content in said.items() if content is not None}


def _error_message(job: Job) -> str | None:
    if job.error_message is not None:
        return f"{job.error_code}: {job.error_message}"
    return "No file available to process" if job.status is JobStatus.COMPLETED_EMPTY and job.file is None else None


def _as_object(job: Job) -> StateObject:
    """A job as what filters look at: the texts of `task_object`, without the way through JSON."""
    return StateObject(
        id=str(job.id),
        type=TYPE,
        name=None,
        properties=_named(_properties(job), in_context=False),
        attributes=_named(_attributes(job), in_context=True),
        document="",
    )


def _named(said: Mapping[str, object], *, in_context: bool) -> dict[str, NamedValues]:
    context = (DEFAULT_CONTEXT.locale, DEFAULT_CONTEXT.source) if in_context else (None, None)
    return {fold(name): NamedValues(name, (Value(as_text(content), *context),)) for name, content in said.items()}
