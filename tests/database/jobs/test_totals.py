"""What all jobs come to is added up, on both databases, also by many at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from database import job_totals
from database.engine import connect
from database.job_totals import Total


@pytest.fixture
def engine(database_url):
    made = connect(database_url)
    yield made
    made.dispose()


def test_the_figures_of_jobs_are_added_up_by_name_and_label(engine):
    job_totals.add(engine, [("rows", "excel", 10), ("seconds", "render", 0.5)])
    job_totals.add(engine, [("rows", "excel", 5), ("rows", "csv", 1)])
    job_totals.add(engine, [])
    assert job_totals.totals(engine) == [
        Total("rows", "csv", 1, 1.0),
        Total("rows", "excel", 2, 15.0),
        Total("seconds", "render", 1, 0.5),
    ]


def test_jobs_that_end_at_once_are_all_counted(engine):
    figures = [("seconds", "extract", 1), ("rows", "excel", 2), ("bytes", "excel", 3)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: job_totals.add(engine, figures), range(40)))
    assert {total.label: total.times for total in job_totals.totals(engine)} == {"extract": 40, "excel": 40}
