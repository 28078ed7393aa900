"""What texts mean to filters: numbers, instants, case and contexts. The databases and the oracle all take it from here."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.filters import Context, accepts, fold, parse_instant, parse_number, spellings
from contract.objects import as_text

MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)).map(lambda moment: moment.replace(microsecond=0))
OFFSETS = st.integers(-24 * 60 + 1, 24 * 60 - 1)
MARKS = ("", ".", ",")

JSON_NUMBERS = st.one_of(
    st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from((0, -0.0, 5, 5.0, 1e22, 10**22, 2**53 + 1))
)


@given(JSON_NUMBERS, JSON_NUMBERS)
def test_a_number_is_spelled_as_stored_numbers_of_its_value_are_and_no_others(asked: float, held: float) -> None:
    """As JSON has them: a decimal one is a double, a whole one may be longer."""
    assert as_text(asked) in spellings(asked)
    assert (as_text(held) in spellings(asked)) is (asked == held)


@given(
    MOMENTS,
    OFFSETS,
    st.text("0123456789", min_size=1, max_size=9),
    st.sampled_from(MARKS),
    st.sampled_from("T "),
    st.booleans(),
)
def test_an_instant_is_what_the_calendar_says_cut_to_the_millisecond(
    local: datetime, offset: int, digits: str, mark: str, between: str, colon: bool
) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=offset)))
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    fraction = int(digits.ljust(9, "0")[:3]) if mark else 0
    hours, minutes = divmod(abs(offset), 60)
    zone = f"{'-' if offset < 0 else '+'}{hours:02}{':' if colon else ''}{minutes:02}"
    text = local.isoformat(between) + (mark and mark + digits) + zone
    assert parse_instant(text) == since // timedelta(seconds=1) * 1000 + fraction


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1970-01-02", 86_400_000),
        ("1970-01-01T00:01", 60_000),
        ("1970-01-01 00:00:01", 1_000),
        ("1970-01-01T00:00:01Z", 1_000),
        ("1970-01-01T00:00:01 z", 1_000),
        ("1970-01-01T00:00+02", -7_200_000),
        ("\t1970-01-01T00:00:00.0019 \r\n", 1),
        ("1969-12-31T23:59:59.999", -1),
    ],
)
def test_an_instant_may_be_short_of_a_time_seconds_and_a_zone(text: str, meant: int) -> None:
    assert parse_instant(text) == meant


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2024", "20240101", "24-01-01", "0000-01-01", "2024-02-30", "2024-13-01", "2024-01-01T", "2024-01-01Z",
     "2024-01-01T24:00", "2024-01-01T00:60", "2024-01-01T00:00:60", "2024-01-01T00:00:00.", "2024-01-01T00:00:00.0000000000",
     "2024-01-01T00:00+24:00", "2024-01-01T00:00+00:60", "2024-01-01T00:00 UTC", "2024-01-01  00:00", "\u00a02024-01-01",
     "\u0662\u0660\u0662\u0664-01-01", "-2024-01-01"],
)  # fmt: skip
def test_what_is_no_date_is_no_instant(text: str) -> None:
    assert parse_instant(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**80), 2**80), st.sampled_from(["", " ", "\t\r\n"]))
def test_a_number_is_what_json_says(number: float, blanks: str) -> None:
    assert parse_number(blanks + json.dumps(number) + blanks) == float(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "007",
        "+1",
        ".5",
        "1.",
        "1e",
        "0x1",
        "1_000",
        "1,5",
        "--1",
        "1 2",
        "NaN",
        "Infinity",
        "1e999",
        "\u0661",
        "\u00a01",
    ],
)
def test_what_is_no_number_of_json_is_none(text: str) -> None:
    assert parse_number(text) is None


@given(st.text(st.sampled_from("aZ0ßÄÖİıΣσςK\u212a\u1e9e\U00010400")))
def test_each_character_folds_alone_and_never_becomes_more_or_of_ascii(text: str) -> None:
    alone = [character.lower() for character in text]
    kept = [low if len(low) == 1 and low.isascii() == was.isascii() else was for low, was in zip(alone, text, strict=True)]
    assert fold(text) == "".join(kept)


@pytest.mark.parametrize(
    ("asked", "locale", "source", "found"),
    [
        ([], "de-de", "erp", True),
        ([Context("de-DE", "ERP")], "de-de", "erp", True),
        ([Context("de-DE", "erp")], "de-de", "internal", False),
        ([Context("de-DE", "erp")], "en-us", "erp", False),
        ([Context("de-DE", "erp")], None, None, True),
        ([Context("de-DE")], "de-de", "internal", True),
        ([Context("de-DE", "erp"), Context("en-US", "internal")], "de-de", "internal", False),
        ([Context("de-DE", "erp"), Context("en-US", "internal")], "en-us", "internal", True),
    ],
)
def test_a_value_is_in_a_context_whose_every_part_fits(
    asked: list[Context], locale: str | None, source: str | None, found: bool
) -> None:
    assert accepts(asked, locale, source) is found
