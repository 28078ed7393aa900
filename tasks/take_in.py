"""A file of objects taken in, as one: compared with the store, and written in one transaction or not at all.

What `statesheet load` does with an exported workbook is done here too (`tasks.send_back`). Any other file is held to the same:
with anything refused nothing is written, unless the rest was asked for.
"""

from collections.abc import Callable, Iterator
from datetime import tzinfo
from pathlib import Path

from contract.edits import CellChange, CellRefusal, EditReport, Place
from contract.errors import NoDataInFile
from contract.imports import MOST_TOLD, Apply, ImportRecord, ImportReport, ImportRequest
from contract.jobs import Step
from database.loader import LoadReport, look_through, store_together
from formats.reading import read_objects
from tasks.compare_book import Store
from tasks.send_back import is_edited_workbook, send_back

_TOLD_EVERY = 1_000
"""Objects between two words on how far it is."""

Progress = Callable[[Step, int], None]


def take_in(
    path: Path, wish: ImportRequest, *, store: Store, zone: tzinfo, rejects: Path, on_progress: Progress
) -> ImportReport:
    """Take in the file at `path` as `wish` says; `rejects` becomes a workbook of refused rows, where there are such rows.

    `on_progress` may raise to stop it: nothing is written then. Raises FileMissing, NoDataInFile, UnreadableFile,
    ObjectsChanged, DatabaseUnavailable and DiskFull.
    """
    if is_edited_workbook(path):
        return _send_back(path, wish, store, rejects, on_progress)
    return _store(path, wish, store, zone, on_progress)


def _send_back(path: Path, wish: ImportRequest, store: Store, rejects: Path, on_progress: Progress) -> ImportReport:
    report = ImportReport(wish.file_name, wish.apply, edited=True)
    found = send_back(
        path,
        store=store,
        apply=wish.apply is not Apply.NOTHING,
        partial=wish.apply is Apply.PARTIAL,
        rejects=rejects,
        changed_by=wish.user,
        on_change=lambda change: report.tell_change(_change(change)),
        on_progress=lambda done: on_progress(Step.COMPARE, done),
    )
    _count(report, found)
    report.refusals = [_refusal(cell) for cell in found.refused[:MOST_TOLD]]
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
    if not found.rows:
        raise NoDataInFile(name=report.file_name)


def _store(path: Path, wish: ImportRequest, store: Store, zone: tzinfo, on_progress: Progress) -> ImportReport:
    report = ImportReport(wish.file_name, wish.apply)
    objects = _watched(read_objects(path, zone=zone), report, on_progress)
    if wish.apply is Apply.NOTHING:
        found = look_through(store.tenant, objects)
    else:
        partial = wish.apply is Apply.PARTIAL
        found = store_together(store.engine, store.tenant, objects, changed_by=wish.user, partial=partial)
        report.applied = partial or not found.refused
    report.stored, report.deleted, report.refused = found.loaded, found.deleted, len(found.refused)
    if report.applied:  # an object that is not there cannot be deleted
        report.unchanged = report.rows - report.stored - report.deleted - report.refused
    report.refusals = _refused(found)
    return report


def _watched(
    objects: Iterator[tuple[str, object]], report: ImportReport, on_progress: Progress
) -> Iterator[tuple[str, object]]:
    for item in objects:
        report.rows += 1
        if report.rows % _TOLD_EVERY == 1:
            on_progress(Step.COMPARE, report.rows)
        yield item


def _refused(found: LoadReport) -> list[ImportRecord]:
    return [ImportRecord(refusal.place, reason=refusal.reason) for refusal in found.refused[:MOST_TOLD]]


def _change(change: CellChange) -> ImportRecord:
    place = change.place
    return ImportRecord(_words(place), place.type, place.id, place.column, change.before, change.after)


def _refusal(cell: CellRefusal) -> ImportRecord:
    place = cell.place
    return ImportRecord(
        _words(place), place.type, place.id, place.column, after=cell.after, reason=cell.reason, conflict=cell.conflict
    )


def _words(place: Place) -> str:
    return f"{place.sheet}, row {place.row}"
