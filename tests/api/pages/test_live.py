"""Live jobs: one look for all pages, no look for nobody, each change once to everyone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.pages import live
from api.pages.job_view import JobView
from api.pages.live import LiveJobs
from contract.jobs import Step
from database import jobs
from tests.api.conftest import TENANT, Api

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.01)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tenants that the table was asked about."""
    seen: list[str] = []
    original = jobs.live

    def counted(engine: Any, tenant: str, *rest: Any, **more: Any) -> Any:
        seen.append(tenant)
        return original(engine, tenant, *rest, **more)

    monkeypatch.setattr(jobs, "live", counted)
    return seen


def say(view: JobView) -> str:
    return f"{view.name}: {view.status} {view.doing}".strip()


async def following(messages: AsyncIterator[str], count: int = 1) -> list[str]:
    return [await asyncio.wait_for(anext(messages), 10) for _ in range(count)]


async def until_nobody_looks(feeds: LiveJobs) -> None:
    async with asyncio.timeout(10):
        while feeds.feeds:
            await asyncio.sleep(0.01)


async def test_each_change_is_told_once_to_every_page(api: Api) -> None:
    job_id = await api.job_id()
    feeds = LiveJobs(api.jobs)
    pages = [feeds.listen(TENANT, say) for _ in range(3)]
    assert [await following(page) for page in pages] == [["EntityData: Waiting Place 1 in the queue"]] * 3
    jobs.start(api.jobs, job_id)
    jobs.progress(api.jobs, job_id, Step.RENDER, 5)
    for page in pages:
        told = await following(page)
        if told == ["EntityData: Running Starting"]:  # it looked in between
            told = await following(page)
        assert told == ["EntityData: Running Writing the file"]
    for page in pages:
        await page.aclose()
    await until_nobody_looks(feeds)


async def test_all_pages_of_a_tenant_share_one_look_and_nobody_costs_none(api: Api, looks: list[str]) -> None:
    await api.job_id()
    feeds = LiveJobs(api.jobs)
    assert looks == []
    pages = [feeds.listen(TENANT, say) for _ in range(20)]
    for page in pages:
        await following(page)
    assert len([feed for feed in feeds.feeds.values() if feed.task]) == 1
    before = len(looks)
    async with asyncio.timeout(10):
        while len(looks) < before + 3:
            await asyncio.sleep(0.01)
    for page in pages:
        await page.aclose()
    await until_nobody_looks(feeds)
    ended = len(looks)
    await asyncio.sleep(0.1)
    assert len(looks) == ended


async def test_a_job_is_rendered_once_however_many_pages_are_open(api: Api) -> None:
    await api.job_id()
    rendered: list[str] = []

    def counted(view: JobView) -> str:
        rendered.append(view.id)
        return say(view)

    feeds = LiveJobs(api.jobs)
    pages = [feeds.listen(TENANT, counted) for _ in range(10)]
    for page in pages:
        await following(page)
    assert len(rendered) == 1
    for page in pages:
        await page.aclose()


async def test_other_tenants_are_not_told(api: Api) -> None:
    await api.job_id()
    feeds = LiveJobs(api.jobs)
    page = feeds.listen("quince", say)
    waiting = asyncio.ensure_future(anext(page))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    waiting.cancel()


async def test_a_page_that_falls_behind_is_let_go_and_the_others_go_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_MOST_WAITING", 2)
    job_id = await api.job_id()
    feeds = LiveJobs(api.jobs)
    slow, quick = feeds.listen(TENANT, say), feeds.listen(TENANT, say)
    await following(slow)
    await following(quick)
    jobs.start(api.jobs, job_id)
    for step in Step:
        jobs.progress(api.jobs, job_id, step, 1)
        told = ""
        while not told.endswith(JobView(jobs.of_run(api.jobs, job_id)).doing):
            [told] = await following(quick)
    with pytest.raises(StopAsyncIteration):
        await following(slow, 3)
    await quick.aclose()


async def test_streams_end_with_the_server(api: Api) -> None:
    await api.job_id()
    is_stopping = False
    feeds = LiveJobs(api.jobs, stopping=lambda: is_stopping)
    page = feeds.listen(TENANT, say)
    await following(page)
    is_stopping = True
    with pytest.raises(StopAsyncIteration):
        await following(page)
