"""Cells as the texts that objects hold: a date is an ISO text in UTC, a truth value a word, a number its digits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from contract.filters import parse_instant

Row = Sequence[object]
"""The cells of a row as the reading library gives them; an empty cell is None or an empty text."""


@dataclass(frozen=True)
class NoValue:
    """What stands in a cell that is not empty and has no value."""

    reason: str

    def __str__(self) -> str:
        return self.reason


ERROR = NoValue("an error of the spreadsheet")
NOT_CALCULATED = NoValue("a formula without its value; open the file in a spreadsheet program and save it")

_HALF_A_MILLISECOND = timedelta(microseconds=500)
_OFFSET = re.compile(r":\d\d(?:[.,]\d+)?\s?(?:[Zz]|[+-]\d\d:?(?:\d\d)?)$")
_DAY_ZERO = datetime(1899, 12, 30)
_DAYS_OF_THE_CALENDAR = 2_958_466
_LEAP_DAY = 60
"""Excel counts a 29 February 1900 that never was, and so the days before it one too low (ECMA-376 part 1, 18.17.4.1)."""


def cell_text(cell: object, zone: tzinfo) -> str | None:
    """The text of a cell, None where it is empty. A date without a zone is one of `zone`."""
    match cell:
        case None | "":
            return None
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            return _instant(cell, zone)
        case date():
            return _instant(datetime.combine(cell, time()), zone)
        case _:
            return str(cell)


def is_empty(cell: object) -> bool:
    """Whether nothing is in the cell."""
    return cell is None or cell == ""


def same_cell(one: object, other: object) -> bool:
    """Whether two cells show the same, as far as a workbook keeps it when another program saves it again: an empty text is an
    empty cell, a line end is a line feed, a date is exact to the millisecond, and a number may stand as its digits."""
    return one == other or _plain(one) == _plain(other)


def _plain(cell: object) -> str | None:
    text = cell_text(cell, UTC)
    return None if text is None else text.replace("\r\n", "\n").replace("\r", "\n")


def date_text(cell: object, zone: tzinfo) -> str | None:
    """The ISO text of a cell in a column of dates, None where it is no date: a date of `zone`, a number of days as Excel counts
    them, or a text that is a date. A text with an offset of its own stays as it is."""
    if isinstance(cell, str):
        return _date_from_text(cell.strip(), zone)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not 0 < cell < _DAYS_OF_THE_CALENDAR or _LEAP_DAY <= cell < _LEAP_DAY + 1:
            return None
        days = cell + 1 if cell < _LEAP_DAY else cell
        return _instant(_DAY_ZERO + timedelta(milliseconds=round(days * 86_400_000)), zone)
    return cell_text(cell, zone) if isinstance(cell, date) else None


def _date_from_text(text: str, zone: tzinfo) -> str | None:
    ms = parse_instant(text)
    if ms is None:
        return None
    if _OFFSET.search(text):
        return text
    return _instant(datetime(1970, 1, 1) + timedelta(milliseconds=ms), zone)


def _instant(moment: datetime, zone: tzinfo) -> str:
    """`2019-12-17T21:06:46.521+0000`: to the nearest millisecond, for a spreadsheet's days are floats."""
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        in_utc = (aware + _HALF_A_MILLISECOND).astimezone(UTC)
    except OverflowError:  # the first and last day of the calendar, in a zone away from UTC
        return moment.isoformat(timespec="milliseconds")
    return in_utc.isoformat(timespec="milliseconds").replace("+00:00", "+0000")
