"""Jobs as the tests need them: asked for, waiting, running, ended each way."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from contract.errors import RunLost
from contract.jobs import Job, JobFile, JobSource, JobStatus
from contract.warnings import JobWarning
from database import jobs

TENANT = "plum"
NOON = datetime(2026, 3, 29, 12, 0, 0, 123000, tzinfo=UTC)
FILE = JobFile("plum/r/Report.xlsx", "Report.xlsx", 4321, "ab" * 32, NOON + timedelta(days=7))
WARNING = JobWarning("SSH2001", "2 more matched")
ENDINGS = {
    JobStatus.COMPLETED: lambda engine, run_id: jobs.complete(engine, run_id, FILE, total=1),
    JobStatus.COMPLETED_EMPTY: lambda engine, run_id: jobs.complete(engine, run_id, FILE, total=0),
    JobStatus.FAILED: lambda engine, run_id: jobs.fail(engine, run_id, RunLost(times=3, cause="killed")),
    JobStatus.CANCELLED: lambda engine, run_id: jobs.cancelled(engine, run_id),
}
"""What ends a job, by the status that it has then."""


def asked(**facts: Any) -> Job:
    """A job that a client asks for."""
    known: dict[str, Any] = {"tenant": TENANT, "created": datetime.now(UTC), "request": {"fileName": "A"}}
    return Job(str(uuid.uuid4()), source=JobSource.API, **known | facts)


def queued(engine: Engine, **facts: Any) -> str:
    """The run id of a job that waits."""
    run_id = str(uuid.uuid4())
    jobs.attach_run(engine, jobs.create(engine, asked(**facts)).request_key, run_id)
    return run_id


def running(engine: Engine) -> str:
    """The run id of a job that runs."""
    run_id = queued(engine)
    jobs.start(engine, run_id)
    return run_id


def status(engine: Engine, run_id: str) -> JobStatus:
    return jobs.of_run(engine, run_id).status


def kept(engine: Engine, tenant: str = TENANT, **facts: Any) -> str:
    """The id of a job that has its file."""
    run_id = queued(engine, tenant=tenant)
    jobs.start(engine, run_id)
    jobs.complete(engine, run_id, replace(FILE, **facts), total=1)
    return run_id
