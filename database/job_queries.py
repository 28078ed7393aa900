"""Reading the job rows: one job, a tenant's list, the queue, and what the reconciler looks for."""

import base64
import binascii
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, or_, select, tuple_

from contract.errors import BadOperand, UnknownJob
from contract.jobs import Job, JobSource, JobStatus, schedule_of
from database.dialects import DIALECTS
from database.engine import reading, unavailable
from database.job_rows import from_milliseconds, read_job, status_column, to_milliseconds
from database.storable import is_storable
from database.tables import export_job

_ROW = export_job.c
_WITHOUT_REQUEST = [column for column in _ROW if column.name != "request"]
_SEARCHED = (_ROW.file_name, _ROW.result_name, _ROW.submitted_by, _ROW.id)
_WAITING = (_ROW.finished_ms.is_(None), _ROW.started_ms.is_(None))
UNTOLD = (_ROW.finished_ms.is_not(None), _ROW.notified.is_(False))
"""Tells the rows of jobs that have ended without anybody being told yet."""
_OLDEST_FIRST = (_ROW.created_ms, _ROW.request_key)
_NEWEST_FIRST = tuple(column.desc() for column in _OLDEST_FIRST)


def get(engine: Engine, tenant: str, run_id: str) -> Job:
    """The job of a tenant; raises UnknownJob, also for another tenant's."""
    return _one(engine, select(export_job).where(_ROW.id == run_id, _ROW.tenant == tenant), run_id)


def of_run(engine: Engine, run_id: str) -> Job:
    """The job of a flow run, whichever tenant's it is; raises UnknownJob."""
    return _one(engine, select(export_job).where(_ROW.id == run_id), run_id)


def page(
    engine: Engine, tenant: str, status: JobStatus | None, limit: int, cursor: str | None, *, search: str = ""
) -> tuple[list[Job], str | None]:
    """At most `limit` jobs of a tenant, the newest first, and the cursor of the page after it (None: no more).

    `search`: only jobs whose file's name, id or user has this text as a part, without case (ASCII letters).
    The jobs come without their `request`. A job that Prefect has no run for yet is not among them.
    Raises BadOperand for a cursor that no page gave.
    """
    query = _with_runs(tenant)
    if status is not None:
        query = query.where(status_column() == status.value)
    if search:
        query = query.where(or_(*(column.icontains(_storable(search), autoescape=True) for column in _SEARCHED)))
    if cursor is not None:
        query = query.where(tuple_(_ROW.created_ms, _ROW.request_key) < tuple_(*_read_cursor(cursor)))
    jobs = _many(engine, query.order_by(*_NEWEST_FIRST).limit(limit + 1))
    return jobs[:limit], _cursor(jobs[limit - 1]) if len(jobs) > limit else None


def live(engine: Engine, tenant: str, since: datetime, *, limit: int) -> list[Job]:
    """The jobs of a tenant that have not ended, and those that ended at `since` or later; without their `request`.

    At most `limit`: those that run come first, then the newest.
    """
    of_late = or_(_ROW.finished_ms.is_(None), _ROW.finished_ms >= to_milliseconds(since))
    query = _with_runs(tenant).where(of_late)
    runs = and_(_ROW.started_ms.is_not(None), _ROW.finished_ms.is_(None))
    return _many(engine, query.order_by(runs.desc(), *_NEWEST_FIRST).limit(limit))


def finished_like(engine: Engine, tenant: str, format: str, *, limit: int) -> list[Job]:
    """The newest completed jobs of a tenant with a file of one format, at most `limit`; without their `request`."""
    query = select(*_WITHOUT_REQUEST).where(
        _ROW.tenant == tenant, _ROW.format == format, _ROW.result_name.is_not(None), _ROW.error_code.is_(None)
    )
    return _many(engine, query.order_by(*_NEWEST_FIRST).limit(limit))


def exports_before(engine: Engine, job: Job, *, limit: int) -> list[Job]:
    """The completed exports of whoever asked for `job`, the newest first, at most `limit`.

    Each schedule is one who asks: its runs look at its own alone, and no other job looks at them. The command line exports
    for whoever has the home: it looks at all.
    """
    completed = status_column().in_([JobStatus.COMPLETED.value, JobStatus.COMPLETED_EMPTY.value])
    query = select(export_job).where(_ROW.tenant == job.tenant, completed, _ROW.as_of_ms.is_not(None))
    if job.source is JobSource.SCHEDULE:
        query = query.where(_ROW.source == JobSource.SCHEDULE.value)
        if own := schedule_of(job.request_key):
            query = query.where(_ROW.request_key.startswith(own, autoescape=True))
    elif job.source is not JobSource.CLI:
        same_user = _ROW.submitted_by.is_not_distinct_from(job.submitted_by)
        query = query.where(same_user, _ROW.source != JobSource.SCHEDULE.value)
    return _many(engine, query.order_by(_ROW.as_of_ms.desc(), _ROW.request_key.desc()).limit(limit))


def of_tenant(engine: Engine, tenant: str, ids: Collection[str] = ()) -> list[Job]:
    """The jobs of a tenant that have a run, those with `ids` (none: all), the newest first and without their `request`."""
    query = _with_runs(tenant)
    if ids:
        query = query.where(DIALECTS[engine.name].one_of(_ROW.id, [name for name in ids if is_storable(name)]))
    return _many(engine, query.order_by(*_NEWEST_FIRST))


def unattached(engine: Engine, before: datetime) -> list[Job]:
    """Jobs that were accepted before a moment and have no run yet: whoever asked Prefect did not live to store the answer."""
    return _many(engine, _in_order(_ROW.id.is_(None), _ROW.finished_ms.is_(None), _ROW.created_ms < to_milliseconds(before)))


def refused_keys(engine: Engine, since: datetime) -> list[str]:
    """The request keys of jobs that were refused at a moment or later (see `database.jobs.refuse`), or cancelled before they
    began and perhaps before Prefect had their run, the oldest first."""
    early = and_(_ROW.id == _ROW.request_key, _ROW.started_ms.is_(None))
    refused = (or_(_ROW.id.is_(None), early), _ROW.finished_ms >= to_milliseconds(since))
    query = select(_ROW.request_key).where(*refused).order_by(_ROW.finished_ms, _ROW.request_key)
    with unavailable(), reading(engine) as connection:
        return list(connection.scalars(query))


def unfinished_ids(engine: Engine) -> list[str]:
    """The runs of jobs that have not ended, the oldest first."""
    query = select(_ROW.id).where(_ROW.id.is_not(None), _ROW.finished_ms.is_(None)).order_by(*_OLDEST_FIRST)
    with unavailable(), reading(engine) as connection:
        return list(connection.scalars(query))


def unnotified(engine: Engine) -> list[Job]:
    """Jobs that ended without anybody being told yet, the oldest first; without their `request`."""
    return _many(engine, select(*_WITHOUT_REQUEST).where(_ROW.id.is_not(None), *UNTOLD).order_by(*_OLDEST_FIRST))


def is_untold(engine: Engine, run_id: str) -> bool:
    """Whether a job has ended and nobody was told yet."""
    with unavailable(), reading(engine) as connection:
        return connection.execute(select(_ROW.id).where(_ROW.id == run_id, *UNTOLD)).first() is not None


def expired(engine: Engine, now: datetime) -> list[Job]:
    """Jobs whose result is past its time and not yet removed, and those that ended without one and may have left files."""
    return _many(engine, _in_order(_ROW.file_key != "", _ROW.file_expires_ms <= to_milliseconds(now)))


def result_keys(engine: Engine) -> set[str]:
    """Where the results of all jobs lie in the store, those that were removed not among them."""
    with unavailable(), reading(engine) as connection:
        return set(connection.scalars(select(_ROW.file_key).where(_ROW.file_key != "")))


def count_by_status(engine: Engine) -> dict[JobStatus, int]:
    """How many jobs of all tenants are in each status; every status is there."""
    status = status_column().label("status")
    query = select(status, func.count()).where(_ROW.id.is_not(None)).group_by(status)
    with unavailable(), reading(engine) as connection:
        counted = {JobStatus(name): count for name, count in connection.execute(query)}
    return {status: counted.get(status, 0) for status in JobStatus}


def oldest_waiting(engine: Engine) -> datetime | None:
    """When the job was asked for that waits longest, of all tenants; None where none waits."""
    query = select(func.min(_ROW.created_ms)).where(*_WAITING)
    with unavailable(), reading(engine) as connection:
        created = connection.execute(query).scalar_one()
    return None if created is None else from_milliseconds(created)


def count_waiting(connection: Connection, tenant: str) -> int:
    """How many jobs of a tenant wait, inside a transaction of the caller's."""
    query = select(func.count()).select_from(export_job).where(_ROW.tenant == tenant, *_WAITING)
    return connection.execute(query).scalar_one()


def _with_runs(tenant: str) -> Select[*tuple[object, ...]]:
    """The jobs of a tenant that have a run, without their `request`."""
    return select(*_WITHOUT_REQUEST).where(_ROW.tenant == tenant, _ROW.id.is_not(None))


def _in_order(*conditions: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
    return select(export_job).where(*conditions).order_by(*_OLDEST_FIRST)


def _one(engine: Engine, query: Select[*tuple[object, ...]], run_id: str) -> Job:
    with unavailable(), reading(engine) as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownJob(job=run_id)
    return read_job(row)


def _many(engine: Engine, query: Select[*tuple[object, ...]]) -> list[Job]:
    with unavailable(), reading(engine) as connection:
        return [read_job(row) for row in connection.execute(query).mappings()]


def _storable(text: str) -> str:
    """What a database can look for; no text that it holds has U+0000 or half of a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _cursor(last: Job) -> str:
    return base64.urlsafe_b64encode(f"{to_milliseconds(last.created)} {last.request_key}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> Sequence[object]:
    try:
        created, key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ", 1)
        # Both databases keep times in 64 bits, and no text with U+0000.
        if not created.isascii() or not created.isdigit() or len(created) > 18 or "\0" in key:
            raise ValueError(cursor)
        return int(created), key
    except (ValueError, binascii.Error) as error:
        raise BadOperand(path="cursor", value=cursor[:100], expected="the cursor of a page") from error
