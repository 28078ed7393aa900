"""When a cron line comes: as Prefect itself, the oracle, has it."""

from datetime import UTC, datetime, timedelta

import pytest
from cronsim import CronSimError
from hypothesis import given
from hypothesis import strategies as st
from prefect.server.schemas.schedules import CronSchedule

from api.cron_lines import next_time

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
# Around these clocks are put forward or back in one of them.
MOMENTS = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 6, 1, tzinfo=UTC),
]


def field(least, most):
    number = st.integers(least, most)
    return st.one_of(
        st.just("*"),
        number.map(str),
        st.sampled_from([1, 2, 3, 5, 7]).map("*/{}".format),
        st.lists(number, min_size=2, max_size=2, unique=True).map(sorted).map("{0[0]}-{0[1]}".format),
        st.tuples(number, number).map("{0[0]},{0[1]}".format),
    )


LINES = st.tuples(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)).map(" ".join)
TIMES = st.builds(
    lambda moment, seconds: moment + timedelta(seconds=seconds), st.sampled_from(MOMENTS), st.integers(-20_000, 20_000)
)


@given(LINES, st.sampled_from(ZONES), TIMES, st.booleans())
def test_a_line_comes_next_when_prefect_would_plan_it(line, zone, after, either_day):
    schedule = CronSchedule(cron=line, timezone=zone, day_or=either_day)
    # They are in no order where a clock is put forward by less than an hour.
    expected = min(moment.astimezone(UTC) for moment in schedule._get_dates_generator(n=40, start=after + timedelta(seconds=1)))
    assert next_time(line, zone, after, either_day=either_day) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 6 1 1 *", datetime(2027, 1, 1, 6, tzinfo=UTC)),
        ("0 6 * * 1-5", datetime(2026, 11, 30, 6, tzinfo=UTC)),
    ],
)
def test_a_line_that_comes_rarely_has_a_next_time_too(line, expected):
    assert next_time(line, "UTC", datetime(2026, 11, 28, 20, tzinfo=UTC)) == expected


@pytest.mark.parametrize("line", ["61 * * * *", "0 0 30 2 *", "hourly", "0 6 * * 1-1", "05-5 * * * *", "0 6 * * mon-Mon"])
def test_what_is_no_cron_line_or_never_comes_is_refused(line):
    with pytest.raises(CronSimError):
        next_time(line, "UTC", datetime(2026, 11, 28, tzinfo=UTC))
