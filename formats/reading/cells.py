"""Cells as the texts that objects hold: a date is an ISO text in UTC, a truth value a word, a number its digits."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

Row = Sequence[object]
"""The cells of a row as the reading library gives them; an empty cell is None or an empty text."""

_HALF_A_MILLISECOND = timedelta(microseconds=500)


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


def _instant(moment: datetime, zone: tzinfo) -> str:
    """`2019-12-17T21:06:46.521+0000`: to the nearest millisecond, for a spreadsheet's days are floats."""
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        in_utc = (aware + _HALF_A_MILLISECOND).astimezone(UTC)
    except OverflowError:  # the first and last day of the calendar, in a zone away from UTC
        return moment.isoformat(timespec="milliseconds")
    return in_utc.isoformat(timespec="milliseconds").replace("+00:00", "+0000")
