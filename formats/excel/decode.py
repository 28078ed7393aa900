"""Rows of a worksheet read as any reader would: with an XML parser and by the standard, not by how they were written.

Slow and independent: the check of a finished file reads some rows of every batch with it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

import polars as pl

from contract.kinds import Kind
from formats.excel.cells import CellColumn
from formats.excel.dates import FIRST_MS, LAST_MS, as_text
from formats.excel.limits import EXACT_INTEGER, LARGEST_NUMBER, SMALLEST_NUMBER, cut
from formats.zones import offset_at

Value = str | float | bool | int | None

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")
_DAY_MS = 86_400_000
_ROW, _ROW_END = b"<row ", b"</row>"
_SPREAD = 5
"""So many rows of a batch are looked at, over all of it, and the last."""


def wrong_cell(
    data: bytes, odd: Iterable[int], rows: pl.DataFrame, columns: Sequence[CellColumn], first_row: int
) -> str | None:
    """The place of a cell that does not say what the table says, of some rows of a batch whose XML is `data`; None when all of
    those do. The first row (`first_row` in the sheet) and the last are among them, and those named in `odd` (0-based)."""
    expected = {first_row, first_row + rows.height - 1, *(first_row + row for row in odd)}
    for xml in _some_rows(data, [first_row + row for row in odd]):
        row = ElementTree.fromstring(xml)  # noqa: S314 - a row that this program wrote
        number = int(row.get("r", "0"))
        if not 0 <= number - first_row < rows.height:
            return f"row {number}"
        column = _differing_cell(row, number, columns, rows.row(number - first_row, named=True))
        if column is not None:
            return f"row {number}, column {column!r}"
        expected.discard(number)
    return f"row {min(expected)}" if expected else None


def _some_rows(data: bytes, numbers: Iterable[int]) -> Iterator[bytes]:
    spread = {data.find(_ROW, len(data) * share // _SPREAD) for share in range(_SPREAD)}
    named = {data.find(b'<row r="%d"' % number) for number in numbers}
    for begin in sorted((spread | named | {data.rfind(_ROW)}) - {-1}):
        yield data[begin : data.find(_ROW_END, begin) + len(_ROW_END)]


def _differing_cell(row: ElementTree.Element, number: int, columns: Sequence[CellColumn], record: dict[str, Any]) -> str | None:
    """The name of the first column whose cell in the row `number` is not the value in `record`; None when all are right."""
    found = dict(_cells(row, number))
    for column in columns:
        wanted, day = _wanted(column, record)
        got = found.pop(column.letter, None)
        if got is not None and day and isinstance(got, float):
            got = round((got - 25_569) * _DAY_MS)
        if got != wanted or (isinstance(got, bool) != isinstance(wanted, bool)):
            return column.name
    return next(iter(found), None)


def _cells(row: ElementTree.Element, number: int) -> Iterator[tuple[str, Value]]:
    for cell in row:
        place = _CELL.fullmatch(cell.get("r", ""))
        if place is None or place.group(2) != str(number):
            yield str(cell.get("r")), "stands in another row"
        else:
            yield place.group(1), _value(cell)


def _value(cell: ElementTree.Element) -> Value:
    text = "".join(node.text or "" for node in cell.iter() if node.tag.rpartition("}")[2] in ("t", "v"))
    match cell.get("t", "n"):
        case "inlineStr":
            return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
        case "b":
            return text == "1"
        case _:
            return float(text)


def _wanted(column: CellColumn, record: dict[str, Any]) -> tuple[Value, bool]:
    """What the cell must say, and whether that is the milliseconds of a date."""
    value, text = record[column.name], record.get(column.text_field)
    if text is not None:
        return cut(text), False
    if value is None or column.kind in (Kind.TEXT, Kind.BOOLEAN):
        return value, False
    if column.kind is Kind.INTEGER:
        return (float(value) if abs(value) <= EXACT_INTEGER else str(value)), False
    if column.kind is Kind.INSTANT:
        return _wall_clock(column, value)
    if value == 0 or SMALLEST_NUMBER <= abs(value) <= LARGEST_NUMBER:
        return float(value), False
    return _word(value), False


def _wall_clock(column: CellColumn, ms: int) -> tuple[Value, bool]:
    if FIRST_MS - _DAY_MS <= ms <= LAST_MS + _DAY_MS:
        wall = ms + _offset(column, ms)
        if FIRST_MS <= wall <= LAST_MS:
            return wall, True
    return pl.select(_exact_text(column, ms)).item(), False


def _offset(column: CellColumn, ms: int) -> int:
    return 0 if column.zone is None else offset_at(ms, column.zone)


def _exact_text(column: CellColumn, ms: int) -> pl.Expr:
    return as_text(pl.lit(ms, pl.Int64), column.layout)


def _word(value: float) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return str(pl.Series([value]).cast(pl.String)[0])
