"""The rows of a worksheet part, as whole columns.

Source: ECMA-376 part 1, 18.3.1.73 (row) and 18.3.1.4 (c). A row is one `concat_str`; a cell that may be absent is one of its
own inside, so that it vanishes with its markup. Texts are inline strings, and every row and cell says where it stands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from contract.objects import Kind
from formats.excel import dates, escape, numbers
from formats.excel.limits import MAX_CHARACTERS, cut, units
from formats.tables import EXACT_TEXT

_ROW = "#row"
_BLANKS = "#blanks"


@dataclass(frozen=True)
class CellColumn:
    """A column as its cells need it: `letter` in their references, `style` the index of their format."""

    name: str
    letter: str
    kind: Kind
    style: int
    zone: ZoneInfo | None
    layout: str


@dataclass(frozen=True)
class Cut:
    """A cell whose text was too long: where it stands (`C17`) and how many characters it had."""

    cell: str
    length: int


@dataclass(frozen=True)
class RowsXml:
    """The rows as UTF-8, in `buffers` that follow each other, and the cells that were cut."""

    buffers: list[Any]
    cuts: list[Cut]


def rows_xml(batch: pl.DataFrame, columns: Sequence[CellColumn], first_row: int) -> RowsXml:
    """The `row` elements of a batch whose first row is `first_row` (1-based) of the sheet."""
    batch = with_exact_texts(batch, columns)
    batch, cuts = _safe_texts(batch, columns, first_row)
    row_numbers = pl.int_range(first_row, first_row + batch.height, eager=True).cast(pl.String).alias(_ROW)
    parts = _joined(_row_parts(batch, columns))
    xml = batch.with_columns(row_numbers).select(pl.concat_str(parts, ignore_nulls=True)).to_series()
    return RowsXml(_buffers(xml), cuts)


def with_exact_texts(batch: pl.DataFrame, columns: Sequence[CellColumn]) -> pl.DataFrame:
    """The batch with values that no cell can hold moved to their column's exact texts."""
    checks = {column: check for column in columns if (check := _cannot_hold(column)) is not None}
    if not checks:
        return batch
    found = batch.select(check.any().alias(column.name) for column, check in checks.items()).row(0, named=True)
    made = []
    for column, check in checks.items():
        if found[column.name]:
            text = pl.when(check).then(_as_text(column))
            given = column.name + EXACT_TEXT
            made.append((pl.coalesce(given, text) if given in batch.columns else text).alias(given))
    return batch.with_columns(made) if made else batch


def _cannot_hold(column: CellColumn) -> pl.Expr | None:
    value = pl.col(column.name)
    match column.kind:
        case Kind.INTEGER:
            return numbers.inexact_integer(value)
        case Kind.NUMBER:
            return numbers.no_cell_number(value)
        case Kind.INSTANT:
            return value.is_not_null() & ~dates.fits(dates.wall_clock(value, column.zone)).fill_null(False)
        case _:
            return None


def _as_text(column: CellColumn) -> pl.Expr:
    value = pl.col(column.name)
    match column.kind:
        case Kind.NUMBER:
            return numbers.as_text(value)
        case Kind.INSTANT:
            return dates.as_text(value, column.layout)
        case _:
            return value.cast(pl.String)


def text_fields(batch: pl.DataFrame, columns: Sequence[CellColumn]) -> Iterator[tuple[CellColumn, str]]:
    """The fields that hold texts of cells, each with its column; those without any text in this batch are left out."""
    for column in columns:
        field = column.name if column.kind is Kind.TEXT else column.name + EXACT_TEXT
        if field in batch.columns and batch[field].null_count() < batch.height:
            yield column, field


def _safe_texts(batch: pl.DataFrame, columns: Sequence[CellColumn], first_row: int) -> tuple[pl.DataFrame, list[Cut]]:
    """Texts cut and escaped. A field with blanks to preserve gets a sister field that says in which rows."""
    fields = list(text_fields(batch, columns))
    if not fields:
        return batch, []
    care = batch.select(escape.needs_care(pl.col(name)).any() for _, name in fields).row(0)
    longest = batch.select(pl.col(name).str.len_bytes().max() for _, name in fields).row(0)
    cuts: list[Cut] = []
    changed: list[pl.Series] = []
    for (column, name), careful, length in zip(fields, care, longest, strict=True):
        text = batch[name]
        if length > MAX_CHARACTERS:
            text, found = _cut(text, column.letter, first_row)
            cuts += found
            changed.append(text)
        if careful:
            changed += _escaped(text)
    return batch.with_columns({series.name: series for series in changed}.values()), cuts


def _cut(text: pl.Series, letter: str, first_row: int) -> tuple[pl.Series, list[Cut]]:
    suspects = (text.str.len_bytes() > MAX_CHARACTERS).fill_null(False).arg_true()
    cuts = []
    shortened = []
    for row in suspects:
        whole = text[row]
        shortened.append(cut(whole))
        if shortened[-1] is not whole:
            cuts.append(Cut(f"{letter}{first_row + row}", units(whole)))
    return text.clone().scatter(suspects, pl.Series(shortened, dtype=pl.String)), cuts


def _escaped(text: pl.Series) -> list[pl.Series]:
    """The texts with those that need it rewritten, and where any has blanks at its ends, the field of those rows."""
    here = pl.col(text.name)
    careful = text.to_frame().select(escape.needs_care(here).fill_null(False).arg_true()).to_series()
    chosen = text.gather(careful).to_frame()
    rewritten = chosen.select(escape.escaped(here)).to_series()
    blank = chosen.select(escape.has_outer_blank(here)).to_series()
    result = [text.clone().scatter(careful, rewritten)]
    if blank.any():
        rows = pl.repeat(False, len(text), eager=True).alias(text.name + _BLANKS)
        result.append(rows.scatter(careful.filter(blank), True))
    return result


def _row_parts(batch: pl.DataFrame, columns: Sequence[CellColumn]) -> Iterator[str | pl.Expr]:
    yield '<row r="'
    yield pl.col(_ROW)
    yield '">'
    for column in columns:
        text = column.name if column.kind is Kind.TEXT else column.name + EXACT_TEXT
        if column.kind is not Kind.TEXT:
            yield from _value_cell(batch, column)
        if text in batch.columns:
            yield from _text_cell(batch, column, text)
    yield "</row>"


def _text_cell(batch: pl.DataFrame, column: CellColumn, field: str) -> Iterator[str | pl.Expr]:
    opening = f'" s="{column.style}" t="inlineStr"><is><t'
    preserve = field + _BLANKS
    cell: list[str | pl.Expr]
    if preserve in batch.columns:
        tag = pl.when(pl.col(preserve)).then(pl.lit(' xml:space="preserve">')).otherwise(pl.lit(">"))
        cell = [f'<c r="{column.letter}', pl.col(_ROW), opening, tag, pl.col(field), "</t></is></c>"]
    else:
        cell = [f'<c r="{column.letter}', pl.col(_ROW), opening + ">", pl.col(field), "</t></is></c>"]
    yield from _perhaps_absent(cell, batch[field].null_count(), batch.height)


def _value_cell(batch: pl.DataFrame, column: CellColumn) -> Iterator[str | pl.Expr]:
    absent = batch[column.name].null_count()
    value = pl.col(column.name)
    text = column.name + EXACT_TEXT
    if text in batch.columns and batch[text].null_count() < batch.height:
        value = pl.when(pl.col(text).is_null()).then(value)
        absent = max(absent, 1)
    kind = ' t="b"' if column.kind is Kind.BOOLEAN else ""
    cell: list[str | pl.Expr] = [
        f'<c r="{column.letter}',
        pl.col(_ROW),
        f'" s="{column.style}"{kind}><v>',
        _written(value, column),
        "</v></c>",
    ]
    yield from _perhaps_absent(cell, absent, batch.height)


def _written(value: pl.Expr, column: CellColumn) -> pl.Expr:
    match column.kind:
        case Kind.BOOLEAN:
            return value.cast(pl.UInt8).cast(pl.String)
        case Kind.INSTANT:
            return dates.serial(dates.wall_clock(value, column.zone))
        case _:
            return value.cast(pl.String)


def _perhaps_absent(cell: list[str | pl.Expr], absent: int, rows: int) -> Iterator[str | pl.Expr]:
    if absent == 0:
        yield from cell
    elif absent < rows:
        yield pl.concat_str(_joined(cell))


def _joined(parts: Iterator[str | pl.Expr] | list[str | pl.Expr]) -> list[pl.Expr]:
    """The parts with neighbouring markup made one literal."""
    joined: list[pl.Expr] = []
    markup = ""
    for part in parts:
        if isinstance(part, str):
            markup += part
            continue
        if markup:
            joined.append(pl.lit(markup))
            markup = ""
        joined.append(part)
    return [*joined, pl.lit(markup)] if markup else joined


def _buffers(xml: pl.Series) -> list[Any]:
    """The bytes of the texts, one after the other. Arrow's string views lie so in their buffers when a `concat_str` just made
    them, and then no byte is copied; where they do not, they are copied into one buffer."""
    views = xml.to_arrow(compat_level=pl.CompatLevel.newest())
    if _lies_in_order(views, xml):
        return [buffer for buffer in views.buffers()[2:] if buffer is not None]
    return [xml.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2]]


def _lies_in_order(views: Any, xml: pl.Series) -> bool:
    """Whether the buffers of string views hold the texts one after the other and nothing else. A view of a text of more than
    12 bytes ends with the number of its buffer and its offset there, 32 bits each; a row is always longer than that."""
    if xml.n_chunks() != 1 or views.offset or sum(buffer.size for buffer in views.buffers()[2:]) != xml.str.len_bytes().sum():
        return False
    words = pa.Array.from_buffers(pa.uint32(), 4 * len(xml), [None, views.buffers()[1]])
    places = pl.DataFrame({"word": pl.Series(words)}).select(
        buffer=pl.col("word").gather_every(4, 2).cast(pl.UInt64), offset=pl.col("word").gather_every(4, 3)
    )
    return bool(places.select((pl.col("buffer") * 2**32 + pl.col("offset")).is_sorted()).item())
