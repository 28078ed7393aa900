"""Numbers that a cell can hold: doubles, finite, and of a size that Excel takes. All others are kept as text."""

import polars as pl

from formats.excel.limits import EXACT_INTEGER, LARGEST_NUMBER, SMALLEST_NUMBER

_WORDS = {"inf": "Infinity", "-inf": "-Infinity"}


def inexact_integer(value: pl.Expr) -> pl.Expr:
    """Whether an integer is past those that doubles hold one by one."""
    return ~value.is_between(-EXACT_INTEGER, EXACT_INTEGER)


def no_cell_number(value: pl.Expr) -> pl.Expr:
    """Whether a number is not finite, or too large or too small for Excel (which makes the smallest ones zero)."""
    size = value.abs()
    return ~(size.is_between(SMALLEST_NUMBER, LARGEST_NUMBER) | (size == 0.0))


def as_text(value: pl.Expr) -> pl.Expr:
    """The number in the fewest digits that give it back; `NaN`, `Infinity`, `-Infinity`."""
    text = value.cast(pl.String)
    return text.replace(_WORDS)
