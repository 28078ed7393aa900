"""What a worksheet can hold, and how names are made to fit.

Source: Microsoft, "Excel specifications and limits"; 65,530 links a sheet and 31 characters a name are among them.
"""

import re
from collections.abc import Collection, Iterator, Sequence

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_CHARACTERS = 32_767
"""Of one cell, counted as Excel counts: in UTF-16 units."""
MAX_LINKS = 65_530
MAX_NAME = 31
EXACT_INTEGER = 2**53
"""Up to here every integer is a double, which is all that a number cell holds."""
SMALLEST_NUMBER = 2.2250738585072014e-308
LARGEST_NUMBER = 9.99999999999999e307

CUT_MARK = f" … [cut at {MAX_CHARACTERS:,} characters]"
"""Ends the text of a cell that was cut."""

_RESERVED = frozenset({"history"})
_ILLEGAL_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff]")


def units(text: str) -> int:
    """How many characters Excel counts in `text`."""
    return len(text.encode("utf-16-le")) // 2


def clip(text: str, count: int) -> str:
    """The longest beginning of `text` of at most `count` UTF-16 units that cuts no character in half."""
    return text.encode("utf-16-le")[: count * 2].decode("utf-16-le", errors="ignore")


def cut(text: str) -> str:
    """`text` as a cell holds it: whole, or its beginning and the mark."""
    if 2 * len(text) <= MAX_CHARACTERS or units(text) <= MAX_CHARACTERS:
        return text
    return clip(text, MAX_CHARACTERS - units(CUT_MARK)) + CUT_MARK


def was_cut(text: str) -> bool:
    """Whether a text is one that `cut` has made."""
    return text.endswith(CUT_MARK) and units(text) >= MAX_CHARACTERS - 1  # a pair of units is not cut in two


def sheet_names(titles: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """A legal name for each title, in order: unlike any other (without case), not reserved, of at most 31 characters.

    The first of equal titles keeps it; the next are `title (2)`, `title (3)`. A name that is legal and free stays as it is.
    """
    used = {name.casefold() for name in taken} | _RESERVED
    names = []
    for title in titles:
        name = next(name for name in _candidates(title) if name.casefold() not in used)
        used.add(name.casefold())
        names.append(name)
    return names


def numbered(title: str, number: int) -> str:
    """`title (number)`, shortened before the number so that it fits a sheet name; `title` itself for number 1."""
    ending = f" ({number})" if number > 1 else ""
    return clip(_legal(title), MAX_NAME - len(ending)).rstrip(" '") + ending


def _candidates(title: str) -> Iterator[str]:
    yield clip(_legal(title), MAX_NAME).strip("'") or "Sheet"
    number = 2
    while True:
        yield numbered(title, number)
        number += 1


def _legal(title: str) -> str:
    return _ILLEGAL_IN_NAME.sub(" ", title).strip(" '") or "Sheet"
