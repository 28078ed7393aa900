"""Which characters are the same without case, by `contract.filters.fold`: what a database needs to compare as it does.

Both databases lower the letters A to Z by themselves and no other; all others they are told of by character.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from contract.filters import fold

LAST_CASED = 0x1FFFF
"""No letter past the supplementary multilingual plane has case (Unicode, DerivedCoreProperties)."""


def variants(folded: str) -> str:
    """The other characters that fold to the non-ASCII character `folded`, "" for one that has none."""
    return "" if folded.isascii() else _variants().get(folded, "")


def pairs(texts: Iterable[str]) -> tuple[str, str]:
    """Two texts of equal length: each character of the first folds to that of the second, one in the folded `texts`."""
    characters = sorted({character for text in texts if not text.isascii() for character in text if variants(character)})
    cased = "".join(variants(character) for character in characters)
    return cased, "".join(character * len(variants(character)) for character in characters)


@cache
def _variants() -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    for character in map(chr, range(0x80, LAST_CASED + 1)):
        if character.lower() != character and (folded := fold(character)) != character:
            found[folded] += character
    return found
