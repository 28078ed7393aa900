"""The form's fields as a request: what is chosen is asked for, and no field breaks the service."""

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.export_form import body_of, read_form
from contract.errors import InvalidRequest
from contract.request import parse_request
from contract.words import in_words

UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)


def words(*fields: tuple[str, str], zone: ZoneInfo = UTC_ZONE) -> list[str]:
    """The request of a form with these fields, in words."""
    return list(in_words(parse_request(body_of(read_form(fields), zone), max_records=1_000, now=NOW)))


def test_an_empty_form_asks_for_everything() -> None:
    assert words() == ["Type is connectorstate", "Sorted by ID"]


def test_every_choice_is_asked_for() -> None:
    assert words(
        ("type", "connectorstate"),
        ("channel", "shop-one"),
        ("channel", "shop-two"),
        ("entity_type", "sku"),
        ("state.itemState", "errored"),
        ("errors_only", "1"),
        ("columns", "only"),
        ("column", "property:channelid"),
        ("column", "attribute:itemState"),
        ("most", "20"),
        ("skip_if_empty", "1"),
        ("only_changes", "1"),
    ) == [
        "Type is connectorstate",
        "Channel id is any of shop-one, shop-two (property, upper or lower case)",
        "Entity type is sku (property, upper or lower case)",
        "Item state is errored (attribute, upper or lower case)",
        "Validation error has a value (attribute)",
        "Attributes: itemState",
        "Properties: channelid",
        "Sorted by ID",
        "At most 20 records",
        "Only what changed since the last completed export of the same request",
        "No file when nothing matches",
    ]


def test_columns_count_only_where_some_are_asked_for() -> None:
    assert words(("columns", "all"), ("column", "property:hub")) == words()


def test_days_are_whole_days_of_the_zone_also_where_the_clocks_change() -> None:
    fields = (("date", "createdDate"), ("period", "between"), ("since", "2026-03-29"), ("until", "2026-03-29"))
    [said] = [line for line in words(*fields, zone=BERLIN) if line.startswith("Created date")]
    assert "at or after 2026-03-28 23:00:00.000 UTC" in said
    assert "before 2026-03-29 22:00:00.000 UTC" in said


@pytest.mark.parametrize(
    ("day", "zone", "since", "until"),
    [
        # Kolkata kept a time of 5:21:10 before that of Greenwich.
        ("1900-01-01", "Asia/Kolkata", "1899-12-31 18:38:50.000", "1900-01-01 18:38:50.000"),
        ("0999-12-31", "UTC", "0999-12-31 00:00:00.000", "1000-01-01 00:00:00.000"),
        ("0001-01-01", "Asia/Kolkata", "0001-01-01 00:00:00.000", "0001-01-01 18:06:32.000"),
        ("9999-12-31", "America/New_York", "9999-12-31 05:00:00.000", "9999-12-31 23:59:59.999"),
    ],
)
def test_every_day_of_the_calendar_is_taken_in_every_zone(day: str, zone: str, since: str, until: str) -> None:
    fields = (("period", "between"), ("since", day), ("until", day))
    [said] = [line for line in words(*fields, zone=ZoneInfo(zone)) if line.startswith("Modified date")]
    assert f"at or after {since} UTC" in said
    assert f"before {until} UTC" in said


@given(st.dates(), st.sampled_from(("Asia/Kolkata", "Europe/Amsterdam", "America/New_York", "Pacific/Apia", "UTC")))
def test_a_day_is_never_a_mistake(day: date, zone: str) -> None:
    said = words(("period", "between"), ("since", day.isoformat()), ("until", day.isoformat()), zone=ZoneInfo(zone))
    assert len(said) == 3


def test_a_period_is_relative_so_that_a_schedule_counts_from_each_run() -> None:
    body = body_of(read_form([("period", "now-7d")]), UTC_ZONE)
    assert body["params"]["query"]["filters"]["propertiesCriterion"] == [
        {"modifiedDate": {"gte": "now-7d", "type": "_DATETIME"}}
    ]


@pytest.mark.parametrize(
    ("field", "said"),
    [(("most", "many"), "maxRecords"), (("file_name", "a/b"), "file name"), (("format", "PDF"), "PDF")],
)
def test_what_cannot_be_asked_for_is_named_where_every_request_is_checked(field: tuple[str, str], said: str) -> None:
    from config.profiles import check_profile

    with pytest.raises(InvalidRequest, match=said):
        parse_request(body_of(read_form([field]), UTC_ZONE), max_records=10, now=NOW, check_profile=check_profile)


NAMES = ("type", "channel", "state.itemState", "state.", "date", "period", "since", "until", "most", "column", "columns")


@given(st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=8), st.sampled_from(("only", "between")) | st.text())))
def test_any_fields_are_a_request_or_named_mistakes(fields: list[tuple[str, str]]) -> None:
    body: Any = body_of(read_form(fields), BERLIN)
    with suppress(InvalidRequest):
        parse_request(body, max_records=1_000, now=NOW)
