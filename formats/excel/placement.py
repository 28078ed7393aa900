"""Where each cell of a batch must stand in the XML of its sheet, and whether it stands there.

The lengths of all contents and of the documented markup around them give every cell's place; what stands there is compared in
whole columns: the content byte by byte, and of the markup the row's number, the cell's reference and its style.
A cell that is missing, added, moved or changed is found, and so is a row.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from formats.excel.cells import Cell, Cells
from formats.excel.sheet_xml import CELL_OPENING, ROW_CLOSING, ROW_OPENED, ROW_OPENING

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

_WORD = 8


@dataclass(frozen=True)
class Expected:
    """The rows of a batch: `lengths` in bytes, of each row; and what is needed to look at them."""

    cells: Cells
    first_row: int
    lengths: Ints
    contents: list[Ints]
    sizes: list[Ints]
    digits: Ints

    @property
    def total(self) -> int:
        """The bytes of all rows."""
        return int(self.lengths.sum())


def expect(cells: Cells, first_row: int) -> Expected:
    """The lengths of the rows of `cells`, the first of which is row `first_row` of its sheet."""
    rows = np.arange(first_row, first_row + cells.contents.height, dtype=np.int64)
    digits = np.searchsorted(10 ** np.arange(1, 8, dtype=np.int64), rows, side="right").astype(np.int64) + 1
    lengths = digits + len(ROW_OPENING + ROW_OPENED + ROW_CLOSING)
    contents, sizes = [], []
    there = {series.name: series for series in cells.contents.get_columns()}
    measured = cells.contents.select(
        pl.col(form.field).str.len_bytes().cast(pl.Int64).fill_null(0) for form in cells.forms
    ).iter_columns()
    for form, content in zip(cells.forms, (series.to_numpy() for series in measured), strict=True):
        size = content + digits + len(CELL_OPENING + form.column.letter + form.opening + form.closing)
        if form.absent:
            size = np.where(there[form.field].is_not_null().to_numpy(), size, 0)
        contents.append(content)
        sizes.append(size)
        lengths = lengths + size
    return Expected(cells, first_row, lengths, contents, sizes, digits)


def first_wrong_row(data: bytes, expected: Expected) -> int | None:
    """The number in its sheet of the first row that is not as expected; None when all are. `data` must be as long as the
    expected rows are."""
    ends = np.cumsum(expected.lengths)
    starts = ends - expected.lengths
    words = _words(data)
    numbers = _Numbers(expected)
    cell_starts = starts + len(ROW_OPENING + ROW_OPENED) + expected.digits
    wrong = words[cell_starts - len(ROW_OPENED) - _WORD] != numbers.after(ROW_OPENING)
    wrong |= (words[ends - _WORD] >> np.uint64(8 * (_WORD - len(ROW_CLOSING)))) != _number(ROW_CLOSING)
    texts_of = {series.name: series for series in expected.cells.contents.get_columns()}
    for form, content, size in zip(expected.cells.forms, expected.contents, expected.sizes, strict=True):
        texts = texts_of[form.field]
        openings = cell_starts + len(CELL_OPENING + form.column.letter) + expected.digits
        references = numbers.after(CELL_OPENING + form.column.letter)
        if form.absent:
            there = np.flatnonzero(size)
            found = _wrong_cells(data, words, form, openings[there], content[there], references[there], texts.drop_nulls())
            wrong[there] |= found
        else:
            wrong |= _wrong_cells(data, words, form, openings, content, references, texts)
        cell_starts += size
    return int(np.argmax(wrong)) + expected.first_row if wrong.any() else None


def _wrong_cells(
    data: bytes, words: Words, form: Cell, openings: Ints, lengths: Ints, references: Words, texts: pl.Series
) -> npt.NDArray[np.bool_]:
    wrong: npt.NDArray[np.bool_] = words[openings - _WORD] != references
    wrong |= words[openings] != _number(form.opening[:_WORD])
    starts = openings + len(form.opening)
    wrong |= _contents_differ(data, starts, starts + lengths, texts)
    return wrong


def _contents_differ(data: bytes, starts: Ints, ends: Ints, expected: pl.Series) -> npt.NDArray[np.bool_]:
    """Compares slices of `data` with texts. Contents and what lies between them alternate in one Arrow array over `data`."""
    bounds = np.empty(2 * len(starts), np.int64)
    bounds[0::2], bounds[1::2] = starts, ends
    array = pa.Array.from_buffers(pa.large_binary(), len(bounds) - 1, [None, pa.py_buffer(bounds), pa.py_buffer(data)])
    found = pl.Series(array).gather_every(2)
    differ: npt.NDArray[np.bool_] = (found != expected.cast(pl.Binary)).to_numpy()
    return differ


def _words(data: bytes) -> Words:
    """The eight bytes from each place on, as little-endian numbers."""
    octets = np.frombuffer(data, np.uint8)
    words: Words = np.lib.stride_tricks.as_strided(octets[:_WORD].view("<u8"), (len(data) - _WORD + 1,), (1,), writeable=False)
    return words


def _number(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(text.encode(), "little"))


class _Numbers:
    """The row numbers of a batch as the bytes of words."""

    def __init__(self, expected: Expected) -> None:
        rows = np.arange(expected.first_row, expected.first_row + len(expected.lengths), dtype=np.uint64)
        self._digits = np.zeros(len(rows), np.uint64)
        for place in range(int(expected.digits.max())):
            digit = rows // np.uint64(10**place) % np.uint64(10) + np.uint64(ord("0"))
            digit[expected.digits <= place] = 0
            self._digits |= digit << np.uint64(8 * (_WORD - 1 - place))
        self._lengths = expected.digits
        self._same = int(self._lengths[0]) if (self._lengths == self._lengths[0]).all() else None

    def after(self, markup: str) -> Words:
        """For each row the last eight bytes of `markup` and the row's number after it."""
        if self._same is not None:
            words: Words = self._digits | _before(markup, self._same)
            return words
        words = self._digits.copy()
        for digits in np.unique(self._lengths):
            words[self._lengths == digits] |= _before(markup, int(digits))
        return words


def _before(markup: str, digits: int) -> np.uint64:
    return _number(markup[digits - _WORD :].rjust(_WORD - digits, "\0"))
