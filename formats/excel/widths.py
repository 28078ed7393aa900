"""How wide columns and how high rows are: as their texts need, within bounds."""

import unicodedata
from collections.abc import Sequence

import polars as pl

from contract.kinds import Kind
from formats.excel.columns import Column

_NARROWEST, _WIDEST = 9.0, 48.0
_FILTER_BUTTON = 3.5
_MARGIN = 1.7
_USUAL = 0.95  # one long text in twenty must not widen a whole column
_MEASURED, _SEARCHED = 2_000, 200  # rows whose characters are counted, and those that are searched for wide ones
_INSTANT, _NUMBER = 24.0, 13.0
_HIGHEST = 405  # points; Excel has no row of more than 409
_WIDE = "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60]"
"""A character that is as wide as two digits; those beyond U+FFFF, emoji among them, are rare enough to count once."""


def display_width(text: str) -> int:
    """How many digits a text is as wide as: characters of East Asia count twice (Unicode Standard Annex 11)."""
    return len(text) if text.isascii() else len(text) + sum(unicodedata.east_asian_width(one) in "WF" for one in text)


def row_height(text: str, width: int, line: int) -> int:
    """How high a row is that shows a text in lines of `width` digits, each `line` points high; never more than Excel takes."""
    return min(_HIGHEST, line * sum(1 + display_width(part) // width for part in text.split("\n")))


def column_widths(columns: Sequence[Column], first: pl.DataFrame | None) -> list[float]:
    """The width of each column in characters, by its label and the rows of `first`."""
    texts = [column.name for column in columns if column.kind is Kind.TEXT]
    lengths = _usual_lengths(first.head(_MEASURED).select(texts)) if first is not None and texts else {}
    return [_width(column, lengths.get(column.name)) for column in columns]


def _usual_lengths(sample: pl.DataFrame) -> dict[str, float | None]:
    """The width that nearly all texts of each column have at most. Only columns that are not plain ASCII are searched."""
    characters, others = pl.all().str.len_chars(), (pl.all().str.len_bytes() - pl.all().str.len_chars()).sum()
    found = sample.select(characters.quantile(_USUAL, "higher")).row(0, named=True)
    beyond = [name for name, count in sample.select(others).row(0, named=True).items() if count]
    if not beyond:
        return found
    texts = pl.col(beyond).head(_SEARCHED).str
    return found | sample.select((texts.len_chars() + texts.count_matches(_WIDE)).quantile(_USUAL, "higher")).row(0, named=True)


def _width(column: Column, length: float | None) -> float:
    if column.kind is Kind.INSTANT:
        content = min(_INSTANT, len(column.cell_format) + 2)
    elif column.kind is Kind.TEXT:
        content = (length or 0) + _MARGIN
    else:
        content = _NUMBER
    label = display_width(column.label) * 1.1 + _FILTER_BUTTON
    return max(_NARROWEST, min(label, _WIDEST), min(content, _WIDEST))
