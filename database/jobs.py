"""The record of what a user is told about each job, and the door to reading it. Only this module and
`database.job_admission`, by which jobs come in, write `export_job`.

Every write is one small transaction with its condition in SQL, so that two processes never disagree: a job that has ended
changes no more, but for its file's expiry, its notification and what is to be said about those. Times are set here.

`start` numbers the attempts of a job. A process that runs one gives its number with all that it says: should it live on after
it was thought dead, and another attempt have begun, it is told AttemptReplaced and changes nothing.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, case, func, null, or_, select, update

from contract.errors import AttemptReplaced, ExportCancelled, JobEnded, StatesheetError, UnknownJob
from contract.jobs import Job, JobFile, Step
from contract.warnings import JobWarning
from database.engine import unavailable
from database.job_admission import IDEMPOTENCY_WINDOW, adopt, attach_run, create, made_before, refuse
from database.job_queries import (
    UNTOLD,
    count_by_status,
    expired,
    exports_before,
    finished_like,
    get,
    is_untold,
    live,
    of_run,
    of_tenant,
    oldest_waiting,
    page,
    refused_keys,
    result_keys,
    unattached,
    unfinished_ids,
    unnotified,
)
from database.job_queue import Turn, in_turn, queue_position, queue_positions
from database.job_rows import file_values, no_file_values, now_ms, read_job, read_warnings, to_milliseconds, warnings_text
from database.tables import export_job

__all__ = [
    "IDEMPOTENCY_WINDOW",
    "JobFacts",
    "Turn",
    "adopt",
    "attach_run",
    "cancelled",
    "complete",
    "count_by_status",
    "create",
    "describe",
    "expired",
    "exports_before",
    "fail",
    "finished_like",
    "forget_file",
    "get",
    "in_turn",
    "is_untold",
    "live",
    "made_before",
    "mark_notified",
    "of_run",
    "of_tenant",
    "oldest_waiting",
    "page",
    "progress",
    "queue_position",
    "queue_positions",
    "refuse",
    "refused_keys",
    "request_cancel",
    "result_keys",
    "start",
    "unattached",
    "unfinished_ids",
    "unnotified",
    "warn",
]

_ROW = export_job.c


class JobFacts(TypedDict, total=False):
    """What `describe` may say about a job that has not ended. `warnings` are added to those that are there.

    `file` is what is left of a job that fails all the same: the report of an import that was refused.
    """

    file_name: str | None
    format: str | None
    as_of: datetime | None
    seen: str | None
    matched: int | None
    total: int | None
    counts: dict[str, int]
    file: JobFile
    warnings: tuple[JobWarning, ...]


def start(engine: Engine, run_id: str) -> Job:
    """A new attempt of the job begins; its number is `attempts` of the answer.

    Raises UnknownJob, JobEnded, and ExportCancelled where a user asked for that.
    """
    began = func.coalesce(_ROW.started_ms, now_ms())
    return _go_on(engine, run_id, started_ms=began, attempts=_ROW.attempts + 1, step=None, records_done=0)


def progress(engine: Engine, run_id: str, step: Step, records_done: int, *, attempt: int | None = None) -> None:
    """Says how far the job is.

    Raises UnknownJob, JobEnded, AttemptReplaced, and ExportCancelled where a user asked for that.
    """
    _go_on(engine, run_id, attempt, step=step.value, records_done=records_done)


def describe(engine: Engine, run_id: str, *, attempt: int | None = None, **facts: Unpack[JobFacts]) -> None:
    """Says what is known of the job by now. Raises UnknownJob, JobEnded and AttemptReplaced."""
    values: dict[str, Any] = dict(facts)
    added = values.pop("warnings", ())
    if "as_of" in values:
        as_of = values.pop("as_of")
        values["as_of_ms"] = None if as_of is None else to_milliseconds(as_of)
    if "counts" in values:
        values["counts"] = json.dumps(values["counts"])
    if "file" in values:
        values |= file_values(values.pop("file"))
    with unavailable(), engine.begin() as connection:
        if added:
            values["warnings"] = _with_warnings(connection, run_id, added)
        if values and not _changed(connection, run_id, attempt, **values):
            raise _reason(connection, run_id)


def complete(
    engine: Engine,
    run_id: str,
    file: JobFile | None,
    *,
    total: int | None = None,
    warnings: Iterable[JobWarning] = (),
    attempt: int | None = None,
) -> bool:
    """Ends the job with its verified file (None: nothing matched and none was wanted). False: it had ended before.

    Raises AttemptReplaced.
    """
    with unavailable(), engine.begin() as connection:
        values: dict[str, Any] = {**file_values(file), "warnings": _with_warnings(connection, run_id, warnings)}
        if total is not None:
            values |= {"total": total, "records_done": total}
        return _changed(connection, run_id, attempt, finished_ms=now_ms(), **values)


def fail(engine: Engine, run_id: str, error: StatesheetError, *, attempt: int | None = None) -> bool:
    """Ends the job with its cause. False: it had ended before. Raises AttemptReplaced.

    A job that a user asked to cancel ends as cancelled, whatever it was that stopped it, and then without the report of a
    failure.
    """
    if isinstance(error, ExportCancelled):
        return cancelled(engine, run_id, attempt=attempt)
    wanted = _ROW.cancel_requested_ms.is_not(None)
    said = {"error_code": error.code, "error_message": str(error)}
    values: dict[str, Any] = {name: case((wanted, null()), else_=value) for name, value in said.items()}
    without = or_(wanted, _ROW.result_name.is_(None))
    values |= {name: case((without, value), else_=_ROW[name]) for name, value in no_file_values().items()}
    with unavailable(), engine.begin() as connection:
        return _changed(connection, run_id, attempt, finished_ms=now_ms(), **values)


def request_cancel(engine: Engine, run_id: str) -> Job:
    """Notes that a user wants no result. A job that waits ends at once; one that runs stops at its next `progress`.

    Raises UnknownJob and JobEnded.
    """
    now = now_ms()
    waiting = case((_ROW.started_ms.is_(None), now), else_=null())
    asked = func.coalesce(_ROW.cancel_requested_ms, now)
    with unavailable(), engine.begin() as connection:
        if not _changed(connection, run_id, None, cancel_requested_ms=asked, finished_ms=waiting):
            raise _reason(connection, run_id)
        return read_job(_row(connection, run_id))


def cancelled(engine: Engine, run_id: str, *, attempt: int | None = None) -> bool:
    """Ends the job as cancelled. False: it had ended before. Raises AttemptReplaced."""
    now = now_ms()
    with unavailable(), engine.begin() as connection:
        asked = func.coalesce(_ROW.cancel_requested_ms, now)
        return _changed(connection, run_id, attempt, finished_ms=now, cancel_requested_ms=asked, **no_file_values())


def mark_notified(engine: Engine, run_id: str) -> bool:
    """Notes that the job's end was told; True for the first who notes it."""
    with unavailable(), engine.begin() as connection:
        return connection.execute(update(export_job).where(_ROW.id == run_id, *UNTOLD).values(notified=True)).rowcount == 1


def warn(engine: Engine, run_id: str, warnings: Iterable[JobWarning]) -> None:
    """Adds warnings to a job, also to one that has ended: a notification that failed is known only then."""
    with unavailable(), engine.begin() as connection:
        text = _with_warnings(connection, run_id, warnings)
        connection.execute(update(export_job).where(_ROW.id == run_id).values(warnings=text))


def forget_file(engine: Engine, run_id: str) -> None:
    """Notes that the result, or what attempts left of one, was removed; its name, size and checksum stay."""
    with unavailable(), engine.begin() as connection:
        mine = (_ROW.id == run_id, _ROW.file_key.is_not(None))
        connection.execute(update(export_job).where(*mine).values(file_key=""))


def _changed(connection: Connection, run_id: str, attempt: int | None, **values: Any) -> bool:
    """Changes a job that has not ended; False where there is none. Raises AttemptReplaced."""
    changed = connection.execute(update(export_job).where(*_open_job(run_id, attempt)).values(**values)).rowcount == 1
    if not changed and attempt is not None:
        _check_attempt(read_job(_row(connection, run_id)), attempt)
    return changed


def _open_job(run_id: str, attempt: int | None) -> tuple[ColumnElement[bool], ...]:
    """Tells the row of a job that has not ended and, where that matters, is at this attempt."""
    open_job = (_ROW.id == run_id, _ROW.finished_ms.is_(None))
    return open_job if attempt is None else (*open_job, _ROW.attempts == attempt)


def _check_attempt(job: Job, attempt: int) -> None:
    if job.finished is None and job.attempts != attempt:
        raise AttemptReplaced(attempt=attempt)


def _go_on(engine: Engine, run_id: str, attempt: int | None = None, **values: Any) -> Job:
    going = (*_open_job(run_id, attempt), _ROW.cancel_requested_ms.is_(None))
    with unavailable(), engine.begin() as connection:
        changed = connection.execute(update(export_job).where(*going).values(**values).returning(export_job))
        row = changed.mappings().one_or_none()
        if row is None:
            if attempt is not None:
                _check_attempt(read_job(_row(connection, run_id)), attempt)
            raise _reason(connection, run_id)
        return read_job(row)


def _reason(connection: Connection, run_id: str) -> StatesheetError:
    """Why a job does not go on."""
    job = read_job(_row(connection, run_id))
    return ExportCancelled() if job.finished is None else JobEnded(job_status=job.status.value)


def _row(connection: Connection, run_id: str) -> RowMapping:
    row = connection.execute(select(export_job).where(_ROW.id == run_id)).mappings().one_or_none()
    if row is None:
        raise UnknownJob(job=run_id)
    return row


def _with_warnings(connection: Connection, run_id: str, added: Iterable[JobWarning]) -> str:
    """The warnings of a job and those that come to it; the row is locked for as long as the transaction."""
    query = select(_ROW.warnings).where(_ROW.id == run_id).with_for_update()
    text = connection.execute(query).scalar_one_or_none()
    if text is None:
        raise UnknownJob(job=run_id)
    return warnings_text((*read_warnings(text), *added))
