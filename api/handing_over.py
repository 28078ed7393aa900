"""Jobs on their way to Prefect. Where a run's id is known before the run is made, its request is answered after a moment,
whether Prefect has the run by then or not: the row is written, and the reconciler sees to what never arrives.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from api.runs import PrefectRuns
from contract.errors import StatesheetError

ANSWER_SECONDS = 0.05
"""How long an answer waits for Prefect, which makes the run of a single request in about as long."""
_MOST = 200
"""More than so many on their way are no burst: answers wait for Prefect then, as fast as it goes."""
_CLOSING_SECONDS = 3.0

_log = logging.getLogger(__name__)


@dataclass
class HandingOver:
    """What is on its way. `keys_are_ids`: whether Prefect gives a run its request key as its id."""

    keys_are_ids: bool
    _under_way: "set[asyncio.Task[str]]" = field(default_factory=set)

    def begin(self, work: Coroutine[Any, Any, str]) -> "asyncio.Task[str]":
        """The work as a task, which goes on even where nobody waits for it."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    async def is_to_be_awaited(self, task: "asyncio.Task[str]", runs: PrefectRuns) -> bool:
        """Whether a request is answered by what comes of `task`; False after a moment, where Prefect is well but busy."""
        while True:
            done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
            if done or not self.keys_are_ids or len(self._under_way) > _MOST:
                return True
            if runs.is_well:
                return False

    async def close(self) -> None:
        """Give what is under way a moment; the reconciler asks for the rest."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=_CLOSING_SECONDS)
            for task in late:
                task.cancel()

    def _ended(self, task: "asyncio.Task[str]") -> None:
        self._under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, StatesheetError):
            _log.info("A job is not handed over: %s", error)
        elif error is not None:
            _log.error("A job is not handed over", exc_info=error)
