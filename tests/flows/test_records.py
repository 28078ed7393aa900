"""The job row of a run that may have begun anywhere."""

import uuid
from datetime import UTC, datetime

import pytest
from prefect.client.schemas.objects import FlowRun

from contract.jobs import Job, JobSource
from database import jobs
from database.engine import connect
from database.migrate import upgrade
from flows.records import adopt


@pytest.fixture
def engine(tmp_path):
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    upgrade(url, "jobs")
    return connect(url)


def run(**facts):
    return FlowRun(id=uuid.uuid4(), flow_id=uuid.uuid4(), **facts)


@pytest.mark.parametrize(("scheduled", "source"), [(True, JobSource.SCHEDULE), (False, JobSource.UI)])
def test_a_run_that_nobody_wrote_a_row_for_gets_one(engine, scheduled, source):
    begun = run(auto_scheduled=scheduled, parameters={"tenant": "acme", "request": {"fileName": "a"}})
    job = adopt(engine, begun)
    assert (job.id, job.tenant, job.source, job.request) == (str(begun.id), "acme", source, {"fileName": "a"})
    assert adopt(engine, begun) == jobs.of_run(engine, str(begun.id))


def test_a_run_of_a_schedule_that_was_asked_for_again_is_the_schedules(engine):
    """A Prefect of one's own forgets due runs where another schedule is deleted; its delta goes on from the schedule's last."""
    key = "scheduled deployment schedule 2026-11-29 06:00:00+00:00"
    job = adopt(engine, run(auto_scheduled=False, idempotency_key=key, parameters={"tenant": "acme", "request": {}}))
    assert (job.source, job.request_key) == (JobSource.SCHEDULE, key)


def test_a_run_of_the_api_finds_the_row_that_was_written_before_it(engine):
    jobs.create(engine, Job("key", "acme", JobSource.API, datetime.now(UTC), submitted_by="somebody"))
    job = adopt(engine, run(idempotency_key="key", parameters={"tenant": "acme", "request": {}}))
    assert (job.source, job.submitted_by) == (JobSource.API, "somebody")


def test_parameters_that_are_no_request_are_kept_as_they_are(engine):
    assert adopt(engine, run(parameters={"tenant": "acme", "channels": ["a"]})).request == {"tenant": "acme", "channels": ["a"]}
    assert adopt(engine, run(parameters={"tenant": "acme", "request": "text"})).request == {"request": "text"}
    assert adopt(engine, run(parameters={})).tenant == ""
