"""Numbers that every database reads as the same float.

A *plain decimal* is a number without exponent, of at most 15 digits and without blanks around it. A database computes it
exactly: its digits and a power of ten are whole numbers below 2**53, and one division of those rounds correctly
(Clinger, "How to read floating point numbers accurately", 1990).

Any other number is stored as two texts whose product it is. SQLite before 3.43 reads a text only to about 64 bits, which
may go wrong where the text lies near the middle between two floats, and where it is tiny. So each text has 19 digits, far
more than a float has, which keeps it far from the middle, and a tiny number is scaled up by a power of two.
"""

import re

from contract.filters import parse_number

PLAIN_DIGITS = 15
_PLAIN = re.compile(rf"-?(?=[0-9.]{{1,{PLAIN_DIGITS + 1}}}\Z)(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_TINY = 2.0**-900
_SCALE = 2.0**600


def is_plain(text: str) -> bool:
    """Whether `text` is a plain decimal, whose number is not stored."""
    return _PLAIN.fullmatch(text) is not None and len(text.strip("-").replace(".", "")) <= PLAIN_DIGITS


def stored_number(text: str) -> list[str] | None:
    """The number that `text` is, as two factors; None where it is none, or a plain decimal."""
    if is_plain(text) or (number := parse_number(text)) is None:
        return None
    scale = _SCALE if abs(number) < _TINY else 1.0
    return [f"{number * scale:.18e}", f"{1 / scale:.18e}"]
