"""The texts of a batch as cells can hold them: cut where they are too long, escaped where they need it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from formats.excel import escape
from formats.excel.limits import MAX_CHARACTERS, cut, units


@dataclass(frozen=True)
class Cut:
    """A cell whose text was too long: where it stands (`C17`) and how many characters it had."""

    cell: str
    length: int


@dataclass
class SafeTexts:
    """`changed` are the fields that are not as they were; in those of `tagged` each text begins with the end of its start
    tag, `>` or ` xml:space="preserve">`. `odd` are some of the rows with a rewritten text, the first of each field."""

    changed: dict[str, pl.Series] = field(default_factory=dict)
    tagged: set[str] = field(default_factory=set)
    cuts: list[Cut] = field(default_factory=list)
    odd: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class SeenText:
    """The texts of one field, in the column `letter`: whether any may need care, and the bytes of the longest."""

    field: str
    letter: str
    suspicious: bool
    longest: int


def safe_texts(batch: pl.DataFrame, texts: Iterable[SeenText], first_row: int) -> SafeTexts:
    """The text fields of a batch, made fit for XML."""
    safe = SafeTexts()
    for seen in texts:
        if seen.longest > MAX_CHARACTERS:
            _cut(safe, batch[seen.field], seen.letter, first_row)
        if seen.suspicious:
            _escape(safe, safe.changed.get(seen.field, batch[seen.field]))
    return safe


def _cut(safe: SafeTexts, text: pl.Series, letter: str, first_row: int) -> None:
    """Cuts the texts of a field that are too long. The mark at the end of such a text needs no care."""
    long = (text.str.len_bytes() > MAX_CHARACTERS).fill_null(False).arg_true()
    shortened = []
    for row in long:
        whole = text[row]
        shortened.append(cut(whole))
        if shortened[-1] != whole:
            safe.cuts.append(Cut(f"{letter}{first_row + row}", units(whole)))
            safe.odd.add(row)
    safe.changed[text.name] = text.clone().scatter(long, pl.Series(shortened, dtype=pl.String))


def _escape(safe: SafeTexts, text: pl.Series) -> None:
    """Rewrites the texts of a field that need care, if any does after all."""
    careful = text.to_frame().select(escape.needs_care(pl.col(text.name)).fill_null(False).arg_true()).to_series()
    if careful.is_empty():
        return
    safe.changed[text.name], tagged = _escaped(text, careful)
    safe.odd.add(careful[0])
    if tagged:
        safe.tagged.add(text.name)


def _escaped(text: pl.Series, careful: pl.Series) -> tuple[pl.Series, bool]:
    """The texts with those in the rows `careful` rewritten, and whether they now begin with the end of their start tag."""
    here = pl.col(text.name)
    chosen = text.gather(careful).to_frame()
    rewritten = text.clone().scatter(careful, chosen.select(escape.escaped(here)).to_series())
    blank = chosen.select(escape.has_outer_blank(here)).to_series()
    if not blank.any():
        return rewritten, False
    preserved = pl.repeat(False, len(text), eager=True).scatter(careful.filter(blank), True)
    tag = pl.when(pl.lit(preserved)).then(pl.lit(' xml:space="preserve">')).otherwise(pl.lit(">"))
    return rewritten.to_frame().select(pl.concat_str(tag, here).alias(text.name)).to_series(), True
