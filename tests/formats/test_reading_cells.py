"""Cells as texts: what a date, a number of days and a text of a date become."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import from_excel

from formats.reading.cells import cell_text, date_text, same_cell

BERLIN = ZoneInfo("Europe/Berlin")


@given(st.integers(1, 2_958_465).filter(lambda days: days != 60), st.integers(0, 86_399))
def test_a_number_in_a_column_of_dates_is_days_as_excel_counts_them(days: int, seconds: int) -> None:
    """Beside another program that reads them."""
    number = days + seconds / 86_400
    assert date_text(number, UTC) == from_excel(number).isoformat(timespec="milliseconds") + "+0000"
    assert date_text(days, UTC) == from_excel(days).isoformat(timespec="milliseconds") + "+0000"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (59, "1900-02-27T23:00:00.000+0000"),
        (45_418.25, "2024-05-06T04:00:00.000+0000"),
        (date(2024, 5, 6), "2024-05-05T22:00:00.000+0000"),
        (datetime(2024, 5, 6, 7, 8, 9, 999_600), "2024-05-06T05:08:10.000+0000"),
        (datetime(2024, 5, 6, 7, 8, tzinfo=UTC), "2024-05-06T07:08:00.000+0000"),
        (datetime(1, 1, 1), "0001-01-01T00:00:00.000"),
        (" 2024-05-06 07:08 ", "2024-05-06T05:08:00.000+0000"),
        ("2024-01-06", "2024-01-05T23:00:00.000+0000"),
        (" 2024-05-06T07:08:09,5+0300 ", "2024-05-06T07:08:09,5+0300"),
        ("2024-05-06T07:08Z", "2024-05-06T07:08Z"),
        *((none, None) for none in (None, "", "soon", "5", True, 0, -1, 60, 60.9, 2_958_466, float("nan"), time(7, 8))),
    ],
)
def test_a_cell_in_a_column_of_dates_is_of_the_zone_unless_it_says_another(cell: Any, text: str | None) -> None:
    assert date_text(cell, BERLIN) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("", None),
        (None, None),
        ("7", "7"),
        (7, "7"),
        (7.0, "7"),
        (7.5, "7.5"),
        (1e22, "10000000000000000000000"),
        (True, "true"),
        (False, "false"),
        (date(2024, 5, 6), "2024-05-05T22:00:00.000+0000"),
        (time(7, 8), "07:08:00"),
    ],
)
def test_a_cell_is_the_text_that_it_shows(cell: Any, text: str | None) -> None:
    assert cell_text(cell, BERLIN) == text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("", None, True),
        ("a\r\nb\rc", "a\nb\nc", True),
        (7.0, "7", True),
        (datetime(2024, 5, 6), datetime(2024, 5, 6, 0, 0, 0, 400), True),
        ("a", "A", False),
        ("7.0", 7, False),
        (None, " ", False),
        (True, "1", False),
    ],
)
def test_cells_are_the_same_where_another_program_would_save_them_so(one: Any, other: Any, same: bool) -> None:
    assert same_cell(one, other) is same
    assert same_cell(other, one) is same
