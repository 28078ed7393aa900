"""A quick look at many texts for those that may not stand in a cell as they are.

To ask a pattern about each short one takes longer to begin than to answer. So they are joined, and the bytes of all are
compared at once; only where some byte is suspicious the pattern has the word (`escape.needs_care`).
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any

import nanoarrow as na
import polars as pl

_EDGE = "\x7f"
"""Stands around every text. In a text it only makes that suspicious."""
_HEAD, _TAIL = pl.Series(["-" * 12]), pl.Series([""])
"""Before and after all texts: the joined text is longer than those of up to 12 bytes, which Arrow keeps elsewhere."""
_MOST_BYTES = 1 << 24
"""So much is joined at most; a long text is begun as quickly as a short one."""
_LOWEST = 0x20
"""Lower bytes are control characters and line ends, legal ones among them."""
_MARKUP, _BLANK = b"&<>", ord(" ")
_PAIRS = (
    b"_x",  # looks like the escape of a character
    "\uffff".encode()[:2],  # U+FFFE and U+FFFF begin so, and some legal characters
)


def suspects(fields: Sequence[pl.Series], sizes: Sequence[int]) -> list[bool]:
    """Whether some text of each field may need care. `sizes` are their bytes."""
    joined = sum(total <= _MOST_BYTES for total in accumulate(sizes))
    texts = pl.concat([_HEAD, *(field.alias("") for field in fields[:joined]), _TAIL], rechunk=False).str.join(_EDGE)
    looks = list(_suspicious(_bytes_of(texts)))
    found = [True] * len(fields)
    if not looks:
        return [False] * joined + found[joined:]
    # A text stands with the edge before it; the pair of the last one's end begins in it.
    lengths = (size + field.len() - field.null_count() for field, size in zip(fields[:joined], sizes, strict=False))
    places = accumulate(lengths, initial=len(_HEAD[0]))
    found[:joined] = [any(look.slice(start, end - start).any() for look in looks) for start, end in pairwise(places)]
    return found


def _suspicious(found: pl.Series) -> Iterator[pl.Series]:
    """For each byte, but the last edge, whether it is suspicious or begins a suspicious pair, wherever some is."""
    yield from (look.slice(0, len(found) - 1) for look in _suspicious_alone(found) if look.any())
    pairs = (first.slice(0, len(found) - 1) & second.slice(1) for first, second in _suspicious_pairs(found))
    yield from (pair for pair in pairs if pair.any())


def _suspicious_alone(found: pl.Series) -> Iterator[pl.Series]:
    if int(found.min()) < _LOWEST:  # type: ignore[arg-type]  # of bytes, of which there are some
        yield found < _LOWEST
    yield from (found == byte for byte in _MARKUP)


def _suspicious_pairs(found: pl.Series) -> Iterator[tuple[pl.Series, pl.Series]]:
    for first, second in _PAIRS:
        begun = found == first
        if begun.any():
            yield begun, found == second
    blank = found == _BLANK
    if blank.any():
        edge = found == ord(_EDGE)
        yield edge, blank
        yield blank, edge


def _bytes_of(text: pl.Series) -> pl.Series:
    """The bytes of a long text, uncopied."""
    [chunk] = na.c_array_stream(text)
    _validity, _view, data, *_lengths = chunk.view().buffers
    values: Any = na.c_array_from_buffers(na.uint8(), data.size_bytes, [None, data])
    return pl.Series(values)
