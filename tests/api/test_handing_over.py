"""Answers that do not wait for Prefect: only where it is well, and the job is safe whatever becomes of its way there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse

from config.settings import Settings
from contract.jobs import JobStatus
from database import jobs
from tests.api.conftest import BODY, TENANT, Api, FakePrefect, refusal, running

pytestmark = pytest.mark.anyio


@dataclass
class Busy(FakePrefect):
    """Gives a run its key as its id, as the embedded one does; makes runs only while it is let to."""

    free: asyncio.Event = field(default_factory=asyncio.Event)

    async def _create(self, request: Any) -> Any:
        await self.free.wait()
        asked = await request.json()
        if asked["idempotency_key"] in self.unwanted:
            return JSONResponse({"detail": "not this one"}, 409)
        return JSONResponse(self.runs.setdefault(asked["idempotency_key"], {"id": asked["idempotency_key"], **asked}), 201)

    async def _create_many(self, request: Any) -> Any:
        await self.free.wait()
        made = []
        for asked in await request.json():
            self.runs.setdefault(asked["idempotency_key"], {"id": asked["idempotency_key"], **asked})
            made.append({"flow_run_id": asked["idempotency_key"], "status": "CREATED", "error": None})
        return JSONResponse({"results": made})


@pytest.fixture
async def busy(settings: Settings) -> AsyncIterator[Api]:
    """The application before a Prefect that is well, and busy now."""
    prefect = Busy()
    async with running(settings, prefect, keys_are_ids=True) as api:
        prefect.free.set()
        await api.job_id()
        prefect.free.clear()
        prefect.runs.clear()
        api.submitted.clear()
        yield api
        prefect.free.set()


async def handed_over(api: Api, count: int) -> None:
    """Prefect has time again, until it has so many runs and the worker was told."""
    api.prefect.free.set()  # type: ignore[attr-defined]
    async with asyncio.timeout(10):
        while len(api.submitted) < count:
            await asyncio.sleep(0.01)


async def test_a_burst_is_answered_before_prefect_has_its_runs(busy: Api) -> None:
    ids = await asyncio.gather(*(busy.job_id() for _ in range(8)))
    assert len(set(ids)) == 8
    assert busy.prefect.runs == {}
    assert {jobs.get(busy.jobs, TENANT, job_id).status for job_id in ids} == {JobStatus.QUEUED}
    await handed_over(busy, 8)
    assert set(busy.prefect.runs) == set(ids)


async def test_the_same_key_gives_the_same_job_meanwhile(busy: Api) -> None:
    first = await busy.job_id(BODY, **{"Idempotency-Key": "k"})
    assert await busy.job_id(BODY, **{"Idempotency-Key": "k"}) == first
    await handed_over(busy, 1)
    assert set(busy.prefect.runs) == {first}


async def test_a_job_that_is_cancelled_meanwhile_never_runs(busy: Api) -> None:
    job_id = await busy.job_id()
    assert (await busy.client.post(f"/{TENANT}/jobs/{job_id}/cancel")).is_success
    busy.prefect.cancelled.clear()
    busy.submitted.clear()
    await handed_over(busy, 1)
    assert busy.prefect.cancelled == [job_id]


async def test_a_job_that_cannot_be_handed_over_stays_for_the_reconciler(busy: Api) -> None:
    job_id = await busy.job_id()
    busy.prefect.trouble = [httpx.ReadError("reset")] * 4
    busy.prefect.unwanted = {job_id}
    await handed_over(busy, 1)
    assert jobs.get(busy.jobs, TENANT, job_id).status is JobStatus.QUEUED


async def test_after_a_failure_requests_wait_for_prefect_again(busy: Api) -> None:
    busy.prefect.trouble = [httpx.ReadError("reset")] * 4
    assert refusal(await busy.post())["code"] == "SSH5032"
    waits = asyncio.create_task(busy.post())
    await asyncio.sleep(0.3)
    assert not waits.done()
    busy.prefect.free.set()  # type: ignore[attr-defined]
    assert (await waits).status_code == 200


async def test_a_burst_that_does_not_end_waits_for_prefect(busy: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.handing_over._MOST", 2)
    await asyncio.gather(busy.job_id(), busy.job_id())
    waits = asyncio.create_task(busy.post())
    await asyncio.sleep(0.3)
    assert not waits.done()
    busy.prefect.free.set()  # type: ignore[attr-defined]
    assert (await waits).status_code == 200


async def test_where_prefect_chooses_the_ids_its_answer_is_waited_for(settings: Settings) -> None:
    prefect = Busy()
    async with running(settings, prefect) as api:
        prefect.free.set()
        await api.job_id()
        prefect.free.clear()
        waits = asyncio.create_task(api.post())
        await asyncio.sleep(0.3)
        assert not waits.done()
        prefect.free.set()
        assert (await waits).status_code == 200
