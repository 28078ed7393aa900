"""What a reader must find in a cell: the rules of docs/workbook.md once more, one value at a time, in plain Python."""

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

FIRST, END = datetime(1900, 3, 1), datetime(9999, 12, 31, 23, 59, 59, 999000)
LONGEST = 32_767
CUT = " … [cut at 32,767 characters]"


def expected(value: Any) -> Any:
    """The value that a cell holds for a value of a frame; None for no cell."""
    match value:
        case None | bool():
            return value
        case str():
            return _text(value)
        case int():
            return value if abs(value) <= 2**53 else str(value)
        case float():
            return _number(value)
        case Decimal():
            exact = abs(value) < Decimal(10) ** (15 + value.as_tuple().exponent)  # type: ignore[operator]
            return float(value) if exact else f"{value:f}"
        case datetime():
            cut = value.replace(microsecond=value.microsecond // 1000 * 1000, tzinfo=None)
            return cut if FIRST <= cut <= END else _iso(value)
        case date():
            moment = datetime(value.year, value.month, value.day)
            return moment if FIRST <= moment <= END else f"{value.year:04}-{value.month:02}-{value.day:02}"
        case _:
            raise TypeError(value)


def equal(found: Any, value: Any) -> bool:
    """Whether a reader found what `value` must look like. Readers have one empty: no text and no cell are the same to some."""
    wanted = expected(value)
    if wanted in (None, "") and not isinstance(wanted, (bool, int, float)):
        return found in (None, "")
    if isinstance(wanted, datetime):
        return isinstance(found, datetime) and abs((found - wanted).total_seconds()) < 0.0005
    if isinstance(wanted, bool) or isinstance(found, bool):
        return found is wanted
    if isinstance(wanted, (int, float)):
        return isinstance(found, (int, float)) and float(found) == float(wanted)
    return isinstance(found, str) and found == wanted


def _text(value: str) -> str:
    units = value.encode("utf-16-le")
    if len(units) // 2 <= LONGEST:
        return value
    return units[: 2 * (LONGEST - len(CUT))].decode("utf-16-le", errors="ignore") + CUT


def _number(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 2.2250738585072014e-308 <= abs(value) <= 9.99999999999999e307:
        return value
    return value.__repr__().replace(".0e", "e")


def _iso(value: datetime) -> str:
    text = f"{value.year:04}-{value.month:02}-{value.day:02}T{value.hour:02}:{value.minute:02}:{value.second:02}"
    return f"{text}.{value.microsecond // 1000:03}"
