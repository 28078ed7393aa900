"""The job row on both databases: facts in and out, who may change what, and races."""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select, update

from contract.errors import (
    AttemptReplaced,
    BadOperand,
    ExportCancelled,
    IdempotencyConflict,
    InternalError,
    InvalidRequest,
    JobEnded,
    PrefectUnavailable,
    QueueFull,
    QuotaReached,
    RunLost,
    UnknownJob,
)
from contract.jobs import TERMINAL, Job, JobFile, JobKind, JobSource, JobStatus, Step
from contract.warnings import JobWarning
from database import jobs
from database.engine import connect
from database.job_rows import job_values, read_job, status_column
from database.tables import export_job
from tests.examples import examples

TENANT = "plum"
NOON = datetime(2026, 3, 29, 12, 0, 0, 123000, tzinfo=UTC)
FILE = JobFile("plum/r/Report.xlsx", "Report.xlsx", 4321, "ab" * 32, NOON + timedelta(days=7))
WARNING = JobWarning("SSH2001", "2 more matched")


@pytest.fixture(scope="module")
def jobs_engine(shared_database_url: str) -> Iterator[Engine]:
    """A database of jobs, as its migrations make it."""
    engine = connect(shared_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(jobs_engine: Engine) -> Engine:
    """An empty table of jobs."""
    with jobs_engine.begin() as connection:
        connection.execute(delete(export_job))
    return jobs_engine


def asked(**facts: Any) -> Job:
    """A job that a client asks for."""
    known: dict[str, Any] = {"tenant": TENANT, "request": {"fileName": "A"}}
    return Job(str(uuid.uuid4()), source=JobSource.API, created=datetime.now(UTC), **known | facts)


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


# Facts


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
times = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
counts = st.integers(0, 2**62)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
whole_jobs = st.builds(
    Job,
    request_key=texts.filter(bool),
    tenant=st.just(TENANT),
    source=st.sampled_from(JobSource),
    created=times,
    id=st.none() | texts.filter(bool),
    request=st.dictionaries(st.text(max_size=5), json_values, max_size=3),
    file_name=st.none() | texts,
    format=st.none() | texts,
    submitted_by=st.none() | texts,
    started=st.none() | times,
    finished=st.none() | times,
    cancel_requested=st.none() | times,
    as_of=st.none() | times,
    matched=st.none() | counts,
    total=st.none() | st.just(0) | counts,
    step=st.none() | st.sampled_from(Step),
    records_done=counts,
    attempts=st.integers(0, 100),
    file=st.none() | st.builds(JobFile, texts, texts, counts, texts, times),
    warnings=st.lists(st.builds(JobWarning, texts, texts), max_size=3, unique=True).map(tuple),
    error_code=st.none() | texts.filter(bool),
    error_message=st.none() | texts,
)


@given(job=whole_jobs)
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_row_gives_back_every_fact_and_the_status_in_sql_is_the_status_of_the_facts(engine: Engine, job: Job) -> None:
    with engine.begin() as connection:
        connection.execute(delete(export_job))
        connection.execute(insert(export_job).values(**job_values(job)))
        row = connection.execute(select(export_job, status_column().label("status"))).mappings().one()
    assert read_job(row) == job
    assert row["status"] == job.status.value


# Coming in


def test_a_new_job_is_found_once_it_has_its_run(engine: Engine) -> None:
    made = jobs.create(engine, asked(file_name="Report", submitted_by="ann"))
    attached = jobs.attach_run(engine, made.request_key, "run-1")
    assert attached == replace(made, id="run-1")
    assert jobs.get(engine, TENANT, "run-1") == attached == jobs.of_run(engine, "run-1")
    assert jobs.attach_run(engine, made.request_key, "run-1") == attached


def test_another_tenants_job_is_unknown(engine: Engine) -> None:
    run_id = queued(engine)
    with pytest.raises(UnknownJob):
        jobs.get(engine, "quince", run_id)
    with pytest.raises(UnknownJob):
        jobs.attach_run(engine, "no-such-key", "run-2")


def test_a_row_keeps_its_first_run(engine: Engine) -> None:
    made = jobs.create(engine, asked())
    jobs.attach_run(engine, made.request_key, "run-1")
    with pytest.raises(UnknownJob):
        jobs.attach_run(engine, made.request_key, "run-2")
    assert jobs.of_run(engine, "run-1").id == "run-1"


def test_a_repeated_key_gives_the_first_job_and_another_body_is_refused(engine: Engine) -> None:
    first = jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa")
    assert jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa") == first
    with pytest.raises(IdempotencyConflict):
        jobs.create(engine, asked(), idempotency_key="k", body_sha256="bb")
    other_tenant = jobs.create(engine, replace(asked(), tenant="quince"), idempotency_key="k", body_sha256="bb")
    assert other_tenant.tenant == "quince"


def test_a_key_is_free_again_after_its_window(engine: Engine) -> None:
    old = asked()
    old = replace(old, created=old.created - jobs.IDEMPOTENCY_WINDOW - timedelta(seconds=1))
    jobs.create(engine, old, idempotency_key="k", body_sha256="aa")
    new = jobs.create(engine, asked(), idempotency_key="k", body_sha256="bb")
    assert new.request_key != old.request_key
    still = replace(asked(), created=new.created + jobs.IDEMPOTENCY_WINDOW - timedelta(seconds=1))
    assert jobs.create(engine, still, idempotency_key="k", body_sha256="bb").request_key == new.request_key


def test_of_many_that_come_at_once_with_one_key_one_makes_the_job(engine: Engine) -> None:
    together = threading.Barrier(12)

    def come(_: int) -> str:
        job = asked()
        together.wait()
        return jobs.create(engine, job, idempotency_key="k", body_sha256="aa").request_key

    with ThreadPoolExecutor(12) as pool:
        keys = set(pool.map(come, range(12)))
    assert len(keys) == 1
    with engine.connect() as connection:
        assert len(connection.execute(select(export_job.c.id)).all()) == 1


def test_a_tenants_queue_is_bounded_and_other_tenants_do_not_count(engine: Engine) -> None:
    jobs.create(engine, replace(asked(), tenant="quince"), max_queued=2)
    first = queued(engine)
    jobs.create(engine, asked(), max_queued=2)
    with pytest.raises(QueueFull, match="2 jobs of tenant 'plum' are waiting"):
        jobs.create(engine, asked(), max_queued=2)
    jobs.start(engine, first)
    jobs.create(engine, asked(), max_queued=2)


def kept(engine: Engine, tenant: str = TENANT, **facts: Any) -> str:
    """The id of a job that has its file."""
    run_id = queued(engine, tenant=tenant)
    jobs.start(engine, run_id)
    jobs.complete(engine, run_id, replace(FILE, **facts), total=1)
    return run_id


def test_a_tenant_whose_results_fill_its_quota_is_told_until_when(engine: Engine) -> None:
    kept(engine, bytes=600, expires=NOON + timedelta(days=9))
    kept(engine, bytes=399)
    kept(engine, tenant="quince", bytes=5_000)
    jobs.create(engine, asked(), quota_bytes=1_000)
    last = kept(engine, bytes=1)
    with pytest.raises(
        QuotaReached, match=r"keeps results of 1,000 bytes, the quota is 1,000; the oldest expire on 2026-04-05T"
    ):
        jobs.create(engine, asked(), quota_bytes=1_000)
    jobs.create(engine, replace(asked(), kind=JobKind.IMPORT), quota_bytes=1_000)  # it makes room for nothing large
    jobs.forget_file(engine, last)
    jobs.create(engine, asked(), quota_bytes=1_000)


def test_a_repeated_key_is_answered_even_where_the_quota_is_reached(engine: Engine) -> None:
    first = jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa", quota_bytes=10)
    kept(engine, bytes=10)
    assert jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa", quota_bytes=10) == first


def test_a_repeated_key_is_answered_even_where_the_queue_is_full(engine: Engine) -> None:
    first = jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa", max_queued=1)
    assert jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa", max_queued=1) == first


def test_a_refused_job_is_never_run_and_its_key_is_free(engine: Engine) -> None:
    made = jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa")
    refused = jobs.refuse(engine, made.request_key, PrefectUnavailable(detail="it is away"))
    assert (refused.id, refused.status, refused.error_code) == (None, JobStatus.FAILED, "SSH5032")
    assert jobs.unattached(engine, datetime.now(UTC) + timedelta(hours=1)) == []
    assert jobs.page(engine, TENANT, None, 10, None) == ([], None)
    assert jobs.unnotified(engine) == []
    again = jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa")
    assert again.request_key != made.request_key


def test_a_run_that_comes_after_its_request_was_refused_gets_no_job(engine: Engine) -> None:
    """Neither by itself, nor by who asked for it: the client has been told that there is none, and has asked again."""
    made = jobs.create(engine, asked())
    refused = jobs.refuse(engine, made.request_key, PrefectUnavailable(detail="it is away"))
    assert jobs.adopt(engine, "late-run", TENANT, JobSource.API, {}, request_key=made.request_key) == refused
    assert jobs.attach_run(engine, made.request_key, "late-run") == refused
    assert refused.id is None
    assert jobs.page(engine, TENANT, None, 10, None) == ([], None)
    assert jobs.refused_keys(engine, datetime.now(UTC) - timedelta(minutes=1)) == [made.request_key]
    assert jobs.refused_keys(engine, datetime.now(UTC) + timedelta(minutes=1)) == []
    with pytest.raises(UnknownJob):
        jobs.start(engine, "late-run")


def test_a_job_whose_run_has_begun_cannot_be_refused_any_more(engine: Engine) -> None:
    made = jobs.create(engine, asked())
    jobs.adopt(engine, "run-1", TENANT, JobSource.API, {}, request_key=made.request_key)
    kept = jobs.refuse(engine, made.request_key, PrefectUnavailable(detail="it is away"))
    assert (kept.id, kept.status) == ("run-1", JobStatus.QUEUED)


def test_refused_jobs_go_after_a_day(engine: Engine) -> None:
    old, new = (jobs.create(engine, asked()) for _ in range(2))
    jobs.refuse(engine, old.request_key, PrefectUnavailable(detail="it is away"))
    with engine.begin() as connection:
        connection.execute(update(export_job).values(finished_ms=1).where(export_job.c.request_key == old.request_key))
    jobs.refuse(engine, new.request_key, PrefectUnavailable(detail="it is away"))
    with engine.connect() as connection:
        assert connection.execute(select(export_job.c.request_key)).scalars().all() == [new.request_key]


def test_a_run_that_began_on_its_own_makes_its_row_once(engine: Engine) -> None:
    request = {"params": {"query": {}}}
    first = jobs.adopt(engine, "run-1", TENANT, JobSource.SCHEDULE, request, "ann")
    assert (first.id, first.source, first.request, first.submitted_by) == ("run-1", JobSource.SCHEDULE, request, "ann")
    assert jobs.adopt(engine, "run-1", TENANT, JobSource.UI, {}, "bob") == first
    assert jobs.get(engine, TENANT, "run-1") == first


@pytest.mark.parametrize("request_of_ui", [None, "text", 7, [1, 2]])
def test_a_run_with_a_request_of_any_shape_has_a_row(engine: Engine, request_of_ui: object) -> None:
    assert jobs.adopt(engine, "run-1", TENANT, JobSource.UI, request_of_ui).request == {"request": request_of_ui}


def test_a_run_that_is_faster_than_the_api_finds_the_row_of_its_key(engine: Engine) -> None:
    made = jobs.create(engine, asked(submitted_by="ann"))
    adopted = jobs.adopt(engine, "run-1", TENANT, JobSource.UI, {}, request_key=made.request_key)
    assert adopted == replace(made, id="run-1")
    assert jobs.attach_run(engine, made.request_key, "run-1") == adopted


def test_many_that_adopt_one_run_at_once_make_one_row(engine: Engine) -> None:
    together = threading.Barrier(8)

    def adopt(_: int) -> Job:
        together.wait()
        return jobs.adopt(engine, "run-1", TENANT, JobSource.UI, {})

    with ThreadPoolExecutor(8) as pool:
        assert len({job.created for job in pool.map(adopt, range(8))}) == 1


# Its course


def test_the_way_of_a_job_to_its_file(engine: Engine) -> None:
    run_id = queued(engine)
    assert status(engine, run_id) is JobStatus.QUEUED
    started = jobs.start(engine, run_id)
    assert (started.status, started.attempts) == (JobStatus.RUNNING, 1)
    jobs.describe(engine, run_id, file_name="Report", format="excel", as_of=NOON, matched=12, warnings=(WARNING,))
    jobs.progress(engine, run_id, Step.RENDER, 7)
    seen = jobs.of_run(engine, run_id)
    assert (seen.file_name, seen.format, seen.as_of, seen.matched) == ("Report", "excel", NOON, 12)
    assert (seen.step, seen.records_done) == (Step.RENDER, 7)
    assert jobs.complete(engine, run_id, FILE, total=10, warnings=[WARNING, JobWarning("SSH2002", "cut")]) is True
    done = jobs.of_run(engine, run_id)
    assert (done.status, done.file, done.total, done.records_done) == (JobStatus.COMPLETED, FILE, 10, 10)
    assert done.warnings == (WARNING, JobWarning("SSH2002", "cut"))


def test_another_attempt_counts_and_begins_anew(engine: Engine) -> None:
    run_id = running(engine)
    jobs.progress(engine, run_id, Step.RENDER, 7)
    began = jobs.of_run(engine, run_id).started
    again = jobs.start(engine, run_id)
    assert (again.attempts, again.step, again.records_done, again.started) == (2, None, 0, began)


SAID_BY_AN_ATTEMPT = {
    "progress": lambda engine, run_id, attempt: jobs.progress(engine, run_id, Step.RENDER, 7, attempt=attempt),
    "describe": lambda engine, run_id, attempt: jobs.describe(engine, run_id, matched=7, attempt=attempt),
    "complete": lambda engine, run_id, attempt: jobs.complete(engine, run_id, FILE, total=7, attempt=attempt),
    "fail": lambda engine, run_id, attempt: jobs.fail(engine, run_id, RunLost(times=1, cause="killed"), attempt=attempt),
    "cancelled": lambda engine, run_id, attempt: jobs.cancelled(engine, run_id, attempt=attempt),
    "stopped": lambda engine, run_id, attempt: jobs.fail(engine, run_id, ExportCancelled(), attempt=attempt),
}


@pytest.mark.parametrize("said", SAID_BY_AN_ATTEMPT)
def test_an_attempt_that_was_given_up_changes_nothing_once_another_has_begun(engine: Engine, said: str) -> None:
    run_id = running(engine)
    second = jobs.start(engine, run_id)
    with pytest.raises(AttemptReplaced, match="Attempt 1"):
        SAID_BY_AN_ATTEMPT[said](engine, run_id, 1)
    assert jobs.of_run(engine, run_id) == second
    SAID_BY_AN_ATTEMPT[said](engine, run_id, second.attempts)
    assert jobs.of_run(engine, run_id) != second


def test_a_job_without_rows_and_without_a_file_is_completed_with_no_records(engine: Engine) -> None:
    run_id = running(engine)
    assert jobs.complete(engine, run_id, None, total=0)
    assert status(engine, run_id) is JobStatus.COMPLETED_EMPTY


ENDINGS = {
    JobStatus.COMPLETED: lambda engine, run_id: jobs.complete(engine, run_id, FILE, total=1),
    JobStatus.COMPLETED_EMPTY: lambda engine, run_id: jobs.complete(engine, run_id, FILE, total=0),
    JobStatus.FAILED: lambda engine, run_id: jobs.fail(engine, run_id, RunLost(times=3, cause="killed")),
    JobStatus.CANCELLED: lambda engine, run_id: jobs.cancelled(engine, run_id),
}


def test_every_ending_is_known() -> None:
    assert set(ENDINGS) == TERMINAL


@pytest.mark.parametrize("first", list(ENDINGS))
def test_a_job_that_has_ended_never_changes_again(engine: Engine, first: JobStatus) -> None:
    run_id = running(engine)
    assert ENDINGS[first](engine, run_id) is True
    ended = jobs.of_run(engine, run_id)
    assert ended.status is first
    for end in ENDINGS.values():
        assert end(engine, run_id) is False
    with pytest.raises(JobEnded):
        jobs.start(engine, run_id)
    with pytest.raises(JobEnded):
        jobs.progress(engine, run_id, Step.RENDER, 1)
    with pytest.raises(JobEnded):
        jobs.describe(engine, run_id, total=5)
    with pytest.raises(JobEnded):
        jobs.request_cancel(engine, run_id)
    assert jobs.of_run(engine, run_id) == ended


def test_of_many_endings_at_once_exactly_one_counts(engine: Engine) -> None:
    run_id = running(engine)
    together = threading.Barrier(8)
    endings = list(ENDINGS.values()) * 2

    def end(number: int) -> bool:
        together.wait()
        return endings[number](engine, run_id)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(end, range(8))) == 1


def test_what_nobody_asked_for_cannot_be_changed(engine: Engine) -> None:
    for change in (
        lambda: jobs.start(engine, "no-run"),
        lambda: jobs.progress(engine, "no-run", Step.RENDER, 1),
        lambda: jobs.describe(engine, "no-run", total=1),
        lambda: jobs.complete(engine, "no-run", FILE),
        lambda: jobs.request_cancel(engine, "no-run"),
        lambda: jobs.warn(engine, "no-run", [WARNING]),
        lambda: jobs.of_run(engine, "no-run"),
    ):
        with pytest.raises(UnknownJob):
            change()


# Cancelling


def test_a_job_that_waits_is_cancelled_at_once(engine: Engine) -> None:
    run_id = queued(engine)
    assert jobs.request_cancel(engine, run_id).status is JobStatus.CANCELLED
    with pytest.raises(JobEnded):
        jobs.start(engine, run_id)


def test_a_job_that_runs_learns_at_its_next_step_that_it_is_cancelled(engine: Engine) -> None:
    run_id = running(engine)
    assert jobs.request_cancel(engine, run_id).status is JobStatus.RUNNING
    asked_at = jobs.request_cancel(engine, run_id).cancel_requested
    assert asked_at is not None
    with pytest.raises(ExportCancelled):
        jobs.progress(engine, run_id, Step.RENDER, 1)
    with pytest.raises(ExportCancelled):
        jobs.start(engine, run_id)
    assert jobs.fail(engine, run_id, ExportCancelled())
    ended = jobs.of_run(engine, run_id)
    assert (ended.status, ended.cancel_requested, ended.error_code) == (JobStatus.CANCELLED, asked_at, None)


@pytest.mark.parametrize("end", [lambda engine, run: jobs.fail(engine, run, RunLost(times=1, cause="x")), jobs.cancelled])
def test_a_job_that_was_cancelled_beside_the_report_of_its_failure_has_no_file(
    engine: Engine, end: Callable[[Engine, str], bool]
) -> None:
    """With a file it would be completed."""
    run_id = running(engine)
    jobs.describe(engine, run_id, file=FILE, total=0)
    jobs.request_cancel(engine, run_id)
    assert end(engine, run_id)
    ended = jobs.of_run(engine, run_id)
    assert (ended.status, ended.file, ended.error_code) == (JobStatus.CANCELLED, None, None)


def test_a_job_that_was_to_be_cancelled_is_cancelled_whatever_stopped_it(engine: Engine) -> None:
    run_id = running(engine)
    jobs.request_cancel(engine, run_id)
    assert jobs.fail(engine, run_id, RunLost(times=1, cause="killed"))
    assert status(engine, run_id) is JobStatus.CANCELLED


def test_a_job_that_completed_in_the_same_moment_keeps_its_file(engine: Engine) -> None:
    run_id = running(engine)
    jobs.request_cancel(engine, run_id)
    assert jobs.complete(engine, run_id, FILE, total=1)
    assert status(engine, run_id) is JobStatus.COMPLETED


def test_a_failed_job_says_why(engine: Engine) -> None:
    run_id = running(engine)
    jobs.fail(engine, run_id, InvalidRequest([BadOperand(path="a.b", value="x", expected="a number")]))
    failed = jobs.of_run(engine, run_id)
    assert (failed.error_code, failed.error_message) == (
        "SSH4000",
        "The request has 1 mistake: a.b: 'x' is not a number",
    )


# After the end


def test_one_of_many_tells_the_user(engine: Engine) -> None:
    run_id = running(engine)
    assert jobs.mark_notified(engine, run_id) is False
    jobs.complete(engine, run_id, FILE, total=1)
    assert [job.id for job in jobs.unnotified(engine)] == [run_id]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: jobs.mark_notified(engine, run_id), range(8))) == 1
    assert jobs.unnotified(engine) == []


def test_warnings_come_to_an_ended_job_too_each_once(engine: Engine) -> None:
    run_id = running(engine)
    jobs.complete(engine, run_id, FILE, total=1, warnings=[WARNING])
    told = [JobWarning("SSH5039", f"hook {number} could not be notified") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda warning: jobs.warn(engine, run_id, [WARNING, warning]), told))
    found = jobs.of_run(engine, run_id).warnings
    assert found[0] == WARNING
    assert sorted(found[1:], key=str) == sorted(told, key=str)


def test_an_expired_file_is_found_until_it_is_removed_and_stays_described(engine: Engine) -> None:
    run_id = running(engine)
    jobs.complete(engine, run_id, FILE, total=1)
    assert jobs.expired(engine, FILE.expires - timedelta(milliseconds=1)) == []
    assert [job.id for job in jobs.expired(engine, FILE.expires)] == [run_id]
    jobs.forget_file(engine, run_id)
    assert jobs.expired(engine, FILE.expires) == []
    gone = jobs.of_run(engine, run_id)
    assert (gone.status, gone.file) == (JobStatus.COMPLETED, replace(FILE, key=""))


@pytest.mark.parametrize("end", ["cancelled", "failed", "failed and was to be cancelled", "failed with a report"])
def test_what_a_job_without_a_file_may_have_left_in_the_store_is_found_until_it_is_removed(engine: Engine, end: str) -> None:
    """Its file is published before the row says so; nothing else would ever find it in an object store."""
    run_id, now = running(engine), datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
    report = replace(FILE, expires=now + timedelta(days=7))
    if end == "cancelled":
        jobs.cancelled(engine, run_id)
    else:
        if end != "failed":
            jobs.describe(engine, run_id, file=report)
        if "cancelled" in end:
            jobs.request_cancel(engine, run_id)
        jobs.fail(engine, run_id, InternalError(detail="broken"))
    has_report = end == "failed with a report"
    assert [job.id for job in jobs.expired(engine, now)] == ([] if has_report else [run_id])
    assert jobs.of_run(engine, run_id).file == (report if has_report else None)
    jobs.create(engine, asked(), quota_bytes=report.bytes + 1)  # what is to be removed fills no quota
    jobs.forget_file(engine, run_id)
    assert jobs.expired(engine, now) == []
    assert jobs.of_run(engine, run_id).file == (replace(report, key="") if has_report else None)


def test_a_job_that_ended_before_it_began_has_left_nothing(engine: Engine) -> None:
    jobs.request_cancel(engine, queued(engine))
    jobs.fail(engine, queued(engine), InternalError(detail="broken"))
    assert jobs.expired(engine, datetime.now(UTC)) == []


# Lists


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


def test_the_place_in_the_queue_counts_the_waiting_jobs_of_all_tenants(engine: Engine) -> None:
    first, second, third = (jobs.create(engine, replace(asked(), created=NOON + timedelta(seconds=n))) for n in range(3))
    jobs.attach_run(engine, first.request_key, "run-1")
    assert [jobs.queue_position(engine, job) for job in (first, second, third)] == [1, 2, 3]
    started = jobs.start(engine, "run-1")
    assert jobs.queue_position(engine, started) is None
    assert jobs.queue_positions(engine, [started, third, second]) == {second.request_key: 1, third.request_key: 2}


def test_tenants_take_turns_and_a_job_shows_the_place_that_it_has(engine: Engine) -> None:
    def waiting(tenant: str, number: int) -> Job:
        made = jobs.create(engine, replace(asked(), tenant=tenant, created=NOON + timedelta(seconds=number)))
        return jobs.attach_run(engine, made.request_key, f"{tenant}-{number}")

    acme = [waiting("acme", number) for number in range(4)]
    bolt = [waiting("bolt", 10 + number) for number in range(2)]
    jobs.start(engine, "acme-0")
    order = ["bolt-10", "acme-1", "bolt-11", "acme-2", "acme-3"]
    turns = jobs.in_turn(engine, [], limit=9)
    assert [turn.run_id for turn in turns] == ["acme-0", *order]  # what began and has no process comes first
    assert [turn.run_id for turn in jobs.in_turn(engine, ["acme-0", "bolt-10"], limit=2)] == order[1:3]
    places = jobs.queue_positions(engine, [jobs.of_run(engine, job.id or "") for job in (*acme, *bolt)])
    by_run = {job.id or "": places[job.request_key] for job in (*acme[1:], *bolt)}
    assert sorted(by_run, key=lambda run: by_run[run]) == order
    assert sorted(by_run.values()) == [1, 2, 3, 4, 5]


def test_the_reconciler_finds_what_was_left_lying(engine: Engine) -> None:
    left = jobs.create(engine, asked())
    waiting, going, done = queued(engine), running(engine), running(engine)
    jobs.complete(engine, done, FILE, total=1)
    assert jobs.unattached(engine, left.created) == []
    assert jobs.unattached(engine, left.created + timedelta(seconds=60)) == [left]
    assert jobs.unfinished_ids(engine) == [waiting, going]
