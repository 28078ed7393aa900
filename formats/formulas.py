"""Texts that a spreadsheet would run as a formula when it opens delimited text, made harmless by an apostrophe in front.

A plain negative number runs nothing and stays as it is. Texts that already look as if they had been made harmless get one more
apostrophe, so that the way back is exact.
"""

import re

import polars as pl

_STARTS = r"=+\-@\t\r"
_NUMBER = r"-(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_HARMLESS = f"'+[{_STARTS}]"


def neutralised(texts: pl.Expr) -> pl.Expr:
    """Each text as delimited text may hold it."""
    runs = texts.str.contains(f"^'*[{_STARTS}]") & ~texts.str.contains(f"^{_NUMBER}$")
    return pl.when(~runs).then(texts).otherwise(pl.lit("'") + texts)


def restored(texts: pl.Expr) -> pl.Expr:
    """The texts that `neutralised` made these of."""
    return pl.when(texts.str.contains(f"^{_HARMLESS}")).then(texts.str.slice(1)).otherwise(texts)


def restored_text(text: str) -> str:
    """As `restored`, for one text."""
    return text[1:] if re.match(_HARMLESS, text) else text
