"""The cells of a batch of rows: which there are, and their content as it stands in the XML.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.18.11 (ST_CellType). Texts are inline strings; a value that no cell can hold stands
as its exact text; null is no cell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from contract.kinds import Kind
from formats.excel import dates, numbers
from formats.excel.texts import Cut, safe_texts
from formats.fields import EXACT_TEXT


@dataclass(frozen=True)
class CellColumn:
    """A column as its cells need it: `letter` in their references, `style` the index of their format."""

    name: str
    letter: str
    kind: Kind
    style: int
    zone: ZoneInfo | None
    layout: str

    @property
    def text_field(self) -> str:
        """The field of a batch that holds the column's texts."""
        return self.name if self.kind is Kind.TEXT else self.name + EXACT_TEXT


@dataclass(frozen=True)
class Cell:
    """The cells of one form in one column: `<c r="` letter row, `opening`, the content in `field`, `closing`. In `absent` rows
    of the batch the content is null and there is no cell."""

    column: CellColumn
    opening: str
    field: str
    closing: str
    absent: int


@dataclass(frozen=True)
class Cells:
    """The cells of a batch in the order of the columns; `contents` has their fields. A column has up to two forms, of which
    at most one is there in any row. `odd` are some of the rows with a rewritten text."""

    forms: list[Cell]
    contents: pl.DataFrame
    cuts: list[Cut]
    odd: set[int]


def cells_of(batch: pl.DataFrame, columns: Sequence[CellColumn], first_row: int, *, plain: bool = False) -> Cells:
    """The cells of a batch whose first row is `first_row` (1-based) of its sheet. `plain`: no text is cut or escaped."""
    batch = with_exact_texts(batch, columns)
    absent = _absent(batch)
    texts = {c.text_field: c.letter for c in columns if absent.get(c.text_field, batch.height) < batch.height}
    safe = safe_texts(batch, {} if plain else texts, first_row)
    values = [_written(column, texts).alias(column.name) for column in columns if column.kind is not Kind.TEXT]
    contents = batch.with_columns(*safe.changed.values(), *values)
    absent = _absent(contents)
    forms = [form for column in columns for form in _forms(column, absent, safe.tagged)]
    return Cells([form for form in forms if form.absent < batch.height], contents, safe.cuts, safe.odd)


def with_exact_texts(batch: pl.DataFrame, columns: Sequence[CellColumn]) -> pl.DataFrame:
    """The batch with the exact texts of values that no cell can hold, in the fields for them."""
    checks = {column: check for column in columns if (check := _cannot_hold(column)) is not None}
    if not checks:
        return batch
    found = batch.select(check.any().alias(column.name) for column, check in checks.items()).row(0, named=True)
    made = []
    fields = set(batch.columns)
    for column, check in checks.items():
        if found[column.name]:
            text = pl.when(check).then(_as_text(column))
            given = column.text_field
            made.append((pl.coalesce(given, text) if given in fields else text).alias(given))
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


def _absent(batch: pl.DataFrame) -> dict[str, int]:
    """The count of nulls by field. One pass: a frame finds each single field by looking through all."""
    return {series.name: series.null_count() for series in batch.get_columns()}


def _written(column: CellColumn, texts: dict[str, str]) -> pl.Expr:
    """The values of a column as they stand in `v`; null where there is none, or where a text stands for it."""
    value = pl.col(column.name)
    if column.text_field in texts:
        value = pl.when(pl.col(column.text_field).is_null()).then(value)
    match column.kind:
        case Kind.BOOLEAN:
            return value.cast(pl.UInt8).cast(pl.String)
        case Kind.INSTANT:
            return dates.serial(dates.wall_clock(value, column.zone))
        case _:
            return value.cast(pl.String)


def _forms(column: CellColumn, absent: dict[str, int], tagged: set[str]) -> Iterator[Cell]:
    style = f'" s="{column.style}"'
    if column.kind is not Kind.TEXT:
        typed = f'{style} t="b"><v>' if column.kind is Kind.BOOLEAN else f"{style}><v>"
        yield Cell(column, typed, column.name, "</v></c>", absent[column.name])
    text = column.text_field
    if text in absent:
        opening = f'{style} t="inlineStr"><is><t' + ("" if text in tagged else ">")
        yield Cell(column, opening, text, "</t></is></c>", absent[text])
