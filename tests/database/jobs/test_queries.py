"""Lists of jobs: pages, searches, what is live, past ones of a format, and what was left lying."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from contract.errors import BadOperand, RunLost
from contract.jobs import Job, JobFile, JobSource, JobStatus
from database import jobs
from database.tables import export_job
from tests.database.jobs.stored_jobs import ENDINGS, FILE, TENANT, asked, queued, running

SINCE = timedelta(seconds=30)


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def completed(engine: Engine, run_id: str, name: str = "R.xlsx") -> str:
    jobs.start(engine, run_id)
    jobs.complete(engine, run_id, JobFile("k", name, 5, "ab" * 32, datetime.now(UTC) + timedelta(days=1)), total=1)
    return run_id


def searched(engine: Engine, search: str) -> set[str]:
    return {str(job.id) for job in jobs.page(engine, TENANT, None, 50, None, search=search)[0]}


def test_pages_together_are_all_jobs_the_newest_first(engine: Engine) -> None:
    moment = datetime.now(UTC)
    made = [queued(engine) for _ in range(5)]
    with engine.begin() as connection:  # some of one and the same millisecond
        for number, run_id in enumerate(made):
            created = int(moment.timestamp() * 1000) + number // 2
            connection.execute(update(export_job).values(created_ms=created).where(export_job.c.id == run_id))
    jobs.create(engine, asked())  # without a run yet
    jobs.adopt(engine, "other", "quince", JobSource.UI, {})
    seen: list[Job] = []
    cursor = None
    for size in (2, 2, 1):
        found, cursor = jobs.page(engine, TENANT, None, size, cursor)
        assert len(found) == size
        seen += found
    assert cursor is None
    assert {job.id for job in seen} == set(made)
    assert seen == sorted(seen, key=lambda job: (job.created, job.request_key), reverse=True)


def test_a_list_holds_only_the_status_that_is_asked_for(engine: Engine) -> None:
    by_status = {JobStatus.QUEUED: queued(engine), JobStatus.RUNNING: running(engine)}
    for wanted, end in ENDINGS.items():
        by_status[wanted] = running(engine)
        end(engine, by_status[wanted])
    for wanted, run_id in by_status.items():
        found, cursor = jobs.page(engine, TENANT, wanted, 10, None)
        assert ([job.id for job in found], cursor) == ([run_id], None)
    assert jobs.count_by_status(engine) == dict.fromkeys(JobStatus, 1)


@pytest.mark.parametrize(
    "cursor", ["x", "!!!!", "MQ", "LTEgYQ", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAgYQ", "MSAA", "é", "=" * 9, "AAAA"]
)
def test_a_cursor_that_no_page_gave_is_a_mistake(engine: Engine, cursor: str) -> None:
    with pytest.raises(BadOperand, match="cursor"):
        jobs.page(engine, TENANT, None, 10, cursor)


def test_the_reconciler_finds_what_was_left_lying(engine: Engine) -> None:
    left = jobs.create(engine, asked())
    waiting, going, done = queued(engine), running(engine), running(engine)
    jobs.complete(engine, done, FILE, total=1)
    assert jobs.unattached(engine, left.created) == []
    assert jobs.unattached(engine, left.created + timedelta(seconds=60)) == [left]
    assert jobs.unfinished_ids(engine) == [waiting, going]


def test_a_search_looks_in_names_users_and_ids_without_case_and_takes_no_wildcards(engine: Engine) -> None:
    plums = queued(engine, file_name="Plums 100%", submitted_by="ann@plum.example")
    named = completed(engine, queued(engine, file_name=None), "Damson_1.xlsx")
    queued(engine, tenant="quince", file_name="Plums")
    assert searched(engine, "plums") == {plums}
    assert searched(engine, "ANN@") == {plums}
    assert searched(engine, "damson") == {named}
    assert searched(engine, plums[:18]) == {plums}
    assert searched(engine, "100%") == {plums}
    assert searched(engine, "n_1") == {named}
    for nothing in ("%", "_", "Plu%s", "\0", "\ud800", "\\", "'"):
        assert searched(engine, nothing) == ({plums} if nothing == "%" else {named} if nothing == "_" else set())


def test_live_jobs_are_those_that_have_not_ended_or_ended_of_late(engine: Engine) -> None:
    waiting, running = queued(engine), queued(engine, created=ago(50))
    jobs.start(engine, running)
    ended = completed(engine, queued(engine, created=ago(60)))
    queued(engine, tenant="quince")
    now = datetime.now(UTC)
    assert [job.id for job in jobs.live(engine, TENANT, now - SINCE, limit=10)] == [running, waiting, ended]
    assert [job.id for job in jobs.live(engine, TENANT, now + SINCE, limit=10)] == [running, waiting]
    assert [job.id for job in jobs.live(engine, TENANT, now - SINCE, limit=1)] == [running]


def test_past_jobs_of_a_format_are_the_newest_completed_ones_with_a_file(engine: Engine) -> None:
    older = completed(engine, queued(engine, format="excel", created=ago(20)))
    newer = completed(engine, queued(engine, format="excel", created=ago(10)))
    completed(engine, queued(engine, format="csv"))
    completed(engine, queued(engine, tenant="quince", format="excel"))
    failed = queued(engine, format="excel")
    jobs.start(engine, failed)
    jobs.fail(engine, failed, RunLost(times=3, cause="killed"))
    queued(engine, format="excel")
    assert [job.id for job in jobs.finished_like(engine, TENANT, "excel", limit=5)] == [newer, older]
    assert [job.id for job in jobs.finished_like(engine, TENANT, "excel", limit=1)] == [newer]
