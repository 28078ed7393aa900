"""Numbers, sizes, times and schedules as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages import words
from api.pages.cron import PRESETS, cron_of, in_words, is_scheduling

NOW = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (12_345, "12 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1_834_211, "1.8 MB"),
        (5_000_000_000_000_000, "5,000 TB"),
    ],
)
def test_sizes(count: int, said: str) -> None:
    assert words.size(count) == said


@given(st.integers(0, 10**18))
def test_a_size_is_never_off_by_more_than_a_twentieth(count: int) -> None:
    amount, unit = words.size(count).replace(",", "").split()
    power = {"byte": 0, "bytes": 0, "kB": 1, "MB": 2, "GB": 3, "TB": 4}[unit]
    assert abs(float(amount) * 1000**power - count) <= count * 0.05


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "less than a second"), (1, "1 second"), (8.4, "8 seconds"), (61, "1 minute"), (7_300, "2 hours")],
)
def test_durations(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def test_json_shows_letters_as_themselves() -> None:
    assert words.pretty({"fileName": "商品", "half": "\ud800"}) == '{\n  "fileName": "商品",\n  "half": "\\ud800"\n}'


def test_times_name_the_year_only_where_it_is_another_one_in_the_zone() -> None:
    assert words.moment(NOW, ZoneInfo("UTC"), NOW) == "31 Dec, 23:30"
    assert words.moment(NOW, ZoneInfo("Asia/Tokyo"), NOW) == "1 Jan, 08:30"
    assert words.day(NOW - timedelta(days=365), ZoneInfo("UTC"), NOW) == "31 Dec 2025"


@pytest.mark.parametrize(
    ("every", "cron", "said"),
    [
        ("weekdays", "30 6 * * 1-5", "Every weekday at 06:30"),
        ("daily", "30 6 * * *", "Every day at 06:30"),
        ("weekly", "30 6 * * 1", "Every Monday at 06:30"),
        ("monthly", "30 6 1 * *", "On the first of each month at 06:30"),
        ("hourly", "30 * * * *", "Every hour at 30 past"),
    ],
)
def test_a_preset_is_a_cron_line_that_reads_as_the_preset(every: str, cron: str, said: str) -> None:
    assert cron_of({"every": every, "at": "06:30"}) == cron
    assert in_words(cron) == said
    assert said.startswith(PRESETS[every])


def test_a_line_of_ones_own_stays_as_it_is() -> None:
    assert cron_of({"every": "cron", "cron": " */5 8-17 * * * "}) == "*/5 8-17 * * *"
    assert in_words("*/5 8-17 * * *") == "*/5 8-17 * * *"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, False),
        ({"every": "weekdays", "at": "06:00", "cron": "", "timezone": "UTC"}, False),
        ({"do": "schedule"}, True),
        ({"cron": "* * * * *"}, True),
        ({"timezone": "Europe/Berlin"}, True),
        ({"at": "07:00"}, True),
    ],
)
def test_a_form_tells_whether_a_schedule_is_being_made(fields: dict[str, str], said: bool) -> None:
    assert is_scheduling(fields, "UTC") is said
