"""The sheets of a workbook as they are asked for: streamed ones of data, and small ones that XlsxWriter draws whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from formats.excel.columns import Column
from formats.excel.limits import MAX_COLUMNS, MAX_ROWS, numbered, sheet_names
from formats.excel.rows import Rows

Draw = Callable[[Any, Any], None]
"""Draws on an XlsxWriter worksheet: (workbook, worksheet)."""


@dataclass(frozen=True)
class HeaderLook:
    """Colours of a header as `#RRGGBB`."""

    fill: str = "#1F3A5F"
    font: str = "#FFFFFF"


@dataclass(frozen=True)
class Links:
    """Makes the cells of `column` links inside the workbook: `target` gives for a batch a place a row, such as `'Data'!A7`,
    or null. A sheet has at most 65,530 links; the cells of later rows stay plain."""

    column: str
    target: Callable[[pl.DataFrame], pl.Series]


@dataclass(frozen=True)
class DataSheet:
    """Rows of typed columns under a header. `looks` are by group; a column named in `marked` has a look of its own.

    `finish` draws what depends on the place of the rows (conditional formats, drop-downs): (workbook, worksheet, first, last),
    the 0-based rows between which the data lies; `last < first` when there are none.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Rows
    looks: Mapping[str, HeaderLook] = field(default_factory=dict)
    marked: Mapping[str, HeaderLook] = field(default_factory=dict)
    frozen_columns: int = 0
    links: Links | None = None
    finish: Callable[[Any, Any, int, int], None] | None = None
    active: bool = False

    @property
    def header_rows(self) -> int:
        """1, or 2 with groups above the labels."""
        return 2 if any(column.group for column in self.columns) else 1

    @property
    def capacity(self) -> int:
        """How many rows of data one sheet has room for."""
        return MAX_ROWS - self.header_rows


@dataclass(frozen=True)
class DrawnSheet:
    """A small sheet: everything in it is drawn by `draw`."""

    title: str
    draw: Draw
    hidden: bool = False


Sheet = DataSheet | DrawnSheet


def laid_out(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets as a workbook can hold them: rows past the last one continued on a next sheet, columns past the last one left
    out (`left_out` tells which), names legal and unlike each other. What is so already stays as it is."""
    fitted: list[Sheet] = []
    for sheet in sheets:
        fitted += _continued(sheet) if isinstance(sheet, DataSheet) else [sheet]
    return [replace(sheet, title=name) for sheet, name in zip(fitted, sheet_names([s.title for s in fitted]), strict=True)]


def left_out(sheet: DataSheet) -> tuple[Column, ...]:
    """The columns that a sheet has no room for."""
    return sheet.columns[MAX_COLUMNS:]


def _continued(sheet: DataSheet) -> list[Sheet]:
    narrow = replace(sheet, columns=sheet.columns[:MAX_COLUMNS])
    if sheet.rows.count <= sheet.capacity:
        return [narrow]
    parts: list[Sheet] = []
    for number, start in enumerate(range(0, sheet.rows.count, sheet.capacity), 1):
        rows = sheet.rows.part(start, min(sheet.capacity, sheet.rows.count - start))
        parts.append(replace(narrow, title=numbered(sheet.title, number), rows=rows, active=sheet.active and number == 1))
    return parts
