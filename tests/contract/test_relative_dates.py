"""Dates told from now, against the arithmetic of datetime."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.filters import parse_instant
from contract.relative_dates import is_relative, relative_instant
from tests.contract.bodies import NOW

UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
STEPS = st.lists(st.tuples(st.sampled_from("+-"), st.integers(0, 5000), st.sampled_from(sorted(UNITS))), max_size=4)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


def milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(STEPS, MOMENTS)
def test_steps_add_up(steps: list[tuple[str, int, str]], now: datetime) -> None:
    text = "now" + "".join(f"{sign}{count}{unit}" for sign, count, unit in steps)
    moved = now + sum((UNITS[unit] * (count if sign == "+" else -count) for sign, count, unit in steps), timedelta())
    assert relative_instant(text, now) == milliseconds(moved)


@given(MOMENTS, st.sampled_from(sorted(UNITS)))
def test_rounding_goes_to_the_first_or_the_last_millisecond_of_the_unit(now: datetime, unit: str) -> None:
    start, end = (relative_instant(f"now/{unit}", now, round_up=up) for up in (False, True))
    assert start is not None
    assert end is not None
    assert start <= milliseconds(now) <= end
    assert end - start + 1 == UNITS[unit] // timedelta(milliseconds=1)
    first = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=start)
    assert first == first.replace(microsecond=0)
    assert unit != "w" or first.isoweekday() == 1
    assert unit not in "dw" or (first.hour, first.minute) == (0, 0)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-05-20T13:45:30.250Z"),
        ("now-1d", "2026-05-19T13:45:30.250Z"),
        ("now-12h", "2026-05-20T01:45:30.250Z"),
        ("now-30m", "2026-05-20T13:15:30.250Z"),
        ("now-2w", "2026-05-06T13:45:30.250Z"),
        ("now+2h", "2026-05-20T15:45:30.250Z"),
        (" now - 1d + 12h ", "2026-05-20T01:45:30.250Z"),
        ("now-1d/d", "2026-05-19T00:00:00.000Z"),
        ("now/w", "2026-05-18T00:00:00.000Z"),
    ],
)
def test_examples(text: str, meant: str) -> None:
    assert relative_instant(text, NOW) == parse_instant(meant)


def test_now_may_be_in_any_zone() -> None:
    assert relative_instant("now", NOW.astimezone(timezone(timedelta(hours=-5)))) == milliseconds(NOW)


@pytest.mark.parametrize("text", ["NOW", "now-1", "now-d", "now-1M", "now-1y", "now-1D", "now-", "now--1d", "now/", "now-1.5h"])
def test_a_badly_written_one_is_meant_but_has_no_instant(text: str) -> None:
    assert is_relative(text)
    assert relative_instant(text, NOW) is None


@pytest.mark.parametrize("text", ["", "nowhere", "knowing", "2026-05-20", "new-1d", "now and then"])
def test_other_texts_are_not_relative(text: str) -> None:
    assert not is_relative(text)


@pytest.mark.parametrize("text", ["now-999999999d", "now+999999999w"])
def test_what_lies_outside_the_years_1_to_9999_has_no_instant(text: str) -> None:
    assert relative_instant(text, NOW) is None
