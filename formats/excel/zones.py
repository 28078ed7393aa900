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
_STEP = 7 * 86_400  # seconds; no zone changes twice within a week
_LAST_YEAR = 9998  # the rules of the last years are those of this one


def offset_at(ms: int, zone: ZoneInfo) -> int:
    """The milliseconds that a clock in `zone` is ahead of UTC at `ms` since 1970."""
    instant = _EPOCH + timedelta(milliseconds=ms)
    return (instant.astimezone(zone).utcoffset() or timedelta()) // _MS


def offsets_at(series: pl.Series, zone: ZoneInfo) -> pl.Series:
    """`offset_at` of each value; 0 for null."""
    first, last = series.min(), series.max()
    if not isinstance(first, int) or not isinstance(last, int):
        return pl.repeat(0, len(series), dtype=pl.Int64, eager=True).alias(series.name)
    starts, offsets = _changes(zone, _year(first), _year(last))
    places = starts.search_sorted(series.fill_null(first), side="right").cast(pl.Int64) - 1
    return offsets.gather(places.clip(0)).alias(series.name)


def _year(ms: int) -> int:
    return min((_EPOCH + timedelta(milliseconds=min(ms, 253_402_300_799_999))).year, _LAST_YEAR)


@lru_cache(maxsize=64)
def _changes(zone: ZoneInfo, first_year: int, last_year: int) -> tuple[pl.Series, pl.Series]:
    """The instants from which each offset holds, over these years and a day around them."""
    begin = int((datetime(first_year, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) - 86_400
    end = int((datetime(last_year + 1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) + 86_400
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
