"""Whose turn it is: tenants take turns, and large exports leave room for small ones."""

import asyncio
import uuid

import pytest
from prefect.client.schemas.objects import FlowRun

from config.settings import Settings
from contract.jobs import JobSource
from database import jobs
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from runtime import turns
from runtime.reconcile import Records
from tasks.demo_objects import demo_objects
from tests.runtime.conftest import until


def test_a_tenant_with_many_jobs_does_not_hold_up_another_ones(workbench, tmp_path):
    async def work():
        async with workbench() as bench:
            first = [await patient(bench, tmp_path / f"first{n}") for n in range(2)]
            await until(lambda: there(*first))
            queue = [await patient(bench, tmp_path / f"queue{n}") for n in range(6)]
            other = await patient(bench, tmp_path / "other", tenant="bolt")
            first[0].unlink()
            await until(lambda: there(other))
            passed = sum(sign.exists() for sign in queue)
            for sign in (first[1], other, *queue):
                await until(lambda sign=sign: there(sign))
                sign.unlink()
            await until(lambda: idle(bench, 0))
            return passed

    assert asyncio.run(work()) == 0


def test_a_large_export_leaves_the_last_process_to_small_ones(workbench, tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "is_large", lambda _, run: "/large" in run.parameters["request"]["sign"])

    async def work():
        async with workbench() as bench:
            large = [await patient(bench, tmp_path / f"large{n}") for n in range(2)]
            await until(lambda: there(large[0]))
            small = await patient(bench, tmp_path / "small")
            await until(lambda: there(small))
            waited = not large[1].exists()
            small.unlink()
            await until(lambda: idle(bench, 1))
            large[0].unlink()
            await until(lambda: there(large[1]))
            large[1].unlink()
            await until(lambda: idle(bench, 0))
            return waited

    assert asyncio.run(work())


async def patient(bench, sign, tenant="acme"):
    """The sign of a run that waits, with its row, as the API writes one."""
    run = await bench.ask("patient", tenant=tenant, sign=str(sign))
    jobs.adopt(bench.worker.records.jobs, str(run), tenant, JobSource.API, {})
    return sign


async def there(*signs):
    return all(sign.exists() for sign in signs)


async def idle(bench, running):
    return len(bench.worker.alive()) == running


@pytest.fixture
def records(tmp_path):
    settings = Settings(home=tmp_path, large_records=5)
    upgrade(settings.objects_url, "objects")
    load_objects(connect(settings.objects_url), "acme", ((place, one) for place, one in demo_objects(5)))
    return Records(None, None, None, settings, "pool", set)


@pytest.mark.parametrize(
    ("parameters", "large"),
    [
        ({"request": {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}}}}, True),
        (
            {
                "request": {
                    "params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}, "options": {"maxRecords": 4}}
                }
            },
            False,
        ),
        ({"request": {"params": {"query": {"filters": {"typesCriterion": ["other"]}}}}}, False),
        ({"request": "nonsense"}, False),
        ({}, True),
        ({"channels": ["nowhere"]}, False),
    ],
)
def test_an_export_is_large_by_what_its_request_counts(records, parameters, large):
    run = FlowRun(id=uuid.uuid4(), flow_id=uuid.uuid4(), parameters={"tenant": "acme", **parameters})
    assert turns.is_large(records, run) is large
