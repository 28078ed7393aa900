"""What the pages say of a job."""

from datetime import UTC, datetime

import pytest

from api.pages.job_view import JobView
from contract.jobs import Job, JobSource

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
    given: dict[str, object] = {"request_key": "k", "tenant": "acme", "source": JobSource.API, "created": NOW, "started": NOW}
    assert JobView(Job(**(given | facts))).rows == said  # type: ignore[arg-type]
