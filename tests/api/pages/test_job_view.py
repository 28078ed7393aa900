"""What the pages say of a job."""

from datetime import UTC, datetime

import pytest

from api.pages.job_view import JobView
from contract.jobs import Job, JobKind, JobSource, Step

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"records_done": 0}, ""),
        ({"records_done": 1}, "1 row so far"),
        ({"records_done": 1_200}, "1,200 rows so far"),
        ({"finished": NOW, "total": 1, "matched": 1}, "1 row"),
        ({"finished": NOW, "total": 0, "matched": 0}, "0 rows"),
        ({"finished": NOW, "total": 1, "matched": 2_000}, "1 of 2,000 rows"),
    ],
)
def test_rows_are_counted_in_words(facts: dict[str, object], said: str) -> None:
    assert view(**facts).rows == said


@pytest.mark.parametrize(
    ("facts", "status", "doing"),
    [
        ({"step": Step.COMPARE}, "Running", "Comparing with the store"),
        ({"step": Step.COMPARE, "cancel_requested": NOW}, "Stopping", "Comparing with the store"),
        ({"step": Step.PUBLISH}, "Running", "Finishing"),
        ({"step": Step.PUBLISH, "cancel_requested": NOW}, "Running", "Too late to cancel: finishing"),
    ],
)
def test_an_import_that_writes_is_not_said_to_stop(facts: dict[str, object], status: str, doing: str) -> None:
    found = view(kind=JobKind.IMPORT, **facts)
    assert (found.status, found.doing) == (status, doing)


def test_an_export_stops_at_any_step() -> None:
    assert view(step=Step.PUBLISH, cancel_requested=NOW).status == "Stopping"


def view(**facts: object) -> JobView:
    """A job that runs, with these facts."""
    given: dict[str, object] = {"request_key": "k", "tenant": "acme", "source": JobSource.API, "created": NOW, "started": NOW}
    return JobView(Job(**(given | facts)))  # type: ignore[arg-type]
