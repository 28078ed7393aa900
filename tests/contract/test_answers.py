"""The pinned job answer: every key, in order, for jobs of every kind."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from contract.answers import job_answer, timestamp
from contract.jobs import Job, JobFile, JobSource, JobStatus, Step
from contract.warnings import JobWarning

NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)

QUEUED = Job("key-1", "plum", JobSource.API, NOON, id="run-1", submitted_by="ann@plum.example_user", file_name="EntityData")


def test_a_queued_job_says_its_place_and_null_for_all_that_is_not_known_yet() -> None:
    assert job_answer(QUEUED, queue_position=3, url=None) == {
        "workAutomationId": "run-1",
        "tenant": "plum",
        "status": "queued",
        "source": "api",
        "fileName": "EntityData",
        "format": None,
        "asOf": None,
        "matchedRecords": None,
        "totalRecords": None,
        "progress": {"step": None, "recordsDone": 0, "queuePosition": 3},
        "submittedBy": "ann@plum.example_user",
        "createdDate": "2026-03-29T12:00:00.123Z",
        "startedDate": None,
        "finishedDate": None,
        "file": None,
        "warnings": [],
        "error": None,
    }


def test_a_completed_job_says_everything() -> None:
    job = Job(
        "key-2",
        "plum",
        JobSource.SCHEDULE,
        NOON,
        id="run-2",
        file_name="Report",
        format="excel",
        started=NOON + timedelta(seconds=1),
        finished=NOON + timedelta(seconds=2),
        as_of=NOON + timedelta(seconds=1, milliseconds=5),
        matched=12,
        total=10,
        step=Step.PUBLISH,
        records_done=10,
        file=JobFile("plum/run-2/Report.xlsx", "Report.xlsx", 4321, "ab" * 32, NOON + timedelta(days=7)),
        warnings=(JobWarning("SSH2001", "2 more matched"),),
    )
    answer = job_answer(job, queue_position=None, url="http://localhost:9095/plum/download/token")
    assert answer == {
        "workAutomationId": "run-2",
        "tenant": "plum",
        "status": "completed",
        "source": "schedule",
        "fileName": "Report",
        "format": "excel",
        "asOf": "2026-03-29T12:00:01.128Z",
        "matchedRecords": 12,
        "totalRecords": 10,
        "progress": {"step": "publish", "recordsDone": 10, "queuePosition": None},
        "submittedBy": None,
        "createdDate": "2026-03-29T12:00:00.123Z",
        "startedDate": "2026-03-29T12:00:01.123Z",
        "finishedDate": "2026-03-29T12:00:02.123Z",
        "file": {
            "name": "Report.xlsx",
            "bytes": 4321,
            "sha256": "ab" * 32,
            "expiresDate": "2026-04-05T12:00:00.123Z",
            "url": "http://localhost:9095/plum/download/token",
        },
        "warnings": [{"code": "SSH2001", "message": "2 more matched"}],
        "error": None,
    }


@pytest.mark.parametrize("status", list(JobStatus))
def test_the_status_is_one_of_the_pinned_words(status: JobStatus) -> None:
    ended = {"id": "run-3", "started": NOON, "finished": NOON}
    file = JobFile("k", "n.csv", 1, "00", NOON)
    jobs = {
        JobStatus.QUEUED: Job("k", "plum", JobSource.UI, NOON, id="run-3"),
        JobStatus.RUNNING: Job("k", "plum", JobSource.UI, NOON, id="run-3", started=NOON),
        JobStatus.COMPLETED: Job("k", "plum", JobSource.UI, NOON, file=file, total=1, **ended),
        JobStatus.COMPLETED_EMPTY: Job("k", "plum", JobSource.UI, NOON, file=file, total=0, **ended),
        JobStatus.FAILED: Job("k", "plum", JobSource.UI, NOON, error_code="SSH5000", error_message="why", **ended),
        JobStatus.CANCELLED: Job("k", "plum", JobSource.UI, NOON, cancel_requested=NOON, **ended),
    }
    answer = job_answer(jobs[status], queue_position=None, url=None)
    assert answer["status"] == status.value
    assert answer["error"] == ({"code": "SSH5000", "message": "why"} if status is JobStatus.FAILED else None)


def test_times_are_utc_whatever_zone_they_came_in() -> None:
    assert timestamp(NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))) == "2026-03-29T12:00:00.123Z"
    assert timestamp(NOON.replace(microsecond=0)) == "2026-03-29T12:00:00.000Z"
    assert timestamp(None) is None
