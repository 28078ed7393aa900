"""An import that has written its objects is told of as completed, with its report, whatever comes between that and its end."""

import json
import logging
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Abort

from config.settings import Settings
from contract.errors import StoreUnavailable
from contract.imports import ImportReport, ImportRequest
from contract.jobs import Job, JobKind, JobSource, JobStatus, Step
from database import changes, import_files, jobs, written_imports
from database.engine import connect
from database.import_files import ImportFile
from database.migrate import upgrade
from files.store import open_store, stream
from flows import job, taking_in
from flows.pipeline import Place

OBJECTS = [{"id": "1", "type": "connectorstate", "data": {"attributes": {}}}]


class Attempt:
    """The flow of an import as a process of its own would run it, with no Prefect around it."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = Settings(home=home)
        upgrade(self.settings.objects_url, "objects")
        upgrade(self.settings.jobs_url, "jobs")
        self.engine, self.objects = connect(self.settings.jobs_url), connect(self.settings.objects_url)
        self.flow_run = FlowRun(id=uuid.uuid4(), flow_id=uuid.uuid4(), idempotency_key="key", parameters={"tenant": "acme"})
        self.id = str(self.flow_run.id)
        jobs.create(self.engine, Job("key", "acme", JobSource.API, datetime.now(UTC), JobKind.IMPORT))
        jobs.attach_run(self.engine, "key", self.id)
        import_files.keep(self.engine, "acme", "f1", ImportFile("states.json", json.dumps(OBJECTS).encode()))
        stand_ins: dict[str, Callable[..., Any]] = {
            "_this_run": lambda: self.flow_run,
            "load_settings": lambda: self.settings,
            "get_run_logger": lambda: logging.getLogger("test"),
            "tell_story": lambda *_: None,
        }
        for name, stand_in in stand_ins.items():
            monkeypatch.setattr(job, name, stand_in)

    def run(self) -> Any:
        return job.run_job("acme", ImportRequest("f1", "states.json").body(), taking_in.run_import)

    def row(self) -> Job:
        return jobs.of_run(self.engine, self.id)

    def is_written(self) -> bool:
        with self.objects.connect() as connection:
            return bool(changes.stored_documents(connection, "acme", [{"type": "connectorstate", "id": "1"}]))

    def report(self) -> ImportReport:
        file = self.row().file
        assert file is not None
        return ImportReport.from_json(b"".join(stream(open_store(self.settings.results), file.key)))


@pytest.fixture
def attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    return Attempt(tmp_path, monkeypatch)


class Killed(BaseException):
    """Nothing of the flow sees the end of its process, as with SIGKILL."""


def dies_once(monkeypatch: pytest.MonkeyPatch, error: BaseException, before: Callable[[], object] = lambda: None) -> None:
    """The first publishing of a report, which comes after the writing, ends with an error."""
    publish = taking_in.keep

    def dying(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(taking_in, "keep", publish)
        before()
        raise error

    monkeypatch.setattr(taking_in, "keep", dying)


def ended_as_written(attempt: Attempt) -> bool:
    row, report = attempt.row(), attempt.report()
    said = (row.status, row.total, row.matched, row.counts["stored"], report.applied, report.stored)
    return said == (JobStatus.COMPLETED, 1, 1, 1, True, 1) and attempt.is_written()


@pytest.mark.parametrize("is_cancelled", [False, True], ids=["alone", "while it is cancelled"])
@pytest.mark.parametrize("error", [StoreUnavailable(detail="away"), RuntimeError("a fault")])
def test_an_import_whose_report_fails_once_is_completed(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch, error: Exception, is_cancelled: bool
) -> None:
    cancel = (lambda: jobs.request_cancel(attempt.engine, attempt.id)) if is_cancelled else (lambda: None)
    dies_once(monkeypatch, error, cancel)
    assert attempt.run().is_completed()
    assert ended_as_written(attempt)


@pytest.mark.parametrize("is_cancelled", [False, True], ids=["alone", "while it is cancelled"])
def test_an_import_whose_process_is_killed_after_the_writing_is_completed_by_the_next(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch, is_cancelled: bool
) -> None:
    dies_once(monkeypatch, Killed())
    with pytest.raises(Killed):
        attempt.run()
    assert (attempt.row().status, attempt.is_written()) == (JobStatus.RUNNING, True)
    if is_cancelled:
        jobs.request_cancel(attempt.engine, attempt.id)
    assert attempt.run().is_completed()
    assert ended_as_written(attempt)


def test_an_import_whose_report_cannot_be_stored_is_left_open_for_the_next_process(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: Any, **_named: Any) -> Any:
        raise StoreUnavailable(detail="away")

    with monkeypatch.context() as broken:
        broken.setattr(taking_in, "keep", away)
        with pytest.raises(Abort, match="away"):
            attempt.run()
    assert attempt.row().finished is None
    assert attempt.run().is_completed()
    assert ended_as_written(attempt)


def test_an_import_that_was_told_of_is_not_ended_once_more(attempt: Attempt) -> None:
    """Whoever asks later leaves the row, and the file that it names, alone."""
    assert attempt.run().is_completed()
    ended = attempt.row()
    assert not taking_in.finish_written(attempt.engine, Place.of(attempt.settings), ended)
    assert attempt.row() == ended


def test_an_import_that_fails_before_the_writing_is_a_failure(attempt: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(written_imports, "note", broken)
    assert attempt.run().is_failed()
    assert (attempt.row().status, attempt.is_written()) == (JobStatus.FAILED, False)


def test_an_import_that_was_cancelled_before_the_writing_is_cancelled(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = taking_in.take_in

    def cancelled(*given: Any, **named: Any) -> Any:
        jobs.request_cancel(attempt.engine, attempt.id)
        return compare(*given, **named)

    monkeypatch.setattr(taking_in, "take_in", cancelled)
    assert attempt.run().is_cancelled()
    assert (attempt.row().status, attempt.row().step, attempt.is_written()) == (JobStatus.CANCELLED, Step.VALIDATE, False)
