"""Jobs as `tasksummaryobject`s."""

from datetime import datetime

from contract.jobs import TASK_TYPE, Job, JobKind, JobStatus
from contract.services.tracking import TASK, Tracked

_SERVICE = "statesheet"
_NOBODY = "system_user"
_DONE = (JobStatus.COMPLETED, JobStatus.COMPLETED_EMPTY)

STATUS: dict[JobStatus, str] = {
    JobStatus.QUEUED: "Queued",
    JobStatus.RUNNING: "Processing",
    JobStatus.COMPLETED: "Completed",
    JobStatus.COMPLETED_EMPTY: "Completed with no records",
    JobStatus.FAILED: "Errored",
    JobStatus.CANCELLED: "Cancelled",
}
"""The words of the platform. `Completed With Errors` is for an import that was done in part: all else is whole or failed."""
IN_PART = "Completed With Errors"

_NEVER = dict.fromkeys(
    (
        "totalTransformError",
        "totalExtractError",
        "totalExtractIgnore",
        "totalLoadIgnore",
        "totalTransformIgnore",
        "totalRDPErrors",
    ),
    0,
)
"""Counts that clients read and that no job here ever has."""


def file_id(job: Job) -> str | None:
    """What a job's file is asked for by: the job's id with the file's extension."""
    return None if job.file is None else f"{job.id}.{extension(job.file.name)}"


def extension(name: str) -> str:
    """What a file's name ends with."""
    return name.rpartition(".")[2].lower()


def task_of(job: Job) -> Tracked:
    """A job as a `tasksummaryobject`."""
    return Tracked(str(job.id), TASK, properties_of(job), _attributes(job))


def documented_time(moment: datetime) -> str:
    """A time as the documented objects write it: `2026-01-31T23:59:59.000+0000`."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}{moment:%z}"


def properties_of(job: Job) -> dict[str, str]:
    """Who made a job, and when: these are the properties of its task, and of the task's records."""
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
    who, task_type, is_import = job.submitted_by or _NOBODY, TASK_TYPE[job.kind], job.kind is JobKind.IMPORT
    said: dict[str, object] = {
        "profileName": f"statesheet_{job.kind}_{job.format or 'excel'}",
        "status": status_word(job),
        "profileType": task_type,
        "userId": who,
        "totalRecords": job.matched if is_import or job.total is None else job.total,
        "errorMessage": _error_message(job),
        "taskId": job.id,
        "hasChildTasks": False,
        "isExtractComplete": bool(job.counts) if is_import else job.as_of is not None,
        "taskType": task_type,
        "connectIntegrationType": task_type,
        "integrationType": "System" if job.source.value == "schedule" else "User",
        "fileName": job.file.name if job.file and not is_import else job.file_name,
        "fileId": file_id(job),
        "fileType": _file_type(job),
        "fileExtension": extension(job.file.name) if job.file else None,
        "submittedBy": who,
        "taskAttemptCount": job.attempts,
        **_NEVER,
        **_written(job),
        "totalRecordsSuccess": job.total if job.file and job.status in _DONE else 0,
        "totalRecordsProcessed": job.counts.get("rows", job.records_done),
    }
    return {name: content for name, content in said.items() if content is not None}


def status_word(job: Job) -> str:
    """The platform's word for how a job is."""
    return IN_PART if job.status is JobStatus.COMPLETED and job.counts.get("refused") else STATUS[job.status]


def _file_type(job: Job) -> str:
    """What kind of file it is about: of an import the one that was sent, though its `fileId` is that of the report."""
    if job.kind is JobKind.EXPORT:
        return (job.format or "excel").upper()
    sent = extension(job.file_name or "")
    return "EXCEL" if sent in ("xlsx", "xlsm") else sent.upper()


def _written(job: Job) -> dict[str, int]:
    """What an import wrote; an export, and an import that only looked or failed, wrote nothing."""
    counts = job.counts if job.counts.get("applied") else {}
    return {
        "totalLoadError": job.counts.get("refused", 0),
        "totalRecordsCreate": counts.get("created", 0),
        "totalRecordsUpdate": counts.get("updated", 0) + counts.get("stored", 0),
        "totalRecordsDelete": counts.get("deleted", 0),
        "totalRecordsNoChange": counts.get("unchanged", 0),
    }


def _error_message(job: Job) -> str | None:
    if job.error_message is not None:
        return f"{job.error_code}: {job.error_message}"
    return "No file available to process" if job.status is JobStatus.COMPLETED_EMPTY and job.file is None else None
