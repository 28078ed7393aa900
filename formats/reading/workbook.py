"""Workbooks as sheets of cells, through pandas and calamine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.errors import UnreadableFile
from contract.filters import fold
from formats.reading.bounds import Valueless
from formats.reading.cells import NoValue, Row, is_empty
from formats.reading.extent import Place
from formats.reading.merged import Range
from formats.reading.sheet_parts import sheet_parts


@dataclass(frozen=True)
class Workbook:
    """An opened workbook: the names of its sheets in order, and of those that a person sees."""

    path: Path
    sheets: tuple[str, ...]
    visible: tuple[str, ...]
    _file: Any
    _valueless: Mapping[str, dict[Place, NoValue]]

    def rows(self, sheet: str) -> Iterator[Row]:
        """The rows of a sheet from row 1, empty ones too, as long as the longest; raises UnreadableFile.

        A row becomes Python objects when it is asked for: pandas would make a frame of all of them first.
        """
        return self.rows_and_merged(sheet)[0]

    def rows_and_merged(self, sheet: str) -> tuple[Iterator[Row], tuple[Range, ...]]:
        """As `rows`, and the merged cells of the sheet, which are read with it."""
        with _damage(self.path):
            found = self._file.book.get_sheet_by_name(sheet)
            rows: Iterator[Row] = found.iter_rows()
            merged: tuple[Range, ...] = tuple(found.merged_cell_ranges or ())
        valueless = self._valueless.get(sheet)
        return _with_valueless(rows, valueless) if valueless else rows, merged


@contextmanager
def open_workbook(path: Path, valueless: Valueless | None = None) -> Iterator[Workbook]:
    """Open a workbook that `bounds.check_workbook` has let through, which found the cells in `valueless`; raises UnreadableFile
    where it is damaged."""
    import pandas as pd
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    with _damage(path):
        file = pd.ExcelFile(path, engine="calamine")
    with file:
        known = [sheet for sheet in file.book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        visible = tuple(sheet.name for sheet in known if sheet.visible == SheetVisibleEnum.Visible)
        parts = sheet_parts(path) if valueless else {}
        by_sheet = {title: (valueless or {}).get(part, {}) for title, part in parts.items()}
        yield Workbook(path, tuple(sheet.name for sheet in known), visible, file, by_sheet)


def _with_valueless(rows: Iterator[Row], valueless: Mapping[Place, NoValue]) -> Iterator[Row]:
    """The rows with these cells in the places of the empty texts that the library gives for them."""
    by_row: dict[int, dict[int, NoValue]] = {}
    for (row, column), why in valueless.items():
        by_row.setdefault(row, {})[column] = why
    last = 0
    for number, cells in enumerate(rows, start=1):
        last = number
        yield _row_with(cells, by_row.get(number, {}))
    for number in range(last + 1, max(by_row, default=0) + 1):
        yield _row_with((), by_row.get(number, {}))


def _row_with(cells: Row, found: Mapping[int, NoValue]) -> Row:
    if not found:
        return cells
    widened = [*cells, *[""] * (max(found) - len(cells))]
    for column, why in found.items():
        widened[column - 1] = why
    return widened


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Make an error of the reading libraries one for people."""
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, ValueError, OSError, KeyError, OverflowError) as error:
        raise UnreadableFile(name=path.name, reason=f"the workbook is damaged: {error}") from error
    except BaseException as error:
        # A panic of the Rust library comes as a class of pyo3 that cannot be imported and is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile(name=path.name, reason="the workbook is damaged") from error


def rows_if_there(workbook: Workbook, sheet: str) -> Iterator[Row]:
    """The rows of a sheet that may be missing, each with two cells at least."""
    for name in workbook.sheets:
        if fold(name) == fold(sheet):
            for row in workbook.rows(name):
                yield (*row, "", "")


def has_cells(rows: Iterator[Row]) -> bool:
    """Whether any cell of the rows says something."""
    return any(not is_empty(cell) for row in rows for cell in row)
