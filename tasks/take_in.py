"""A file of objects taken in, as one: compared with the store, and written in one transaction or not at all.

What `statesheet load` does with an exported workbook is done here too (`tasks.send_back`). Any other file is held to the same:
with anything refused nothing is written, unless the rest was asked for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import tzinfo
from pathlib import Path

from sqlalchemy import Connection

from contract.changes import Deletion
from contract.edits import CellChange, CellRefusal, EditReport, Place
from contract.errors import NoDataInFile
from contract.imports import MOST_TOLD, Apply, ImportRecord, ImportReport, ImportRequest, shortened
from contract.jobs import Step
from database.loader import LoadReport, look_through, store_together
from formats.reading import read_objects
from tasks.compare_book import Store
from tasks.send_back import is_edited_workbook, send_back

_TOLD_EVERY = 1_000
"""Objects between two words on how far it is."""

Progress = Callable[[Step, int], None]
LastWord = Callable[[Connection, ImportReport], None]
"""Called in the transaction that writes, when all is written and the report is whole: it may write too, or raise."""


def take_in(
    path: Path,
    wish: ImportRequest,
    *,
    store: Store,
    zone: tzinfo,
    rejects: Path,
    on_progress: Progress,
    before_commit: LastWord = lambda _connection, _report: None,
) -> ImportReport:
    """Take in the file at `path` as `wish` says; `rejects` becomes a workbook of refused rows, where there are such rows.

    `on_progress` may raise to stop it, and so may `before_commit`, the last word before anything is stored: nothing is written
    then. By that time the report says all, and the workbook of refused rows is there.
    Raises FileMissing, NoDataInFile, UnreadableFile, ObjectsChanged, DatabaseUnavailable and DiskFull.
    """
    if is_edited_workbook(path):
        return _send_back(path, wish, store, rejects, on_progress, before_commit)
    return _store(path, wish, store, zone, on_progress, before_commit)


def _send_back(
    path: Path, wish: ImportRequest, store: Store, rejects: Path, on_progress: Progress, before_commit: LastWord
) -> ImportReport:
    report = ImportReport(wish.file_name, wish.apply, edited=True)

    def last_word(connection: Connection, found: EditReport) -> None:
        _count(report, found)
        before_commit(connection, report)

    found = send_back(
        path,
        store=store,
        apply=wish.apply is not Apply.NOTHING,
        partial=wish.apply is Apply.PARTIAL,
        rejects=rejects,
        changed_by=wish.user,
        on_change=lambda change: report.tell_change(_change(change)),
        on_progress=lambda done: on_progress(Step.COMPARE, done),
        before_commit=last_word,
    )
    _count(report, found)
    return report


def _count(report: ImportReport, found: EditReport) -> None:
    report.applied, report.rows, report.refused = found.applied, found.rows, found.refused_rows
    report.unchanged, report.created, report.updated, report.deleted = (
        found.unchanged,
        found.created,
        found.updated,
        found.deleted,
    )
    report.cells, report.conflicts = found.cells, found.conflicts
    report.refusals = [_refusal(cell) for cell in found.refused[:MOST_TOLD]]
    if not found.rows:
        raise NoDataInFile(name=report.file_name)


def _store(
    path: Path, wish: ImportRequest, store: Store, zone: tzinfo, on_progress: Progress, before_commit: LastWord
) -> ImportReport:
    report = ImportReport(wish.file_name, wish.apply)
    told: dict[str, ImportRecord] = {}
    objects = _watched(read_objects(path, zone=zone), report, told, on_progress)
    if wish.apply is Apply.NOTHING:
        _count_stored(report, told, look_through(store.tenant, objects), applied=False)
        return report

    def last_word(connection: Connection, found: LoadReport) -> None:
        _count_stored(report, told, found, applied=True)
        before_commit(connection, report)

    partial = wish.apply is Apply.PARTIAL
    found = store_together(store.engine, store.tenant, objects, changed_by=wish.user, partial=partial, before_commit=last_word)
    if not report.applied:
        _count_stored(report, told, found, applied=False)
    return report


def _count_stored(report: ImportReport, told: dict[str, ImportRecord], found: LoadReport, *, applied: bool) -> None:
    """What became of the objects that were `told`, which those that were refused leave."""
    report.applied = applied
    report.stored, report.deleted, report.refused = found.loaded, found.deleted, len(found.refused)
    if applied:  # an object that is not there cannot be deleted
        report.unchanged = report.rows - report.stored - report.deleted - report.refused
    for refusal in found.refused:
        record = told.pop(refusal.place, ImportRecord(refusal.place))
        if len(report.refusals) < MOST_TOLD:
            report.refusals.append(replace(record, reason=refusal.reason))
    report.changes = list(told.values())


def _watched(
    objects: Iterator[tuple[str, object]], report: ImportReport, told: dict[str, ImportRecord], on_progress: Progress
) -> Iterator[tuple[str, object]]:
    """The objects as they are read, counted; `told` gets the first of them, by their places."""
    for place, item in objects:
        report.rows += 1
        if report.rows <= MOST_TOLD:
            told[place] = _named(place, item)
        if report.rows % _TOLD_EVERY == 1:
            on_progress(Step.COMPARE, report.rows)
        yield place, item


def _named(place: str, item: object) -> ImportRecord:
    """What a file says of an object before it is looked at: the names may be anything."""
    said: Mapping[str, object] = item if isinstance(item, dict) else {}
    if isinstance(item, Deletion):
        said = asdict(item)
    names = (said.get(name) for name in ("type", "id"))
    type_name, identifier = ((shortened(name) or "") if isinstance(name, str) else "" for name in names)
    return ImportRecord(place, type_name, identifier)


def _change(change: CellChange) -> ImportRecord:
    place = change.place
    return ImportRecord(_words(place), place.type, place.id, place.column, shortened(change.before), shortened(change.after))


def _refusal(cell: CellRefusal) -> ImportRecord:
    place = cell.place
    return ImportRecord(
        _words(place),
        place.type,
        place.id,
        place.column,
        after=shortened(cell.after),
        reason=cell.reason,
        conflict=cell.conflict,
    )


def _words(place: Place) -> str:
    return f"{place.sheet}, row {place.row}"
