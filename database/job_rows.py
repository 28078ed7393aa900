"""Between a job's row and its facts: the same facts in both directions, and the status as a database can say it."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, literal, or_

from contract.jobs import Job, JobFile, JobKind, JobSource, JobStatus, Step
from contract.warnings import JobWarning
from database.tables import export_job

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970 UTC; what is finer is cut."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(milliseconds: int) -> datetime:
    """The UTC time that `to_milliseconds` was given, to the millisecond."""
    return _EPOCH + milliseconds * _MILLISECOND


def now_ms() -> int:
    """This moment, as the table keeps times."""
    return to_milliseconds(datetime.now(UTC))


def warnings_text(warnings: tuple[JobWarning, ...]) -> str:
    """`warnings` as the table keeps them: without repeats, in order."""
    return json.dumps([[warning.code, warning.message] for warning in dict.fromkeys(warnings)])


def read_warnings(text: str) -> tuple[JobWarning, ...]:
    """What `warnings_text` wrote."""
    return tuple(JobWarning(code, message) for code, message in json.loads(text))


def file_values(file: JobFile | None) -> dict[str, object]:
    """The columns of a result; all null where a job has none."""
    return {
        "file_key": file and file.key,
        "result_name": file and file.name,
        "file_bytes": file and file.bytes,
        "file_sha256": file and file.sha256,
        "file_expires_ms": to_milliseconds(file.expires) if file else None,
    }


LEFT_BEHIND = "?"
"""The `file_key` of a job that ended without a file: what its attempts may have put in the result store is to be removed.

It is no key. A published file and its job's row are not written together, so the row alone cannot say whether there is one.
"""


def no_file_values() -> dict[str, object]:
    """The columns of the result of a job that ends without one."""
    begun = export_job.c.attempts > 0
    return file_values(None) | {"file_key": case((begun, LEFT_BEHIND)), "file_expires_ms": case((begun, now_ms()))}


def job_values(job: Job) -> dict[str, object]:
    """The columns of a whole job, for a new row; one that was just asked for has no step and no warnings to speak of."""
    return {
        "request_key": job.request_key,
        "id": job.id,
        "tenant": job.tenant,
        "source": job.source.value,
        "kind": job.kind.value,
        # ASCII escapes carry every text that JSON can hold, U+0000 and half surrogate pairs included.
        "request": json.dumps(job.request, separators=(",", ":")),
        "file_name": job.file_name,
        "format": job.format,
        "submitted_by": job.submitted_by,
        "created_ms": to_milliseconds(job.created),
        "started_ms": _optional_ms(job.started),
        "finished_ms": _optional_ms(job.finished),
        "cancel_requested_ms": _optional_ms(job.cancel_requested),
        "as_of_ms": _optional_ms(job.as_of),
        "seen": job.seen,
        "matched": job.matched,
        "total": job.total,
        "step": job.step and job.step.value,
        "records_done": job.records_done,
        "counts": json.dumps(job.counts),
        "attempts": job.attempts,
        **file_values(job.file),
        "warnings": warnings_text(job.warnings),
        "error_code": job.error_code,
        "error_message": job.error_message,
        "notified": False,
    }


def read_job(row: RowMapping) -> Job:
    """The facts in a row of `export_job`; `request` is empty where the row was read without it."""
    return Job(
        request_key=row["request_key"],
        tenant=row["tenant"],
        source=JobSource(row["source"]),
        created=from_milliseconds(row["created_ms"]),
        kind=JobKind(row["kind"]),
        id=row["id"],
        request=json.loads(row.get("request", "{}")),
        file_name=row["file_name"],
        format=row["format"],
        submitted_by=row["submitted_by"],
        started=_optional_time(row["started_ms"]),
        finished=_optional_time(row["finished_ms"]),
        cancel_requested=_optional_time(row["cancel_requested_ms"]),
        as_of=_optional_time(row["as_of_ms"]),
        seen=row["seen"],
        matched=row["matched"],
        total=row["total"],
        step=Step(row["step"]) if row["step"] else None,
        records_done=row["records_done"],
        counts=json.loads(row["counts"]),
        attempts=row["attempts"],
        file=_read_file(row),
        warnings=read_warnings(row["warnings"]),
        error_code=row["error_code"],
        error_message=row["error_message"],
    )


def _read_file(row: RowMapping) -> JobFile | None:
    if row["result_name"] is None:
        return None
    return JobFile(
        key=row["file_key"],
        name=row["result_name"],
        bytes=row["file_bytes"],
        sha256=row["file_sha256"],
        expires=from_milliseconds(row["file_expires_ms"]),
    )


def _optional_ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)


def _optional_time(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_milliseconds(milliseconds)


def status_column() -> ColumnElement[str]:
    """`contract.jobs.status_of` in SQL, for choosing and counting rows; a property test holds the two equal."""
    job = export_job.c
    has_rows = func.coalesce(job.total, 0) != 0
    return case(
        (and_(job.finished_ms.is_(None), job.started_ms.is_(None)), literal(JobStatus.QUEUED.value)),
        (job.finished_ms.is_(None), literal(JobStatus.RUNNING.value)),
        (job.error_code.is_not(None), literal(JobStatus.FAILED.value)),
        (and_(job.result_name.is_not(None), has_rows), literal(JobStatus.COMPLETED.value)),
        (or_(job.result_name.is_not(None), job.cancel_requested_ms.is_(None)), literal(JobStatus.COMPLETED_EMPTY.value)),
        else_=literal(JobStatus.CANCELLED.value),
    )
