"""What is done for every job that has ended, however it did: whoever asked is told, at least once.

First sent, then noted: a process that is killed in between leaves a job that is told of again. Noting first would lose the
message instead. Receivers know a repeated one by its `requestId`.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from anyio import to_thread
from sqlalchemy import Engine

from config.settings import Settings
from contract.warnings import JobWarning
from database import jobs
from tasks.notify import Turns, no_turns, notify

_left_to_worker: ContextVar[bool] = ContextVar("left_to_worker", default=False)


@contextmanager
def left_to_worker() -> Iterator[None]:
    """Within it a run tells nobody: the worker that started it does. A receiver that keeps it waiting would hold a place of
    the worker that other jobs wait for."""
    before = _left_to_worker.set(True)
    try:
        yield
    finally:
        _left_to_worker.reset(before)


def is_left_to_worker() -> bool:
    """Whether this is within `left_to_worker`."""
    return _left_to_worker.get()


def tell_unless_left(engine: Engine, settings: Settings, run_id: str) -> None:
    """As `tell`, in a run's own process: where a stock worker of Prefect's has started it, nobody else would."""
    if not is_left_to_worker():
        asyncio.run(tell(engine, settings, run_id))


async def tell(engine: Engine, settings: Settings, run_id: str, *, turns: Turns = no_turns) -> tuple[JobWarning, ...]:
    """Notify of an ended job, unless that was done; what could not be told is a warning on the job."""
    if not await to_thread.run_sync(jobs.is_untold, engine, run_id):
        return ()
    job = await to_thread.run_sync(jobs.of_run, engine, run_id)
    targets = settings.for_tenant(job.tenant)
    warnings = await notify(
        job,
        webhooks=targets.webhooks,
        apprise=targets.apprise,
        secret=settings.webhook_secret.get_secret_value(),
        public_url=settings.public_url,
        request_status=targets.request_status,
        turns=turns,
    )
    await to_thread.run_sync(_note, engine, run_id, warnings)
    return warnings


def _note(engine: Engine, run_id: str, warnings: tuple[JobWarning, ...]) -> None:
    if warnings:
        jobs.warn(engine, run_id, warnings)
    jobs.mark_notified(engine, run_id)
