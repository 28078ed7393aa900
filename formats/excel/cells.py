"""The cells of a batch of rows: which there are, and their content as it stands in the XML.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.18.11 (ST_CellType). Texts are inline strings; a value that no cell can hold stands
as its exact text; null is no cell.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import polars as pl

from contract.kinds import Kind
from formats.excel import dates, numbers
from formats.excel.suspects import suspects
from formats.excel.texts import Cut, SeenText, safe_texts
from formats.fields import EXACT_TEXT


def _no_cell_instant(value: pl.Expr, zone: ZoneInfo | None) -> pl.Expr:
    return value.is_not_null() & ~dates.fits(dates.wall_clock(value, zone)).fill_null(False)


_NO_CELL: Mapping[Kind, Callable[[pl.Expr, ZoneInfo | None], pl.Expr]] = {
    Kind.INTEGER: lambda value, _: numbers.inexact_integer(value),
    Kind.NUMBER: lambda value, _: numbers.no_cell_number(value),
    Kind.INSTANT: _no_cell_instant,
}
"""The kinds with values that no cell can hold, and whether a value is one, in the column's zone."""


@dataclass(frozen=True)
class CellColumn:
    """A column as its cells need it: `letter` in their references, `style` the index of their format.

    Its expressions are made once and serve every batch: to make them takes as long as to run them on a short one.
    """

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

    @cached_property
    def text_size(self) -> pl.Expr:
        """The bytes of all texts of the column."""
        return pl.col(self.text_field).str.len_bytes().sum().alias(f"{self.name}#size")

    @cached_property
    def value_size(self) -> pl.Expr:
        """The bytes of all values of the column, once they are as they stand in `v`."""
        return pl.col(self.name).str.len_bytes().sum().alias(f"{self.name}#value size")

    @cached_property
    def text_looks(self) -> tuple[pl.Expr, pl.Expr]:
        """The bytes of the column's longest text, and of all."""
        return pl.col(self.text_field).str.len_bytes().max().alias(f"{self.name}#longest"), self.text_size

    @cached_property
    def no_cell_value(self) -> pl.Expr:
        """Whether a value is one that no cell can hold."""
        return _NO_CELL[self.kind](pl.col(self.name), self.zone)

    @cached_property
    def value_look(self) -> pl.Expr:
        """Whether there is any such value."""
        return self.no_cell_value.any().alias(f"{self.name}#value")

    @cached_property
    def value(self) -> pl.Expr:
        """The values as they stand in `v`; null where there is none."""
        return self._value(pl.col(self.name))

    @cached_property
    def value_without_text(self) -> pl.Expr:
        """The same, null also where a text stands for the value."""
        return self._value(pl.when(pl.col(self.text_field).is_null()).then(pl.col(self.name)))

    def _value(self, value: pl.Expr) -> pl.Expr:
        match self.kind:
            case Kind.BOOLEAN:
                text = value.cast(pl.UInt8).cast(pl.String)
            case Kind.INSTANT:
                text = dates.serial(dates.wall_clock(value, self.zone))
            case _:
                text = value.cast(pl.String)
        return text.alias(self.name)


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
    """The cells of a batch in the order of the columns; `contents` has their fields, of `size` bytes in all. A column has up to
    two forms, of which at most one is there in any row. `odd` are some of the rows with a rewritten text."""

    forms: list[Cell]
    contents: pl.DataFrame
    size: int
    cuts: list[Cut]
    odd: set[int]


def cells_of(batch: pl.DataFrame, columns: Sequence[CellColumn], first_row: int) -> Cells:
    """The cells of a batch whose first row is `first_row` (1-based) of its sheet."""
    seen = _look(batch, columns)
    if seen.without_cell:
        batch = _with_exact_texts(batch, seen.without_cell)
        seen = _look(batch, columns)
    safe = safe_texts(batch, _texts(batch, seen), first_row)
    valued = [column for column in columns if column.kind is not Kind.TEXT]
    values = [column.value_without_text if column in seen.texted else column.value for column in valued]
    contents = batch.with_columns(*safe.changed.values(), *values)
    forms = [form for form in _forms_of(columns, absences(contents), safe.tagged) if form.absent < batch.height]
    changed = [column for column in seen.texted if column.text_field in safe.changed]
    as_they_are = sum(size for column, (_, size) in seen.texted.items() if column.text_field not in safe.changed)
    sizes = [*(column.value_size for column in valued), *(column.text_size for column in changed)]
    size = as_they_are + (sum(contents.select(sizes).row(0)) if sizes else 0)
    return Cells(forms, contents, size, safe.cuts, safe.odd)


@dataclass(frozen=True)
class _Seen:
    """What a batch holds: the columns `without_cell` for some value; the `texted` ones that have any text, with the bytes of
    the longest and of all."""

    without_cell: list[CellColumn]
    texted: dict[CellColumn, tuple[int, int]]


def _look(batch: pl.DataFrame, columns: Sequence[CellColumn]) -> _Seen:
    """All is looked for in one pass: each costs its planning, however few rows there are."""
    absent = absences(batch)
    texted = [column for column in columns if absent.get(column.text_field, batch.height) < batch.height]
    valued = [column for column in columns if column.kind in _NO_CELL]
    looks = [*(column.value_look for column in valued), *(look for column in texted for look in column.text_looks)]
    found = iter(batch.select(looks).row(0) if looks else ())
    without_cell = [column for column in valued if next(found)]
    return _Seen(without_cell, {column: (next(found), next(found)) for column in texted})


def _texts(batch: pl.DataFrame, seen: _Seen) -> list[SeenText]:
    by_name = {series.name: series for series in batch.get_columns()}
    sizes = [size for _, size in seen.texted.values()]
    suspicious = suspects([by_name[column.text_field] for column in seen.texted], sizes)
    columns = zip(seen.texted.items(), suspicious, strict=True)
    return [
        SeenText(column.text_field, column.letter, is_suspicious, longest) for (column, (longest, _)), is_suspicious in columns
    ]


def _with_exact_texts(batch: pl.DataFrame, columns: Iterable[CellColumn]) -> pl.DataFrame:
    """The batch with the exact texts of values that no cell can hold, in the fields for them."""
    made = []
    fields = set(batch.columns)
    for column in columns:
        text = pl.when(column.no_cell_value).then(_as_text(column))
        given = column.text_field
        made.append((pl.coalesce(given, text) if given in fields else text).alias(given))
    return batch.with_columns(made)


def _as_text(column: CellColumn) -> pl.Expr:
    value = pl.col(column.name)
    match column.kind:
        case Kind.NUMBER:
            return numbers.as_text(value)
        case Kind.INSTANT:
            return dates.as_text(value, column.layout)
        case _:
            return value.cast(pl.String)


def absences(batch: pl.DataFrame) -> dict[str, int]:
    """The count of nulls by field. One pass: a frame finds each single field by looking through all."""
    return {series.name: series.null_count() for series in batch.get_columns()}


def _forms_of(columns: Sequence[CellColumn], absent: Mapping[str, int], tagged: Collection[str]) -> Iterator[Cell]:
    """The cells of each column, in which rows they may be; `absent` counts the nulls of their contents by field."""
    for column in columns:
        yield from _forms(column, absent, tagged)


def _forms(column: CellColumn, absent: Mapping[str, int], tagged: Collection[str]) -> Iterator[Cell]:
    style = f'" s="{column.style}"'
    if column.kind is not Kind.TEXT:
        typed = f'{style} t="b"><v>' if column.kind is Kind.BOOLEAN else f"{style}><v>"
        yield Cell(column, typed, column.name, "</v></c>", absent[column.name])
    text = column.text_field
    if text in absent:
        opening = f'{style} t="inlineStr"><is><t' + ("" if text in tagged else ">")
        yield Cell(column, opening, text, "</t></is></c>", absent[text])
