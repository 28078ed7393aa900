"""How a job comes in: asked for over HTTP, or begun by Prefect on its own; each exactly once."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, case, delete, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from contract.errors import IdempotencyConflict, QueueFull, StatesheetError, UnknownJob
from contract.jobs import Job, JobKind, JobSource
from contract.phrases import counted
from database.engine import reading, unavailable
from database.job_queries import count_waiting, of_run
from database.job_quota import check_quota
from database.job_rows import from_milliseconds, job_values, now_ms, read_job, to_milliseconds
from database.tables import export_job

IDEMPOTENCY_WINDOW = timedelta(hours=24)
"""How long a repeated Idempotency-Key gives the same job."""

_ROW = export_job.c


def create(
    engine: Engine,
    job: Job,
    *,
    idempotency_key: str | None = None,
    body_sha256: str | None = None,
    max_queued: int | None = None,
    quota_bytes: int = 0,
) -> Job:
    """Writes the row of a new job and gives it back; for a key that was used with the same body, the job of then.

    A new one is told by its request key. Raises IdempotencyConflict, QuotaReached for an export, and QueueFull where
    `max_queued` jobs of the tenant wait already (processes that write to PostgreSQL at the same instant may each put one more).
    """
    try:
        return _create(engine, job, idempotency_key, body_sha256, max_queued, quota_bytes)
    except IntegrityError:
        # Another process took the key between our look and our insert; its row is there now.
        return _create(engine, job, idempotency_key, body_sha256, max_queued, quota_bytes)


def _create(
    engine: Engine, job: Job, key: str | None, body_sha256: str | None, max_queued: int | None, quota_bytes: int
) -> Job:
    with unavailable(), engine.begin() as connection:
        if key is not None and (earlier := _earlier(connection, job, key)) is not None:
            if earlier["body_sha256"] != body_sha256:
                raise IdempotencyConflict(key=key)
            return read_job(earlier)
        if max_queued is not None and (count := count_waiting(connection, job.tenant)) >= max_queued:
            raise QueueFull(jobs=counted(count, "job"), tenant=job.tenant, limit=max_queued)
        if job.kind is JobKind.EXPORT:
            check_quota(connection, job.tenant, quota_bytes)
        connection.execute(insert(export_job).values(**job_values(job), idempotency_key=key, body_sha256=body_sha256))
        return _rounded(job)


def made_before(engine: Engine, tenant: str, key: str, body_sha256: str, now: datetime) -> Job | None:
    """The job that the same body made under a key which is still kept; None where there is none. Raises DatabaseUnavailable."""
    kept = _ROW.created_ms >= to_milliseconds(now - IDEMPOTENCY_WINDOW)
    same = (_ROW.tenant == tenant, _ROW.idempotency_key == key, _ROW.body_sha256 == body_sha256)
    with unavailable(), reading(engine) as connection:
        row = connection.execute(select(export_job).where(*same, kept)).mappings().one_or_none()
    return None if row is None else read_job(row)


def _earlier(connection: Connection, job: Job, key: str) -> RowMapping | None:
    """The row that has the key, unless that was so long ago that the key is free again."""
    same = (_ROW.tenant == job.tenant, _ROW.idempotency_key == key)
    released = _ROW.created_ms < to_milliseconds(job.created - IDEMPOTENCY_WINDOW)
    connection.execute(update(export_job).where(*same, released).values(idempotency_key=None))
    return connection.execute(select(export_job).where(*same)).mappings().one_or_none()


def _rounded(job: Job) -> Job:
    """The job as it would be read back: times to the millisecond."""
    return replace(job, created=from_milliseconds(to_milliseconds(job.created)))


def attach_run(engine: Engine, request_key: str, run_id: str) -> Job:
    """Stores the run that Prefect made for a request key; the same again changes nothing. Raises UnknownJob.

    A job that was refused meanwhile stays as it is, and is given back without an id.
    """
    mine = (_ROW.request_key == request_key, _ROW.id.is_(None) | (_ROW.id == run_id))
    with unavailable(), engine.begin() as connection:
        row = (
            connection.execute(update(export_job).where(*mine).values(id=_unless_refused(run_id)).returning(export_job))
            .mappings()
            .one_or_none()
        )
    if row is None:
        raise UnknownJob(job=request_key)
    return read_job(row)


def _unless_refused(run_id: str) -> ColumnElement[str]:
    """What becomes the id of a row that has none: one that ended without a run was refused, and its client knows that."""
    return case((_ROW.finished_ms.is_(None), literal(run_id)), else_=_ROW.id)


def refuse(engine: Engine, request_key: str, error: StatesheetError) -> Job:
    """Ends a job whose client is told that it was not accepted, so that nobody runs it later, and frees its idempotency key.

    A job that has a run by now (the run found its row before we heard of it) is left alone and given back with its id:
    it was accepted. Rows of refused jobs go after a day; nobody can see them. Raises UnknownJob.
    """
    now = now_ms()
    with unavailable(), engine.begin() as connection:
        old = _ROW.finished_ms < now - IDEMPOTENCY_WINDOW // timedelta(milliseconds=1)
        connection.execute(delete(export_job).where(_ROW.id.is_(None), old))
        connection.execute(
            update(export_job)
            .where(_ROW.request_key == request_key, _ROW.id.is_(None), _ROW.finished_ms.is_(None))
            .values(finished_ms=now, error_code=error.code, error_message=str(error), idempotency_key=None, notified=True)
        )
        row = connection.execute(select(export_job).where(_ROW.request_key == request_key)).mappings().one_or_none()
    if row is None:
        raise UnknownJob(job=request_key)
    return read_job(row)


def adopt(
    engine: Engine,
    run_id: str,
    tenant: str,
    source: JobSource,
    request: object,
    submitted_by: str | None = None,
    *,
    request_key: str | None = None,
) -> Job:
    """The job of a run that began: its row, made where there is none. Doing it again changes nothing.

    A job without an id was refused: its client was told so, and the run that Prefect made all the same is nobody's.

    `request_key` is the run's idempotency key in Prefect: a run that starts before the API stored its id finds the row by it.
    `request` that is no JSON object is kept under the key `request`.
    """
    try:
        return _adopt(engine, run_id, tenant, source, request, submitted_by, request_key)
    except IntegrityError:
        # Another process adopted the same run between our look and our insert.
        return of_run(engine, run_id)


def _adopt(
    engine: Engine,
    run_id: str,
    tenant: str,
    source: JobSource,
    request: object,
    submitted_by: str | None,
    request_key: str | None,
) -> Job:
    body = request if isinstance(request, dict) else {"request": request}
    key = request_key or run_id
    job = Job(key, tenant, source, from_milliseconds(now_ms()), id=run_id, request=body, submitted_by=submitted_by)
    with unavailable(), engine.begin() as connection:
        mine = (_ROW.request_key == key, _ROW.id.is_(None))
        connection.execute(update(export_job).where(*mine).values(id=_unless_refused(run_id)))
        found = connection.execute(select(export_job).where((_ROW.id == run_id) | and_(*mine)))
        row = found.mappings().one_or_none()
        if row is not None:
            return read_job(row)
        connection.execute(insert(export_job).values(**job_values(job)))
        return job
