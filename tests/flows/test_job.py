"""One attempt of a job: what it may say of the job, and what it leaves alone once it has been given up."""

import logging
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Abort

from config.settings import Settings
from contract.errors import DatabaseUnavailable, DiskFull, PrefectUnavailable, QuotaReached
from contract.jobs import Job, JobFile, JobSource, JobStatus
from database import job_totals, jobs
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from flows import job
from flows.pipeline import Steps, run_export

REQUEST = {
    "params": {
        "query": {"filters": {"typesCriterion": ["connectorstate"]}},
        "rsconnect": {"profilecontexts": [{"format": "CSV"}]},
    },
    "fileName": "States",
}


class Attempt:
    """The flow as a process of its own would run it, with no Prefect around it."""

    def __init__(self, home, monkeypatch):
        self.settings = Settings(home=home)
        _load_one_object(self.settings.objects_url)
        upgrade(self.settings.jobs_url, "jobs")
        self.engine = connect(self.settings.jobs_url)
        self.flow_run = FlowRun(id=uuid.uuid4(), flow_id=uuid.uuid4(), idempotency_key="key", parameters={"tenant": "acme"})
        self.id = str(self.flow_run.id)
        self.monkeypatch = monkeypatch
        self.steps = Steps()
        jobs.create(self.engine, Job("key", "acme", JobSource.API, datetime.now(UTC)))
        for name, stand_in in {
            "_this_run": lambda: self.flow_run,
            "load_settings": lambda: self.settings,
            "get_run_logger": lambda: logging.getLogger("test"),
            "tell_story": lambda *_: None,
        }.items():
            monkeypatch.setattr(job, name, stand_in)

    def after(self, step, happens):
        """Have something happen when a step of this attempt is done."""

        def do(*given, **named):
            result = getattr(Steps(), step)(*given, **named)
            happens()
            return result

        self.steps = replace(Steps(), **{step: do})

    def run(self):
        return job.run_job("acme", REQUEST, partial(run_export, steps=self.steps))

    def row(self):
        return jobs.of_run(self.engine, self.id)

    def results(self):
        return [path.name for path in (self.settings.home / "results").rglob("*") if path.is_file()]

    def spool(self):
        return list(self.settings.spool_folder.rglob("*"))


def _load_one_object(url):
    upgrade(url, "objects")
    engine = connect(url)
    load_objects(engine, "acme", [("1", {"id": "1", "type": "connectorstate", "properties": {}, "data": {"attributes": {}}})])
    engine.dispose()


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    return Attempt(tmp_path, monkeypatch)


def test_an_attempt_ends_its_job_with_the_file_and_leaves_nothing_else(attempt):
    assert attempt.run().is_completed()
    assert (attempt.row().status, attempt.row().attempts) == (JobStatus.COMPLETED, 1)
    assert attempt.results() == ["States.csv"]
    assert attempt.spool() == []


def test_a_completed_job_is_in_the_totals(attempt):
    attempt.run()
    totals = {(total.name, total.label): total for total in job_totals.totals(attempt.engine)}
    assert {label for name, label in totals if name == "seconds"} == {"validate", "extract", "transform", "render", "publish"}
    assert totals["rows", "csv"].amount == 1
    assert totals["bytes", "csv"].amount == attempt.row().file.bytes


def test_what_attempts_before_it_left_in_the_spool_goes(attempt):
    (attempt.settings.spool_folder / attempt.id / "1").mkdir(parents=True)
    (attempt.settings.spool_folder / attempt.id / "1" / "objects.arrow").write_text("half")
    jobs.adopt(attempt.engine, attempt.id, "acme", JobSource.API, {}, request_key="key")
    jobs.start(attempt.engine, attempt.id)
    assert attempt.run().is_completed()
    assert attempt.row().attempts == 2
    assert attempt.spool() == []


@pytest.mark.parametrize("step", ["validate", "extract", "transform", "render", "publish"])
def test_an_attempt_that_another_has_replaced_leaves_the_job_and_the_others_files_alone(attempt, step):
    others = attempt.settings.spool_folder / attempt.id / "2"

    def another_begins():
        jobs.start(attempt.engine, attempt.id)
        others.mkdir(parents=True)

    attempt.after(step, another_begins)
    with pytest.raises(Abort, match="Attempt 1"):
        attempt.run()
    assert (attempt.row().status, attempt.row().attempts) == (JobStatus.RUNNING, 2)
    assert others.is_dir()
    assert attempt.results() == []


def test_an_attempt_that_breaks_after_it_was_replaced_does_not_fail_the_job(attempt):
    def another_begins():
        jobs.start(attempt.engine, attempt.id)
        raise FileNotFoundError("objects.arrow")

    attempt.after("extract", another_begins)
    with pytest.raises(Abort, match="Attempt 1"):
        attempt.run()
    assert attempt.row().status is JobStatus.RUNNING


def test_a_file_that_comes_after_the_job_has_ended_is_withdrawn(attempt):
    file = JobFile("acme/x/2/States.csv", "States.csv", 1, "", datetime.now(UTC).replace(microsecond=0))

    def another_ends():
        jobs.start(attempt.engine, attempt.id)
        jobs.complete(attempt.engine, attempt.id, file, total=1)

    attempt.after("publish", another_ends)
    assert attempt.run().is_completed()
    assert attempt.row().file == file
    assert attempt.results() == []


def test_a_run_whose_request_was_refused_exports_nothing(attempt):
    jobs.refuse(attempt.engine, "key", PrefectUnavailable(detail="it is away"))
    state = attempt.run()
    assert state.is_cancelled()
    assert "not accepted" in state.message
    assert jobs.page(attempt.engine, "acme", None, 10, None) == ([], None)
    assert attempt.results() == []


def test_a_job_that_was_to_be_cancelled_before_it_ran_again_ends_so(attempt):
    jobs.adopt(attempt.engine, attempt.id, "acme", JobSource.API, {}, request_key="key")
    jobs.start(attempt.engine, attempt.id)
    jobs.request_cancel(attempt.engine, attempt.id)
    assert attempt.run().is_cancelled()
    assert attempt.row().status is JobStatus.CANCELLED


@pytest.mark.parametrize("call", ["start", "progress", "describe", "complete"])
@pytest.mark.parametrize("error", [DatabaseUnavailable(detail="it is away"), DiskFull(what="the database")])
def test_where_the_row_cannot_be_written_the_job_stays_open_for_another_attempt(attempt, call, error):
    def away(*_given, **_named):
        raise error

    with attempt.monkeypatch.context() as broken:
        broken.setattr(jobs, call, away)
        with pytest.raises(Abort):
            attempt.run()
    assert attempt.row().finished is None
    assert attempt.run().is_completed()
    assert attempt.row().status is JobStatus.COMPLETED


def test_a_prefect_that_is_away_when_a_job_has_ended_takes_nothing_from_it(attempt):
    def away(*_):
        raise httpx.ConnectError("refused")

    attempt.monkeypatch.setattr(job, "tell_story", away)
    assert attempt.run().is_completed()
    assert not jobs.is_untold(attempt.engine, attempt.id)


def test_an_export_that_began_by_itself_is_refused_where_the_quota_is_reached(attempt):
    assert attempt.run().is_completed()
    attempt.flow_run = FlowRun(id=uuid.uuid4(), flow_id=uuid.uuid4(), idempotency_key="two", parameters={"tenant": "acme"})
    attempt.settings = attempt.settings.model_copy(update={"quota_bytes": 1})
    assert job.run_job("acme", REQUEST, job.export).is_failed()
    second = jobs.of_run(attempt.engine, str(attempt.flow_run.id))
    assert second.error_code == QuotaReached.code
    assert attempt.results() == ["States.csv"]


def test_a_full_disk_ends_the_job_with_what_to_do(attempt):
    def full():
        raise DiskFull(what="the rows")

    attempt.after("extract", full)
    assert attempt.run().is_failed()
    assert (attempt.row().error_code, attempt.row().status) == (DiskFull.code, JobStatus.FAILED)
    assert "free some" in attempt.row().error_message
    assert attempt.spool() == []
