"""Whoever asked is told at least once of each job's end."""

import asyncio
import uuid
from datetime import UTC, datetime

import pytest

from config.settings import Settings
from contract.errors import ExportCancelled
from contract.jobs import Job, JobSource
from database import jobs
from database.engine import connect
from database.migrate import upgrade
from flows import ending


class Killed(BaseException):
    """What stands for the end of the process."""


@pytest.fixture
def ended(tmp_path):
    """An engine and the id of a job that has ended."""
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    upgrade(url, "jobs")
    engine = connect(url)
    run_id = str(uuid.uuid4())
    jobs.create(engine, Job("key", "acme", JobSource.API, datetime.now(UTC), id=run_id))
    jobs.fail(engine, run_id, ExportCancelled())
    return engine, run_id


def test_a_process_that_is_killed_while_it_tells_leaves_the_job_untold(ended, monkeypatch, tmp_path):
    engine, run_id = ended

    def kill(*_, **__):
        raise Killed

    monkeypatch.setattr(ending, "notify", kill)
    with pytest.raises(Killed):
        asyncio.run(ending.tell(engine, Settings(home=tmp_path), run_id))
    assert [job.id for job in jobs.unnotified(engine)] == [run_id]


def noted(monkeypatch):
    """The ids of the jobs that are told of."""
    told = []

    async def note(job, **_):
        told.append(job.id)
        return ()

    monkeypatch.setattr(ending, "notify", note)
    return told


def test_a_job_that_was_told_of_is_not_told_of_again(ended, monkeypatch, tmp_path):
    engine, run_id = ended
    told = noted(monkeypatch)
    for _ in range(2):
        asyncio.run(ending.tell(engine, Settings(home=tmp_path), run_id))
    assert told == [run_id]
    assert jobs.unnotified(engine) == []


def test_a_run_tells_of_its_job_unless_that_is_left_to_the_worker_that_started_it(ended, monkeypatch, tmp_path):
    engine, run_id = ended
    told = noted(monkeypatch)
    with ending.left_to_worker():
        ending.tell_unless_left(engine, Settings(home=tmp_path), run_id)
    assert (told, len(jobs.unnotified(engine))) == ([], 1)
    ending.tell_unless_left(engine, Settings(home=tmp_path), run_id)
    assert (told, jobs.unnotified(engine)) == ([run_id], [])
