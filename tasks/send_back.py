"""An edited workbook taken back: compared, and, where all of it can be taken, written in one transaction."""

import json
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial as partial_of
from pathlib import Path
from typing import Any, Self, TextIO

from sqlalchemy import Connection

from contract.edits import CellChange, Edit, EditReport, Place
from contract.errors import ObjectsChanged
from database.edits import apply_edits
from formats.reading.edited import EditedBook, open_edited
from tasks.compare_book import Comparison, Store, compare_book
from tasks.rejects import Rejects

_ATTEMPTS = 3


def is_edited_workbook(path: Path) -> bool:
    """Whether the file is a workbook that this project exported. Raises UnreadableFile where a workbook is damaged."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with open_edited(path) as book:
        return book is not None


def send_back(
    path: Path,
    *,
    store: Store,
    apply: bool = True,
    partial: bool = False,
    rejects: Path | None = None,
    changed_by: str | None = None,
    on_change: Callable[[CellChange], None] = lambda _change: None,
    on_progress: Callable[[int], None] = lambda _done: None,
    before_commit: Callable[[Connection, EditReport], None] = lambda _connection, _report: None,
) -> EditReport:
    """Take back the exported workbook at `path`, which `is_edited_workbook` has recognised.

    With `apply` what it changes is written, in one transaction; where anything is refused nothing is, unless `partial` asks
    for the rows that can be taken. `on_change` gets every changed cell of the rows that can be taken, `rejects` becomes a
    workbook of the rows that cannot, if there are any. Once both are done, `before_commit` has the last word in the
    transaction, and the report: it may write too, and where it raises nothing is written. What others write meanwhile is
    never overwritten: the workbook is then compared again, a few times. Raises ObjectsChanged after that, UnreadableFile,
    DatabaseUnavailable and DiskFull.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with open_edited(path) as book, _Spool() as spool:
                assert book is not None, "the caller has looked"
                report, refused = _compare(book, store, spool, keep=rejects is not None, on_progress=on_progress)
                tell = partial_of(_tell, book, spool, refused, on_change=on_change, rejects=rejects)
                if apply and (partial or not report.refused_rows):
                    word = partial_of(_last_word, report=report, tell=tell, before_commit=before_commit)
                    _write(store, spool, changed_by, word)
                else:
                    tell()
                return report
        except ObjectsChanged:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _write(store: Store, spool: "_Spool", changed_by: str | None, before_commit: Callable[[Connection], None]) -> None:
    now_ms = time.time_ns() // 1_000_000
    apply_edits(store.engine, store.tenant, spool.edits, now_ms=now_ms, changed_by=changed_by, before_commit=before_commit)


def _last_word(
    connection: Connection,
    *,
    report: EditReport,
    tell: Callable[[], None],
    before_commit: Callable[[Connection, EditReport], None],
) -> None:
    report.applied = True
    tell()
    before_commit(connection, report)


def _tell(
    book: EditedBook, spool: "_Spool", refused: Rejects, *, on_change: Callable[[CellChange], None], rejects: Path | None
) -> None:
    for change in spool.changes():
        on_change(change)
    if rejects is not None:
        refused.write(book.facts, rejects)


def _compare(
    book: EditedBook, store: Store, spool: "_Spool", *, keep: bool, on_progress: Callable[[int], None]
) -> tuple[EditReport, Rejects]:
    rejects = Rejects(keep=keep)
    comparison = Comparison(book, store, spool.add_edit, spool.add_change, rejects)
    return compare_book(comparison, on_progress), rejects


class _Spool:
    """What is to be written and what is to be told, on disk: a workbook may change a million objects."""

    def __init__(self) -> None:
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        self._edits, self._changes = self._open(), self._open()
        return self

    def __exit__(self, *_error: object) -> None:
        self._opened.close()

    def add_edit(self, edit: Edit) -> None:
        self._add(self._edits, [edit.type, edit.id, edit.seen, edit.document])

    def add_change(self, change: CellChange) -> None:
        place = change.place
        self._add(self._changes, [place.sheet, place.row, place.type, place.id, place.column, change.before, change.after])

    def edits(self) -> Iterator[Edit]:
        return (Edit(*parts) for parts in self._read(self._edits))

    def changes(self) -> Iterator[CellChange]:
        return (CellChange(Place(*place), before, after) for *place, before, after in self._read(self._changes))

    def _open(self) -> TextIO:
        return self._opened.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n"))

    def _add(self, file: TextIO, parts: list[object]) -> None:
        file.write(json.dumps(parts) + "\n")

    def _read(self, file: TextIO) -> Iterator[list[Any]]:
        file.seek(0)
        return map(json.loads, file)
