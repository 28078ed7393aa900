"""Instants as Excel dates: days since 1899-12-30, written so that every millisecond comes back.

Excel counts a 29 February 1900 that never was, so dates before 1900-03-01 mean another day there than elsewhere; they, and
those after the year 9999, are kept as text.
"""

from datetime import UTC
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from formats.zones import offsets_at

FIRST_MS = -2_203_891_200_000
"""1900-03-01T00:00:00.000 in milliseconds since 1970."""
LAST_MS = 253_402_300_799_999
"""9999-12-31T23:59:59.999."""

MS_A_DAY = 86_400_000
_EPOCH = 25_569  # 1970-01-01
_DECIMALS = 11  # nine lose milliseconds, and a double has not more than eleven to give here
_YEAR_ONE_MS = -62_135_596_800_000


def wall_clock(ms: pl.Expr, zone: ZoneInfo | None) -> pl.Expr:
    """Milliseconds since 1970 as a clock in `zone` shows them (None and UTC: as they are); null where no date is near."""
    near = pl.when(ms.is_between(FIRST_MS - MS_A_DAY, LAST_MS + MS_A_DAY)).then(ms)
    if zone is None or zone.key == "UTC":
        return near
    return near + near.map_batches(partial(offsets_at, zone=zone), return_dtype=pl.Int64)


def fits(wall: pl.Expr) -> pl.Expr:
    """Whether Excel can hold the date."""
    return wall.is_between(FIRST_MS, LAST_MS)


def days(ms: pl.Expr) -> pl.Expr:
    """Milliseconds in days. Not by division: Polars divides a column of one row otherwise than a longer one, whose last digits
    may differ; a row's text would hang on how many stand beside it."""
    return ms * (1 / MS_A_DAY)


def serial(wall: pl.Expr) -> pl.Expr:
    """The number of an Excel date, as text: days with their fraction."""
    return (days(wall) + _EPOCH).round(_DECIMALS).cast(pl.String)


def as_text(ms: pl.Expr, layout: str) -> pl.Expr:
    """The instant as text by `layout` (of strftime); as plain milliseconds where no calendar reaches."""
    known = pl.when(ms.is_between(_YEAR_ONE_MS, LAST_MS)).then(ms).cast(pl.Datetime("ms", str(UTC)))
    return pl.coalesce(known.dt.to_string(layout), ms.cast(pl.String) + " ms since 1970")
