"""A database of jobs, without any at the beginning of each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, delete

from database.engine import connect
from database.tables import export_job


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
