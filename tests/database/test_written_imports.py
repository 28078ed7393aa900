"""What an import has written is noted with it: there where that is there, once, and gone where nobody needs it any more."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from contract.errors import AttemptReplaced
from database import written_imports
from database.engine import connect
from database.tables import written_import

A_WEEK = timedelta(days=7)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = connect(database_url)
    yield opened
    opened.dispose()


def note(engine: Engine, job: str, report: bytes = b"{}", tenant: str = "acme", kept_for: timedelta = A_WEEK) -> None:
    with engine.begin() as connection:
        written_imports.note(connection, tenant, job, report, attempt=1, kept_for=kept_for)


def test_a_note_is_there_for_its_tenants_job_alone(engine: Engine) -> None:
    note(engine, "job", b'{"rows": 1}')
    assert written_imports.report_of(engine, "acme", "job") == b'{"rows": 1}'
    assert written_imports.report_of(engine, "other", "job") is None
    assert written_imports.report_of(engine, "acme", "other") is None


def test_a_note_goes_with_what_was_not_written(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        written_imports.note(connection, "acme", "job", b"{}", attempt=1, kept_for=A_WEEK)
        transaction.rollback()
    assert written_imports.report_of(engine, "acme", "job") is None


def test_the_second_who_would_write_the_same_import_is_told_so(engine: Engine) -> None:
    note(engine, "job", b"first")
    with pytest.raises(AttemptReplaced):
        note(engine, "job", b"second")
    assert written_imports.report_of(engine, "acme", "job") == b"first"


@pytest.mark.parametrize(("kept_for", "left"), [(timedelta(days=3), {"two days"}), (timedelta(), set())])
def test_old_notes_go_with_the_next_one_but_none_of_today(engine: Engine, kept_for: timedelta, left: set[str]) -> None:
    for job, days in {"four days": 4, "two days": 2, "today": 0}.items():
        note(engine, job)
        with engine.begin() as connection:
            earlier = written_import.c.at_ms - days * 86_400_000
            connection.execute(update(written_import).where(written_import.c.job == job).values(at_ms=earlier))
    note(engine, "next", kept_for=kept_for)
    there = {job for job in ("four days", "two days", "today") if written_imports.report_of(engine, "acme", job) is not None}
    assert there == {"today", *left}
