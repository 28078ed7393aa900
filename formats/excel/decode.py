"""Rows of a worksheet read as any reader would: with an XML parser and by the standard, not by how they were written.

Slow and independent: the check of a finished file reads some rows of every batch with it.
"""

import re
from collections.abc import Sequence
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
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DAY_MS = 86_400_000


def wrong_cell(xml: bytes | bytearray, number: int, record: dict[str, Any], columns: Sequence[CellColumn]) -> str | None:
    """The place of the first cell that does not say what the table says in `record`, in the XML of the row `number` of a sheet;
    None when all do."""
    row = ElementTree.fromstring(xml)  # noqa: S314 - a row that this program wrote
    if row.get("r") != str(number):
        return f"row {number}"
    column = _differing_cell(row, number, columns, record)
    return None if column is None else f"row {number}, column {column!r}"


def _differing_cell(row: ElementTree.Element, number: int, columns: Sequence[CellColumn], record: dict[str, Any]) -> str | None:
    """The name of the first column whose cell in the row `number` is not the value in `record`; None when all are right."""
    found = {cell.get("r", ""): cell for cell in row}
    for column in columns:
        wanted, day = _wanted(column, record)
        cell = found.pop(f"{column.letter}{number}", None)
        got = None if cell is None else _value(cell)
        if day and isinstance(got, float):
            got = round((got - 25_569) * _DAY_MS)
        if got != wanted or (isinstance(got, bool) != isinstance(wanted, bool)):
            return column.name
    return next(iter(found), None)


def _value(cell: ElementTree.Element) -> Value:
    text = "".join(cell.itertext())
    match cell.get("t", "n"):
        case "inlineStr":
            return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text
        case "b":
            return text == "1"
        case _:
            return float(text) if _NUMBER.fullmatch(text) else f"{text!r} as a number"


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
