"""How wide the columns are: as their header and their first rows need, within bounds."""

from collections.abc import Sequence

import polars as pl

from contract.kinds import Kind
from formats.excel.columns import Column

_NARROWEST, _WIDEST = 9.0, 48.0
_FILTER_BUTTON = 3.5
_MARGIN = 1.7
_USUAL = 0.95  # one long text in twenty must not widen a whole column
_INSTANT, _NUMBER = 24.0, 13.0


def column_widths(columns: Sequence[Column], first: pl.DataFrame | None) -> list[float]:
    """The width of each column in characters, by its label and the rows of `first`."""
    texts = [column.name for column in columns if column.kind is Kind.TEXT]
    lengths: dict[str, float | None] = {}
    if first is not None and texts:
        sample = first.head(2_000)
        usual = sample.select(pl.col(name).str.len_chars().quantile(_USUAL, "higher") for name in texts)
        lengths = usual.row(0, named=True)
    return [_width(column, lengths.get(column.name)) for column in columns]


def _width(column: Column, length: float | None) -> float:
    if column.kind is Kind.INSTANT:
        content = min(_INSTANT, len(column.cell_format) + 2)
    elif column.kind is Kind.TEXT:
        content = (length or 0) + _MARGIN
    else:
        content = _NUMBER
    return max(_NARROWEST, len(column.label) * 1.1 + _FILTER_BUTTON, min(content, _WIDEST))
