"""The plain answers of this project's own interface. Their shape is pinned: scripts rely on it."""

from datetime import UTC, datetime
from typing import Any

from contract.jobs import Job


def job_answer(job: Job, *, queue_position: int | None, url: str | None) -> dict[str, Any]:
    """What `GET /{tenant}/jobs/{id}` says of a job; every key is always there, null where there is nothing to say.

    `url` downloads the file, None where it is gone.
    """
    return {
        "workAutomationId": job.id,
        "tenant": job.tenant,
        "status": job.status.value,
        "source": job.source.value,
        "fileName": job.file_name,
        "format": job.format,
        "asOf": timestamp(job.as_of),
        "matchedRecords": job.matched,
        "totalRecords": job.total,
        "progress": {
            "step": job.step and job.step.value,
            "recordsDone": job.records_done,
            "queuePosition": queue_position,
        },
        "submittedBy": job.submitted_by,
        "createdDate": timestamp(job.created),
        "startedDate": timestamp(job.started),
        "finishedDate": timestamp(job.finished),
        "file": _file(job, url),
        "warnings": [{"code": warning.code, "message": warning.message} for warning in job.warnings],
        "error": None if job.error_code is None else {"code": job.error_code, "message": job.error_message},
    }


def _file(job: Job, url: str | None) -> dict[str, Any] | None:
    if job.file is None:
        return None
    return {
        "name": job.file.name,
        "bytes": job.file.bytes,
        "sha256": job.file.sha256,
        "expiresDate": timestamp(job.file.expires),
        "url": url,
    }


def timestamp(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds and `Z`, as in `2026-01-31T23:59:59.000Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
