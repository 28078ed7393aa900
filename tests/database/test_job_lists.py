"""The lists of jobs that the pages need: by search, what is live, and past ones of a format."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from contract.errors import RunLost
from contract.jobs import Job, JobFile, JobSource
from database import jobs
from database.engine import connect

TENANT = "plum"
SINCE = timedelta(seconds=30)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = connect(database_url)
    yield made
    made.dispose()


def asked(engine: Engine, tenant: str = TENANT, seconds_ago: float = 0, **facts: Any) -> str:
    """The id of a job that waits."""
    created = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    made = jobs.create(engine, Job(str(uuid.uuid4()), tenant, JobSource.API, created, **facts))
    run_id = str(uuid.uuid4())
    jobs.attach_run(engine, made.request_key, run_id)
    return run_id


def completed(engine: Engine, run_id: str, name: str = "R.xlsx") -> str:
    jobs.start(engine, run_id)
    jobs.complete(engine, run_id, JobFile("k", name, 5, "ab" * 32, datetime.now(UTC) + timedelta(days=1)), total=1)
    return run_id


def found(engine: Engine, search: str) -> set[str]:
    return {str(job.id) for job in jobs.page(engine, TENANT, None, 50, None, search=search)[0]}


def test_a_search_looks_in_names_users_and_ids_without_case_and_takes_no_wildcards(engine: Engine) -> None:
    plums = asked(engine, file_name="Plums 100%", submitted_by="ann@plum.example")
    named = completed(engine, asked(engine, file_name=None), "Damson_1.xlsx")
    asked(engine, "quince", file_name="Plums")
    assert found(engine, "plums") == {plums}
    assert found(engine, "ANN@") == {plums}
    assert found(engine, "damson") == {named}
    assert found(engine, plums[:18]) == {plums}
    assert found(engine, "100%") == {plums}
    assert found(engine, "n_1") == {named}
    for nothing in ("%", "_", "Plu%s", "\0", "\ud800", "\\", "'"):
        assert found(engine, nothing) == ({plums} if nothing == "%" else {named} if nothing == "_" else set())


def test_live_jobs_are_those_that_have_not_ended_or_ended_of_late(engine: Engine) -> None:
    waiting, running = asked(engine), asked(engine, seconds_ago=50)
    jobs.start(engine, running)
    ended = completed(engine, asked(engine, seconds_ago=60))
    asked(engine, "quince")
    now = datetime.now(UTC)
    assert [job.id for job in jobs.live(engine, TENANT, now - SINCE, limit=10)] == [running, waiting, ended]
    assert [job.id for job in jobs.live(engine, TENANT, now + SINCE, limit=10)] == [running, waiting]
    assert [job.id for job in jobs.live(engine, TENANT, now - SINCE, limit=1)] == [running]


def test_past_jobs_of_a_format_are_the_newest_completed_ones_with_a_file(engine: Engine) -> None:
    older = completed(engine, asked(engine, format="excel", seconds_ago=20))
    newer = completed(engine, asked(engine, format="excel", seconds_ago=10))
    completed(engine, asked(engine, format="csv"))
    completed(engine, asked(engine, "quince", format="excel"))
    failed = asked(engine, format="excel")
    jobs.start(engine, failed)
    jobs.fail(engine, failed, RunLost(times=3, cause="killed"))
    asked(engine, format="excel")
    assert [job.id for job in jobs.finished_like(engine, TENANT, "excel", limit=5)] == [newer, older]
    assert [job.id for job in jobs.finished_like(engine, TENANT, "excel", limit=1)] == [newer]
