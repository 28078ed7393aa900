"""Telling of ended jobs, beside all else that the worker does: each in a task of its own, so that no receiver, however slow or
dead, holds up a run, the removal of results, or another receiver's messages."""

import asyncio
import logging
from collections import Counter, defaultdict

from anyio import to_thread

from config import logs
from contract.errors import StatesheetError
from database import jobs
from flows.ending import tell
from runtime.reconcile import Records

AT_ONCE = 32
"""Most tries at one address at the same time; the others wait for their turn."""
MOST_OF_TENANT = 200
"""Most jobs of one tenant that are being told of; the next ones are taken up when some of them have been."""

log = logging.getLogger("statesheet.telling")


class Telling:
    """The jobs that are being told of now, each with its tenant. What was told, and how often it was tried, is known here only:
    a worker that ends before a job is noted as told of leaves all of it to be told again."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.tenants: dict[str, str] = {}
        self.turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))

    async def look(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to tell of each job that has ended and was not told of; `tasks` are what goes on after this returns."""
        untold = await to_thread.run_sync(jobs.unnotified, self.records.jobs)
        in_hand = Counter(self.tenants.values())
        for job in untold:
            assert job.id is not None, "they are found by it"
            if job.id not in self.tenants and in_hand[job.tenant] < MOST_OF_TENANT:
                in_hand[job.tenant] += 1
                self.tenants[job.id] = job.tenant
                tasks.create_task(self._tell(job.id, job.tenant))

    async def _tell(self, job_id: str, tenant: str) -> None:
        try:
            with logs.about(job_id, tenant):
                await tell(self.records.jobs, self.records.settings, job_id, turns=self.turns.__getitem__)
        except (StatesheetError, OSError) as trouble:
            log.warning("%s: %s", type(trouble).__name__, trouble)
        finally:
            del self.tenants[job_id]
