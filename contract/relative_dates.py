"""Dates told from the moment of the request: `now`, `now-1d`, `now+2h-30m`, `now-1w/d`."""

import re
from datetime import UTC, datetime, timedelta

from contract.filters import parse_instant

_MINUTE = 60_000
_UNITS: dict[str, int] = {
    "s": 1_000,
    "m": _MINUTE,
    "h": 60 * _MINUTE,
    "d": 24 * 60 * _MINUTE,
    "w": 7 * 24 * 60 * _MINUTE,
}
_MONDAY = 4 * _UNITS["d"]
"""1970-01-01 was a Thursday; the first Monday came four days later."""

_MEANT = re.compile(r"now(?:\s*[-+/].*)?", re.IGNORECASE | re.DOTALL)
# No month: `M` next to `m` for minutes is how one gets the wrong rows, so units have one spelling.
_RELATIVE = re.compile(r"now((?: *[-+] *[0-9]{1,9} *[smhdw])*)(?: */ *([smhdw]))?")
_STEP = re.compile(r"([-+]) *([0-9]+) *([smhdw])")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = range(parse_instant("0001-01-01") or 0, (parse_instant("9999-12-31T23:59:59.999") or 0) + 1)
"""The milliseconds since 1970 UTC of the years 1 to 9999."""
OUTSIDE = "within the years 1 to 9999 in UTC"
"""What a date is not whose own zone alone has it in those years, as `9999-12-31T23:59:59-1200`."""

EXPECTED = "a date relative to now such as now, now-1d, now-12h, now-30m, now-2w or now-1d/d"


def is_relative(text: str) -> bool:
    """Whether `text` means to be a relative date, well written or not."""
    return _MEANT.fullmatch(text.strip()) is not None


def relative_instant(text: str, now: datetime, *, round_up: bool = False) -> int | None:
    """Milliseconds since 1970 UTC of a relative date; None where it is badly written or outside the years 1 to 9999.

    The units are s, m (minutes), h, d and w. `/d` at the end goes back to the start of the UTC day (of the second, minute,
    hour or week, which begins on Monday, with the other units); with `round_up` to its last millisecond, as
    the search engines that this notation comes from do it for `gt` and `lte`. `now` must have a zone.
    """
    match = _RELATIVE.fullmatch(text.strip())
    if match is None:
        return None
    moment = (now - _EPOCH) // timedelta(milliseconds=1)
    for sign, count, unit in _STEP.findall(match[1]):
        moment += int(count) * _UNITS[unit] * (-1 if sign == "-" else 1)
    if match[2]:
        moment = _rounded(moment, match[2], up=round_up)
    return moment if moment in INSTANTS else None


def _rounded(moment: int, unit: str, *, up: bool) -> int:
    since = _MONDAY if unit == "w" else 0
    start = (moment - since) // _UNITS[unit] * _UNITS[unit] + since
    return start + _UNITS[unit] - 1 if up else start
