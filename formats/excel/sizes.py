"""How long the rows of a worksheet part are, without making them: for the check of a finished file."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from contract.kinds import Kind
from formats.excel.cells import Cell, CellColumn, Content, absences, content_of, forms_of
from formats.excel.sheet_xml import CELL_OPENING, ROW_CLOSING, ROW_OPENED, ROW_OPENING


@dataclass(frozen=True)
class RowsSize:
    """How many bytes the rows that `rows_xml` makes are; some of the rows with a rewritten text (`odd`); the fields that such
    texts are in (`careful`)."""

    total: int
    odd: set[int]
    careful: frozenset[str]


def rows_size(
    batch: pl.DataFrame, columns: Sequence[CellColumn], first_row: int, careful: Collection[str] | None = None
) -> RowsSize:
    """What `rows_xml` of a batch comes to. `careful`: the only fields in which a text may be cut or escaped; None: any."""
    digits = len(str(first_row))
    same_digits = 10**digits - first_row
    if batch.height > same_digits:
        before = rows_size(batch.head(same_digits), columns, first_row, careful)
        after = rows_size(batch.slice(same_digits), columns, first_row + same_digits, careful)
        odd = before.odd | {row + same_digits for row in after.odd}
        return RowsSize(before.total + after.total, odd, before.careful | after.careful)
    content = content_of(batch, columns, first_row, careful)
    total = batch.height * (len(ROW_OPENING + ROW_OPENED + ROW_CLOSING) + digits)
    for form, length in _contents(content, columns):
        markup = len(CELL_OPENING + form.column.letter + form.opening + form.closing)
        total += length + (batch.height - form.absent) * (markup + digits)
    return RowsSize(total, content.safe.odd, frozenset(content.safe.changed))


def _contents(content: Content, columns: Sequence[CellColumn]) -> Iterator[tuple[Cell, int]]:
    """The cells of a batch, and the bytes of their contents in all rows: one pass finds them."""
    batch = content.batch.with_columns(*content.safe.changed.values())
    valued = [column for column in columns if column.kind is not Kind.TEXT]
    displaced = [column for column in valued if column in content.texted]
    texted = [column for column in columns if column in content.texted]
    found = batch.select(
        *(column.without_value.alias(f"{column.name}#absent") for column in displaced),
        *(content.value(column).str.len_bytes().sum() for column in valued),
        *(column.text_size for column in texted),
    )
    numbers = iter(found.row(0) if found.width else ())
    absent = absences(batch) | {column.name: next(numbers) for column in displaced}
    lengths = {column.name: next(numbers) for column in valued} | {column.text_field: next(numbers) for column in texted}
    for form in forms_of(columns, absent, content.safe.tagged):
        yield form, lengths.get(form.field, 0)
