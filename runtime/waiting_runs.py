"""The runs that wait for a process, and which of them may have one now."""

import time
from collections.abc import Collection
from uuid import UUID

import httpx
from anyio import to_thread
from prefect.client.schemas.objects import FlowRun

from runtime import turns
from runtime.reconcile import Records
from runtime.sparing_log import SparingLog

LOOK_SECONDS = 1.0
"""How often runs are looked for that nobody knocked for: scheduled ones, and those begun in Prefect's UI."""
_LONGEST_LOOK_SECONDS = 30.0
"""How often, where Prefect keeps failing at it, which it logs at length."""


class WaitingRuns:
    """What waits, in turn; and what Prefect was last seen to have that nobody knocked for."""

    def __init__(self, records: Records, limit: int, log: SparingLog) -> None:
        self.records = records
        self.limit = limit
        self.log = log
        self.others: list[FlowRun] = []
        self.looked = -LOOK_SECONDS
        self.look_seconds = LOOK_SECONDS
        self.failing_since: float | None = None
        self.large: dict[UUID, bool] = {}

    async def next(self, running: Collection[FlowRun]) -> list[FlowRun]:
        """The runs that may have a process now, beside those that are `running`.

        Raises httpx.HTTPError where Prefect has no answer, and DatabaseUnavailable.
        """
        room = self.limit - len(running)
        if room <= 0:
            return []
        chosen: list[FlowRun] = []
        for run in await turns.waiting(self.records, running, await self._look_at_others()):
            if len(chosen) < room and await self._fits(run, [*running, *chosen]):
                chosen.append(run)
        return chosen

    def begun(self, run: FlowRun) -> None:
        """Forget a run that has a process: it may have ended before the others are looked for again."""
        self.others = [other for other in self.others if other.id != run.id]

    def ended(self, run_id: UUID) -> None:
        """Forget how large a run was."""
        self.large.pop(run_id, None)

    async def _look_at_others(self) -> list[FlowRun]:
        """Waiting runs that nobody knocked for, as they were a moment ago: a run that was asked for does not wait for them.

        Nor does it where Prefect has no answer: it has none at all where a single one of them cannot be told of.
        """
        if time.monotonic() - self.looked >= self.look_seconds:
            self.looked = time.monotonic()
            try:
                self.others = await turns.without_row(self.records)
            except httpx.HTTPStatusError as trouble:
                self.others = []
                self.look_seconds = min(2 * self.look_seconds, _LONGEST_LOOK_SECONDS)
                self.failing_since = self.failing_since or self.looked
                self.log.warn(trouble)
            else:
                self.look_seconds = LOOK_SECONDS
                self.failing_since = None
        return self.others

    async def _fits(self, run: FlowRun, running: Collection[FlowRun]) -> bool:
        """Whether a run may have a process now: the last one is not for a large export while all others have one."""
        if self.limit == 1 or len(running) + 1 < self.limit or not await self._is_large(run):
            return True
        return not all([await self._is_large(other) for other in running])

    async def _is_large(self, run: FlowRun) -> bool:
        if run.id not in self.large:
            self.large[run.id] = await to_thread.run_sync(turns.is_large, self.records, run)
        return self.large[run.id]
