"""The offsets of a time zone for whole columns, exact for every year that a calendar date has.

The standard library's zone is the only source. Polars' own zones know no daylight saving time after 2099, and their history
may be another one than this machine's.
"""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_DAY = 86_400  # seconds
_STEP = 7 * _DAY  # no zone changes twice within a week
_RULES = 4_102_444_800_000  # 2100-01-01: from here on a zone goes by a yearly rule, whose dates are the calendar's
_CYCLE = 146_097 * _DAY * 1000  # 400 years, after which the calendar is the same again, with its weekdays
_FIRST = -62_135_596_800 + _DAY
_LAST = 253_402_300_799 - _DAY
"""The seconds between which a local time has a year of the calendar in every zone; outside the offsets are those of these."""


def offset_at(ms: int, zone: ZoneInfo) -> int:
    """The milliseconds that a clock in `zone` is ahead of UTC at `ms` since 1970."""
    instant = _EPOCH + timedelta(milliseconds=min(max(ms, _FIRST * 1000), _LAST * 1000))
    return (instant.astimezone(zone).utcoffset() or timedelta()) // _MS


def offsets_at(series: pl.Series, zone: ZoneInfo) -> pl.Series:
    """`offset_at` of each value; 0 for null."""
    series = _within_cycle(series)
    first, last = series.min(), series.max()
    if not isinstance(first, int) or not isinstance(last, int):
        return pl.repeat(0, len(series), dtype=pl.Int64, eager=True).alias(series.name)
    starts, offsets = _changes(zone, _year(first), _year(last))
    places = starts.search_sorted(series.fill_null(first), side="right").cast(pl.Int64) - 1
    return offsets.gather(places.clip(0)).alias(series.name)


def _within_cycle(series: pl.Series) -> pl.Series:
    """Instants that have the same offsets, none of them after the year 2499: thousands of years need not be looked through."""
    return series.zip_with((series < _RULES).fill_null(True), (series - _RULES) % _CYCLE + _RULES)


def _year(ms: int) -> int:
    return (_EPOCH + timedelta(milliseconds=max(ms, _FIRST * 1000))).year


@lru_cache(maxsize=64)
def _changes(zone: ZoneInfo, first_year: int, last_year: int) -> tuple[pl.Series, pl.Series]:
    """The instants from which each offset holds, over these years and a day around them."""
    begin = int((datetime(first_year, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) - _DAY
    end = int((datetime(last_year + 1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) + _DAY
    starts, offsets = [begin], [offset_at(begin * 1000, zone)]
    for second in range(begin, end, _STEP):
        later = min(second + _STEP, end)
        offset = offset_at(later * 1000, zone)
        if offset != offsets[-1]:
            starts.append(_first_second(second, later, offset, zone))
            offsets.append(offset)
    return pl.Series(starts, dtype=pl.Int64) * 1000, pl.Series(offsets, dtype=pl.Int64)


def _first_second(low: int, high: int, offset: int, zone: ZoneInfo) -> int:
    """The first second between `low` and `high` from which on `offset` holds."""
    return bisect_left(range(low, high), True, key=lambda second: offset_at(second * 1000, zone) == offset) + low
