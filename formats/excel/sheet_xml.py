"""The rows of a worksheet part, as whole columns.

Source: ECMA-376 part 1, 18.3.1.73 (row). A row is one `concat_str`; a cell that may be absent is one of its own inside, so that
it vanishes with its markup. Every row and cell says where it stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import nanoarrow as na
import polars as pl

from contract.errors import VerificationFailed
from formats.excel.cells import Cell, CellColumn, absences, cells_of
from formats.excel.texts import Cut
from formats.fields import OWN
from formats.written import Sample

_ROW_OPENING, _ROW_OPENED, _ROW_CLOSING = '<row r="', '">', "</row>"
_CELL_OPENING = '<c r="'

_ROW = OWN + "row"
_MOST_PARTS = 1_000  # planning one concat_str takes time by the square of its parts
_SPREAD, _MOST_ODD = 5, 32
"""So many rows of a batch are samples of it, over all of it, and so many with a rewritten text."""


@dataclass(frozen=True)
class RowsXml:
    """The rows as UTF-8, in `buffers` that follow each other, each of so many bytes as `lengths` says; the cells that were cut;
    some of the rows with a rewritten text (`odd`)."""

    buffers: list[Any]
    lengths: pl.Series
    cuts: list[Cut]
    odd: set[int]

    @property
    def size(self) -> int:
        """The bytes of all rows."""
        return int(self.lengths.sum())

    @property
    def samples(self) -> list[Sample]:
        """Rows for a reader to look at: the first, the last, some between, and some of those with a rewritten text."""
        count = len(self.lengths)
        places = {count - 1, *(count * share // _SPREAD for share in range(_SPREAD)), *sorted(self.odd)[:_MOST_ODD]}
        chosen = sorted(places) if count else []
        ends = self.lengths.cum_sum().gather(chosen).to_list()
        lengths = self.lengths.gather(chosen).to_list()
        return [Sample(place, end - length, end) for place, end, length in zip(chosen, ends, lengths, strict=True)]


def rows_xml(batch: pl.DataFrame, columns: Sequence[CellColumn], first_row: int) -> RowsXml:
    """The `row` elements of a batch whose first row is `first_row` (1-based) of the sheet.

    Raises VerificationFailed when they are not as long as their cells make them: one is missing, or written twice.
    """
    cells = cells_of(batch, columns, first_row)
    row_numbers = pl.int_range(first_row, first_row + batch.height, eager=True).cast(pl.String).alias(_ROW)
    frame = cells.contents.with_columns(row_numbers)
    parts = _row_parts(tuple(_Markup(c.column.letter, c.opening, c.field, c.closing, c.absent > 0) for c in cells.forms))
    if len(parts) > _MOST_PARTS:
        groups = [parts[start : start + _MOST_PARTS] for start in range(0, len(parts), _MOST_PARTS)]
        frame = pl.DataFrame([_concatenated(frame, group).alias(str(number)) for number, group in enumerate(groups)])
        parts = (pl.all(),)
    rows = _concatenated(frame, parts)
    xml = RowsXml(text_buffers(rows), rows.str.len_bytes().cast(pl.Int64), cells.cuts, cells.odd)
    if xml.size != cells.size + _markup_size(cells.forms, cells.contents, first_row):
        raise VerificationFailed(detail=f"the rows from {first_row} on are not as long as their cells make them")
    return xml


def _markup_size(forms: Sequence[Cell], contents: pl.DataFrame, first_row: int) -> int:
    """How many bytes of the rows of these cells are not their contents: it hangs on how many cells there are, and on the digits
    of the rows' numbers."""
    digits = len(str(first_row))
    same_digits = 10**digits - first_row
    if contents.height > same_digits:
        before, after = contents.head(same_digits), contents.slice(same_digits)
        return _markup_size(forms, before, first_row) + _markup_size(forms, after, first_row + same_digits)
    absent = absences(contents)
    total = contents.height * (len(_ROW_OPENING + _ROW_OPENED + _ROW_CLOSING) + digits)
    for form in forms:
        markup = len(_CELL_OPENING + form.column.letter + form.opening + form.closing)
        total += (contents.height - absent[form.field]) * (markup + digits)
    return total


def _concatenated(frame: pl.DataFrame, parts: Sequence[pl.Expr]) -> pl.Series:
    return frame.select(pl.concat_str(parts, ignore_nulls=True)).to_series()


class _Markup(NamedTuple):
    """A cell in a row: `letter`, `opening`, the content in `field`, `closing`; `optional` if there is none in some row."""

    letter: str
    opening: str
    field: str
    closing: str
    optional: bool


@lru_cache(maxsize=2)  # nearly all batches of a sheet are written alike
def _row_parts(cells: tuple[_Markup, ...]) -> tuple[pl.Expr, ...]:
    """What a row is joined of."""
    row: list[str | pl.Expr] = [_ROW_OPENING, pl.col(_ROW), _ROW_OPENED]
    for cell in cells:
        parts = (_CELL_OPENING + cell.letter, pl.col(_ROW), cell.opening, pl.col(cell.field), cell.closing)
        row += [pl.concat_str(_joined(parts))] if cell.optional else parts
    return tuple(_joined([*row, _ROW_CLOSING]))


def _joined(parts: Iterable[str | pl.Expr]) -> list[pl.Expr]:
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


def text_buffers(xml: pl.Series) -> list[Any]:
    """The bytes of the texts, one after the other. Arrow's string views lie so in their buffers when a `concat_str` just made
    them, and then no byte is copied; where they do not, they are copied into one buffer."""
    chunks = list(na.c_array_stream(xml))
    if len(chunks) == 1 and not chunks[0].offset:
        texts: list[Any]
        _validity, views, *texts, _lengths = chunks[0].view().buffers
        if sum(text.size_bytes for text in texts) == xml.str.len_bytes().sum() and _lie_in_order(views, len(xml)):
            return texts
    return [xml.str.join("").cast(pl.Binary).item()]


def _lie_in_order(views: Any, count: int) -> bool:
    """Whether each of the string views shows a text behind that of the view before. A view of a text of more than 12 bytes ends
    with the number of its buffer and its offset there, 32 bits each; a row is always longer than that."""
    words = pl.Series(na.c_array_from_buffers(na.uint32(), 4 * count, [None, views]))
    buffers, offsets = words.gather_every(4, 2), words.gather_every(4, 3)
    return (buffers.cast(pl.UInt64) * (1 << 32) + offsets).is_sorted()
