"""The queue: whose turn it is. What the worker takes next and the place that a job shows come from the same statement.

Tenants take turns. The first waiting job of each comes before the second of any, and jobs that run count as turns had; those
of the same turn go by age. A tenant with hundreds of jobs so holds up nobody who has one.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Engine, Subquery, case, func, select

from contract.jobs import Job, JobStatus
from database.engine import reading, unavailable
from database.tables import export_job

_ROW = export_job.c


@dataclass(frozen=True)
class Turn:
    """A run whose turn comes; `turn` 0: it began before and lost its process. `created_ms` is the job's age."""

    run_id: str
    turn: int
    created_ms: int


def queue_positions(engine: Engine, jobs: Collection[Job]) -> dict[str, int]:
    """How many jobs of all tenants are before each of `jobs` that waits, itself included, by request key.

    A large export may be passed by small ones (see `runtime.turns`).
    """
    keys = [job.request_key for job in jobs if job.status is JobStatus.QUEUED]
    if not keys:
        return {}
    turns = _turns()
    place = func.row_number().over(order_by=(turns.c.turn, turns.c.created_ms, turns.c.request_key)).label("place")
    queue = select(turns.c.request_key, place).where(turns.c.turn > 0).subquery()
    query = select(queue.c.request_key, queue.c.place).where(queue.c.request_key.in_(keys))
    with unavailable(), reading(engine) as connection:
        return {row.request_key: row.place for row in connection.execute(query)}


def queue_position(engine: Engine, job: Job) -> int | None:
    """The place of a job in the queue, from 1; None where it does not wait."""
    return queue_positions(engine, [job]).get(job.request_key)


def in_turn(engine: Engine, without: Collection[str], *, limit: int) -> list[Turn]:
    """The runs of jobs that have not ended, whose turn comes first: at most `limit`, none of the runs `without`."""
    turns = _turns()
    query = (
        select(turns.c.id, turns.c.turn, turns.c.created_ms)
        .where(turns.c.id.is_not(None), turns.c.id.not_in(without))
        .order_by(turns.c.turn, turns.c.created_ms, turns.c.request_key)
        .limit(limit)
    )
    with unavailable(), reading(engine) as connection:
        return [Turn(row.id, row.turn, row.created_ms) for row in connection.execute(query)]


def _turns() -> Subquery:
    """Every job that has not ended with its turn: 0 where it has begun, else from 1."""
    waits = _ROW.started_ms.is_(None)
    began = case((waits, 0), else_=1)
    had = func.sum(began).over(partition_by=_ROW.tenant)
    following = func.row_number().over(partition_by=(_ROW.tenant, began), order_by=(_ROW.created_ms, _ROW.request_key))
    return (
        select(_ROW.request_key, _ROW.id, _ROW.created_ms, case((waits, had + following), else_=0).label("turn"))
        .where(_ROW.finished_ms.is_(None))
        .subquery()
    )
