"""What the log says of a request has the job and the tenant that it is about."""

import io
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from config import logs
from config.settings import Settings
from contract.jobs import JobFile
from database import jobs
from files import store
from tests.api.conftest import TENANT, Api, FakePrefect, running

pytestmark = pytest.mark.anyio

Entries = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def entries() -> Iterator[Entries]:
    """What the process of the API would have logged by now."""
    stream = io.StringIO()
    handler = logs.handler("api", "json", stream=stream)
    logging.getLogger("api").addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger("api").removeHandler(handler)


async def test_an_unforeseen_fault_names_the_job_and_the_tenant_of_the_address(
    api: Api, entries: Entries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.jobs.find", lambda *given: 1 / 0)
    job_id = str(uuid.uuid4())
    await api.client.get(f"/{TENANT}/jobs/{job_id}")
    [entry] = entries()
    assert (entry["job"], entry["tenant"], entry["level"]) == (job_id, TENANT, "ERROR")
    assert "ZeroDivisionError" in entry["exception"]


async def test_what_cannot_be_a_job_or_a_tenant_is_not_taken_for_one(
    api: Api, entries: Entries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.jobs.find", lambda *given: 1 / 0)
    await api.client.get("/no%20tenant/jobs/no-job")
    [entry] = entries()
    assert (entry["job"], entry["tenant"]) == (None, None)


async def test_trouble_with_a_job_that_was_just_made_names_it(settings: Settings, entries: Entries) -> None:
    async with running(settings, on_submitted=lambda: 1 / 0) as api:
        job_id = await api.job_id()
        await api.client.get("/health")
    [entry] = entries()
    assert (entry["job"], entry["tenant"]) == (job_id, TENANT)
    assert "listener" in entry["message"]


async def test_trouble_with_a_job_that_a_body_names_is_about_that(
    api: Api, entries: Entries, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await api.job_id()
    jobs.start(api.jobs, job_id)
    file = JobFile("key", "a.xlsx", 1, "0" * 64, datetime.now(UTC) + timedelta(days=1))
    jobs.complete(api.jobs, job_id, file, total=1, warnings=(), attempt=1)
    monkeypatch.setattr(store, "stream", lambda *given: 1 / 0)
    body = {"params": {"query": {"id": job_id, "filters": {"typesCriterion": ["binaryobject"]}}}}
    answer = await api.post(body, f"/{TENANT}/api/binaryobjectservice/getById")
    assert answer.status_code == 500
    [entry] = entries()
    assert (entry["job"], entry["tenant"]) == (job_id, TENANT)


async def test_a_prefect_that_cannot_be_told_of_a_cancelled_job_is_logged_for_that_job(
    settings: Settings, entries: Entries
) -> None:
    prefect = FakePrefect()
    async with running(settings, prefect) as api:
        job_id = await api.job_id()
        prefect.trouble = [httpx.ConnectError("refused")] * 4
        await api.client.post(f"/{TENANT}/jobs/{job_id}/cancel")
    assert [(entry["job"], entry["tenant"]) for entry in entries()] == [(job_id, TENANT)]
