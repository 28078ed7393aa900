"""Job rows and runs as the tests of what brings them together need them."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

from contract.jobs import Job, JobKind, JobSource
from database import jobs


def row(records, run_id=None, kind=JobKind.EXPORT, **facts):
    """A job row as the API writes it."""
    key = str(uuid.uuid4())
    made = datetime.now(UTC) - timedelta(minutes=1)
    jobs.create(records.jobs, Job(key, "acme", JobSource.API, made, kind, request=facts))
    if run_id is not None:
        jobs.attach_run(records.jobs, key, str(run_id))
    return key


async def asked(records):
    """The id of a job whose run waits in Prefect: however long a test takes, no sweep finds it lost."""
    key = row(records)
    run_id = await records.runs.create(key, "acme", {})
    jobs.attach_run(records.jobs, key, run_id)
    return run_id


async def idle(bench):
    """A bench whose worker takes nothing by itself."""
    bench.worker.waiting.limit = 0
    await asyncio.sleep(0)
    return bench.worker.records


async def set_state(records, run, **state):
    await records.prefect.request("POST", f"/flow_runs/{run}/set_state", json={"state": state, "force": True})
