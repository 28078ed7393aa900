"""The way of one import as a plain function, on a real store: taken whole, in part, or only looked at; and safe to repeat."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from contract.errors import AttemptReplaced, ExportCancelled, FileMissing, ImportRefused, NoDataInFile, UnreadableFile
from contract.imports import MOST_TEXT, Apply, ImportReport, ImportRequest
from contract.jobs import JobFile, Step
from database import import_files
from database.engine import connect
from database.import_files import ImportFile
from database.migrate import upgrade
from files.store import open_store, stream
from flows.pipeline import Place
from flows.taking_in import Imported, run_import
from tests.tasks.edited_books import Shop, edit_cells, opened


@dataclass
class Notes:
    """Keeps what was reported; cancels at a step where that is wanted."""

    cancel_at: Step | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def progress(self, step: Step, records_done: int) -> None:
        if step is self.cancel_at:
            raise ExportCancelled

    def describe(self, **facts: Any) -> None:
        self.facts |= facts


@dataclass
class CancelledAfterWriting(Notes):
    """Cancels at the second word of the step whose first one comes before the end of the writing."""

    publishing: int = 0

    def progress(self, step: Step, records_done: int) -> None:
        self.publishing += step is Step.PUBLISH
        if self.publishing > 1:
            raise ExportCancelled


@dataclass
class Bench:
    shop: Shop
    place: Place

    def take(self, content: bytes, name: str = "states.xlsx", apply: Apply = Apply.ALL, notes: Notes | None = None) -> Imported:
        engine = connect(self.place.jobs_url)
        import_files.keep(engine, self.shop.tenant, "f1", ImportFile(name, content))
        engine.dispose()
        wish = ImportRequest("f1", name, apply, "ann")
        return run_import(wish.body(), tenant=self.shop.tenant, job_id="job", place=self.place, reporter=notes or Notes())

    def rejects(self) -> bytes:
        engine = connect(self.place.jobs_url)
        try:
            return import_files.fetch(engine, self.shop.tenant, "job").content
        finally:
            engine.dispose()

    def state(self, identifier: str) -> str:
        text: str = self.shop.document(identifier)["data"]["attributes"]["itemState"]["values"][0]["value"]
        return text

    def report(self, file: JobFile) -> ImportReport:
        return ImportReport.from_json(b"".join(stream(open_store(self.place.results), file.key)))


def an_object(identifier: str, state: str = "new") -> dict[str, Any]:
    values = [{"value": state, "locale": "en-US", "source": "internal"}]
    return {"id": identifier, "type": "connectorstate", "data": {"attributes": {"itemState": {"values": values}}}}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    settings = Settings(home=tmp_path)
    upgrade(settings.objects_url, "objects")
    upgrade(settings.jobs_url, "jobs")
    shop = Shop.stocked(settings.objects_url, tmp_path, [an_object("1"), an_object("2")])
    yield Bench(shop, Place.of(settings))
    shop.engine.dispose()


def conflicting(bench: Bench) -> bytes:
    """An edit of both objects, of which the first was changed in the store meanwhile."""
    book = edit_cells(bench.shop.export(), {("1", "Item State"): "mine", ("2", "Item State"): "fixed"})
    bench.shop.load([an_object("1", "elsewhere")])
    return book.read_bytes()


def test_an_edited_workbook_arrives_and_the_report_tells_each_cell(bench: Bench) -> None:
    book = edit_cells(bench.shop.export(), {("1", "Item State"): "fixed"})
    notes = Notes()
    done = bench.take(book.read_bytes(), notes=notes)
    assert bench.state("1") == "fixed"
    assert (done.total, done.warnings, done.file.name) == (2, (), "states report.json")
    assert bench.report(done.file) == done.report
    [change] = done.report.changes
    assert (change.place, change.id, change.column, change.before, change.after) == (
        "Connector State, row 3",
        "1",
        "Item State",
        "new",
        "fixed",
    )
    assert notes.facts["counts"] == done.report.counts
    assert notes.facts["matched"] == 2


@pytest.mark.parametrize("apply", [Apply.ALL, Apply.PARTIAL])
@pytest.mark.parametrize("whole", [False, True], ids=["an edited workbook", "whole objects"])
def test_an_import_that_is_run_again_writes_nothing_and_reports_what_it_wrote(bench: Bench, apply: Apply, whole: bool) -> None:
    """A lost run begins again under the same id; what others stored meanwhile is newer."""
    book = edit_cells(bench.shop.export(), {("1", "Item State"): "fixed"}).read_bytes()
    given = (json.dumps([an_object("1", "fixed")]).encode(), "states.json") if whole else (book, "states.xlsx")
    first = bench.take(*given, apply=apply).report
    bench.shop.load([an_object("1", "elsewhere")])
    before = bench.shop.documents()
    assert bench.take(*given, apply=apply).report == first
    assert first.updated + first.stored == 1
    assert bench.shop.documents() == before


def test_an_import_that_is_run_again_after_a_refusal_is_compared_again(bench: Bench) -> None:
    """It has written nothing: what refused it may be gone."""
    book = conflicting(bench)
    with pytest.raises(ImportRefused):
        bench.take(book)
    bench.shop.load([an_object("1")])
    assert bench.take(book).report.updated == 2


def test_an_attempt_whose_import_another_one_has_written_meanwhile_writes_nothing(bench: Bench) -> None:
    """It had looked before the other one was done."""
    content = json.dumps([an_object("1", "fixed")]).encode()

    class Late(Notes):
        def progress(self, step: Step, records_done: int) -> None:
            if step is Step.COMPARE and not self.facts.get("written"):
                self.facts["written"] = True
                bench.take(content, name="states.json")
                bench.shop.load([an_object("1", "elsewhere")])

    with pytest.raises(AttemptReplaced):
        bench.take(content, name="states.json", notes=Late())
    assert bench.state("1") == "elsewhere"


def test_refused_rows_are_kept_before_the_others_are_written(bench: Bench) -> None:
    """The process may be gone right after, and a second run does not compare again."""

    class Dies(Notes):
        def progress(self, step: Step, records_done: int) -> None:
            if step is Step.PUBLISH and records_done:
                raise RuntimeError("killed")

    book = conflicting(bench)
    with pytest.raises(RuntimeError):
        bench.take(book, apply=Apply.PARTIAL, notes=Dies())
    assert bench.rejects().startswith(b"PK")
    assert [one.code for one in bench.take(book, apply=Apply.PARTIAL).warnings] == ["SSH2201"]


def test_the_report_on_a_file_of_whole_objects_names_each(bench: Bench) -> None:
    lines = [json.dumps(an_object("1", "fixed")), json.dumps({"id": 5, "type": "connectorstate"}), json.dumps(an_object("9"))]
    done = bench.take("\n".join(lines).encode(), name="states.jsonl", apply=Apply.PARTIAL)
    assert [(record.place, record.type, record.id) for record in done.report.changes] == [
        ("line 1", "connectorstate", "1"),
        ("line 3", "connectorstate", "9"),
    ]
    [refused] = done.report.refusals
    assert (refused.place, refused.type) == ("line 2", "connectorstate")
    assert "id" in refused.reason


def test_an_attempt_that_was_replaced_stores_no_whole_objects(bench: Bench) -> None:
    """It lives on, though another attempt has begun and people have changed the objects since."""

    class Replaced(Notes):
        def progress(self, step: Step, records_done: int) -> None:
            if step is Step.PUBLISH:
                raise AttemptReplaced(attempt=1)

    before = bench.shop.documents()
    with pytest.raises(AttemptReplaced):
        bench.take(json.dumps([an_object("1", "old")]).encode(), name="states.json", notes=Replaced())
    assert bench.shop.documents() == before


def test_a_long_text_is_told_shortened_and_taken_whole(bench: Bench) -> None:
    book = edit_cells(bench.shop.export(), {("1", "Item State"): "x" * 5_000})
    [change] = bench.take(book.read_bytes()).report.changes
    assert change.after == "x" * MOST_TEXT + "… (5,000 characters)"
    assert bench.state("1") == "x" * 5_000


def test_nothing_is_written_where_a_row_is_refused_and_the_report_is_there(bench: Bench) -> None:
    book, before, notes = conflicting(bench), bench.shop.documents(), Notes()
    with pytest.raises(ImportRefused, match="1 of 2 rows"):
        bench.take(book, notes=notes)
    assert bench.shop.documents() == before
    report = bench.report(notes.facts["file"])
    assert (report.applied, report.refused, report.conflicts, notes.facts["total"]) == (False, 1, 1, 0)
    assert [refusal.conflict for refusal in report.refusals] == [True]


def test_the_refused_rows_are_a_workbook_that_can_be_sent_back(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused):
        bench.take(conflicting(bench))
    path = tmp_path / "rejects.xlsx"
    path.write_bytes(bench.rejects())
    assert [cell.comment is not None for row in opened(path)["Connector State"].iter_rows(min_row=3) for cell in row].count(
        True
    )
    assert bench.take(bench.rejects(), name="rejects.xlsx").report.updated == 1
    assert bench.state("1") == "mine"


def test_the_rows_that_can_be_taken_are_where_that_is_asked_for(bench: Bench) -> None:
    done = bench.take(conflicting(bench), apply=Apply.PARTIAL)
    assert [warning.code for warning in done.warnings] == ["SSH2201"]
    assert (bench.state("1"), bench.state("2"), done.total) == ("elsewhere", "fixed", 1)


def test_a_look_writes_nothing(bench: Bench) -> None:
    book, before = conflicting(bench), bench.shop.documents()
    done = bench.take(book, apply=Apply.NOTHING)
    assert (done.report.applied, done.report.updated, done.report.refused) == (False, 1, 1)
    assert bench.shop.documents() == before


@pytest.mark.parametrize("apply", [Apply.ALL, Apply.PARTIAL, Apply.NOTHING])
def test_any_other_file_is_held_to_the_same(bench: Bench, apply: Apply) -> None:
    content = json.dumps([an_object("3"), {"id": "4"}]).encode()
    before = bench.shop.documents()
    if apply is Apply.ALL:
        with pytest.raises(ImportRefused):
            bench.take(content, "objects.json", apply)
    else:
        report = bench.take(content, "objects.json", apply).report
        assert (report.rows, report.stored, report.refused) == (2, 1, 1)
    new = set(bench.shop.documents()) - set(before)
    assert new == ({("connectorstate", "3")} if apply is Apply.PARTIAL else set())


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [(b"[]", "objects.json", NoDataInFile), (b"PK nonsense", "states.xlsx", UnreadableFile)],
)
def test_a_file_that_cannot_be_read_is_a_clear_error(bench: Bench, content: bytes, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        bench.take(content, name)


def test_a_workbook_without_rows_has_no_data(bench: Bench) -> None:
    bench.shop.load([])
    book = opened(bench.shop.export())
    book["Connector State"].delete_rows(3, 10)
    path = bench.shop.folder / "empty.xlsx"
    book.save(path)
    with pytest.raises(NoDataInFile):
        bench.take(path.read_bytes())


def test_a_file_that_is_kept_no_longer_is_missing(bench: Bench) -> None:
    wish = ImportRequest("gone", "states.xlsx")
    with pytest.raises(FileMissing, match=r"states\.xlsx"):
        run_import(wish.body(), tenant=bench.shop.tenant, job_id="job", place=bench.place, reporter=Notes())


def test_a_cancelled_import_writes_nothing(bench: Bench) -> None:
    book = edit_cells(bench.shop.export(), {("1", "Item State"): "fixed"})
    with pytest.raises(ExportCancelled):
        bench.take(book.read_bytes(), notes=Notes(cancel_at=Step.COMPARE))
    assert bench.state("1") == "new"


@pytest.mark.parametrize("apply", [Apply.ALL, Apply.NOTHING])
@pytest.mark.parametrize("whole", [False, True], ids=["an edited workbook", "whole objects"])
def test_a_cancel_that_comes_before_the_writing_is_done_writes_nothing(bench: Bench, apply: Apply, whole: bool) -> None:
    book = edit_cells(bench.shop.export(), {("1", "Item State"): "fixed"}).read_bytes()
    objects = json.dumps([{"id": "1", "type": "connectorstate", "properties": {"entityid": "other"}}]).encode()
    given = (objects, "objects.json") if whole else (book, "states.xlsx")
    before = bench.shop.document("1")
    with pytest.raises(ExportCancelled):
        bench.take(*given, apply=apply, notes=Notes(cancel_at=Step.PUBLISH))
    assert bench.shop.document("1") == before


def test_a_cancel_that_comes_after_the_writing_leaves_the_import_to_be_told_of(bench: Bench) -> None:
    """Cancelled is what has written nothing."""
    book = edit_cells(bench.shop.export(), {("1", "Item State"): "fixed"}).read_bytes()
    assert bench.take(book, notes=CancelledAfterWriting()).report.applied
    assert bench.state("1") == "fixed"


def test_a_file_that_cannot_be_read_is_called_as_its_sender_called_it(bench: Bench) -> None:
    with pytest.raises(UnreadableFile, match=r"^Zustände 1\.xlsx cannot be read"):
        bench.take(b"%PDF-1.7", "Zustände 1.xlsx")


def test_a_long_name_leaves_a_file_its_ending(bench: Bench) -> None:
    name = "ü" * 150 + ".csv"
    done = bench.take(b"id,type\n7,connectorstate\n", name)
    assert (done.report.file_name, done.report.stored) == (name, 1)
