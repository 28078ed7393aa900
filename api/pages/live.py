"""Live jobs: one look at the table a second for all open pages of a tenant, and none where nobody listens."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from api.pages.job_view import JobView
from contract.errors import StatesheetError
from database import jobs

_log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
_OF_LATE = timedelta(seconds=30)
"""How long an ended job is still told of: a page that lost its connection for a moment misses nothing."""
_MOST_JOBS = 200
_MOST_WAITING = 1_000
"""Messages that a page may be behind; one that is further behind is let go, and comes again."""

Message = str
Render = Callable[[JobView], Message]


@dataclass
class Feed:
    """What the pages of one tenant share: who listens, and what each job was last told as."""

    listeners: set["asyncio.Queue[Message | None]"] = field(default_factory=set)
    told: dict[str, tuple[JobView, Message]] = field(default_factory=dict)
    task: "asyncio.Task[None] | None" = None


@dataclass
class LiveJobs:
    """The feeds by tenant. `render` makes a job's message; it is called once for each change, however many pages are open."""

    engine: Engine
    stopping: Callable[[], bool] = lambda: False
    feeds: dict[str, Feed] = field(default_factory=dict)

    async def listen(self, tenant: str, render: Render) -> AsyncIterator[Message]:
        """Messages for one page: first all live jobs, then each change. Ends where the page falls behind or we stop."""
        feed = self.feeds.setdefault(tenant, Feed())
        queue: asyncio.Queue[Message | None] = asyncio.Queue(_MOST_WAITING)
        for _, known in feed.told.values():
            queue.put_nowait(known)
        feed.listeners.add(queue)
        if feed.task is None:
            feed.task = asyncio.create_task(self._follow(tenant, feed, render))
        try:
            while True:
                message = await queue.get()
                if message is None:
                    return
                yield message
        finally:
            feed.listeners.discard(queue)

    async def _follow(self, tenant: str, feed: Feed, render: Render) -> None:
        try:
            while feed.listeners and not self.stopping():
                try:
                    _tell(feed, await run_in_threadpool(self._look, tenant), render)
                except StatesheetError as error:  # the database is away for a moment; the pages keep what they show
                    _log.warning("Live jobs of %s: %s", tenant, error)
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            feed.task = None
            self.feeds.pop(tenant, None)
            for queue in feed.listeners:
                _put(queue, None)

    def _look(self, tenant: str) -> list[JobView]:
        found = jobs.live(self.engine, tenant, datetime.now(UTC) - _OF_LATE, limit=_MOST_JOBS)
        places = jobs.queue_positions(self.engine, found)
        return [JobView(job, places.get(job.request_key)) for job in found]


def _tell(feed: Feed, seen: list[JobView], render: Render) -> None:
    now: dict[str, tuple[JobView, Message]] = {}
    for view in reversed(seen):
        known = feed.told.get(view.id)
        if known is not None and known[0] == view:
            now[view.id] = known
            continue
        now[view.id] = view, render(view)
        for queue in list(feed.listeners):
            if not _put(queue, now[view.id][1]):
                feed.listeners.discard(queue)
    feed.told = now


def _put(queue: "asyncio.Queue[Message | None]", message: Message | None) -> bool:
    """Whether the page keeps up; one that does not is sent its end."""
    try:
        queue.put_nowait(message)
    except asyncio.QueueFull:
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
        return False
    return True
