"""The offsets of whole columns are those of the standard library, in every zone and to the end of the calendar."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.zones import offset_at, offsets_at

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)
LAST = datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)


def _different_zones() -> list[str]:
    """A name of each zone: most have several, for files that are equal."""
    names: dict[bytes, str] = {}
    for name in sorted(available_timezones() - {"localtime"}):
        found = next((path for path in (Path(folder) / name for folder in TZPATH) if path.is_file()), None)
        names.setdefault(name.encode() if found is None else found.read_bytes(), name)
    return list(names.values())


ZONES = _different_zones()


def ms(moment: datetime) -> int:
    return (moment - EPOCH) // MS


def told(moment: datetime, zone: ZoneInfo) -> int:
    """The oracle: what the standard library says of one moment, in milliseconds."""
    return (moment.astimezone(zone).utcoffset() or timedelta()) // MS


@given(
    st.lists(st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 30, 23, 59, 59), timezones=st.just(UTC)), max_size=5),
    st.sampled_from(ZONES),
)
def test_any_moments_have_the_offsets_of_the_standard_library(moments: list[datetime], name: str) -> None:
    zone = ZoneInfo(name)
    found = offsets_at(pl.Series([*map(ms, moments), None], dtype=pl.Int64), zone).to_list()
    assert found[:-1] == [told(moment, zone) for moment in moments]


@pytest.mark.parametrize("year", [1912, 2024, 2100, 2499, 2500, 9999])
def test_every_week_of_a_year_has_its_offset_in_every_zone(year: int) -> None:
    begin = datetime(year, 1, 1, 12, tzinfo=UTC)
    days = [begin + timedelta(days=number) for number in range(0, 364, 5)]
    series = pl.Series(map(ms, days), dtype=pl.Int64)
    for zone in map(ZoneInfo, ZONES):
        assert offsets_at(series, zone).to_list() == [told(day, zone) for day in days], zone


@pytest.mark.parametrize("moment", [LAST, LAST - timedelta(hours=3), LAST - timedelta(days=1)])
def test_the_ends_of_the_calendar_have_an_offset_in_every_zone(moment: datetime) -> None:
    """Also where the local time would be of the year 10000, which no `datetime` holds."""
    for zone in map(ZoneInfo, ZONES):
        expected = (zone.utcoffset(moment.replace(tzinfo=None)) or timedelta()) // MS
        assert offsets_at(pl.Series([ms(moment)]), zone).to_list() == [expected] == [offset_at(ms(moment), zone)], zone


def test_a_column_without_a_moment_has_no_offsets() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert offsets_at(pl.Series([None, None], dtype=pl.Int64), zone).to_list() == [0, 0]
    assert offsets_at(pl.Series([], dtype=pl.Int64), zone).to_list() == []
