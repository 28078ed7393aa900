"""What becomes of a job: its course, its one ending, cancelling, and what is noted after the end."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from contract.errors import (
    AttemptReplaced,
    BadOperand,
    ExportCancelled,
    InternalError,
    InvalidRequest,
    JobEnded,
    RunLost,
    UnknownJob,
)
from contract.jobs import TERMINAL, JobStatus, Step
from contract.warnings import JobWarning
from database import jobs
from tests.database.jobs.stored_jobs import ENDINGS, FILE, NOON, WARNING, asked, queued, running, status

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
