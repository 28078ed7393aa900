"""The made-up data set is believable, the same each time, and fits what the documented request asks for."""

import json
from datetime import UTC, datetime
from itertools import islice

from contract.filters import parse_instant
from contract.objects import parse_object
from tasks.demo_objects import demo_objects

UNTIL = datetime(2026, 3, 1, tzinfo=UTC)
ITEMS = [parse_object(raw) for _, raw in demo_objects(4_000, until=UNTIL)]


def text(item: object, area: str, key: str) -> str | None:
    named = getattr(item, area).get(key)
    return named.values[0].text if named else None


def test_the_same_seed_gives_the_same_objects() -> None:
    first, again = (list(demo_objects(50, seed=3, until=UNTIL)) for _ in range(2))
    assert first == again
    assert first != list(demo_objects(50, seed=4, until=UNTIL))


def test_a_larger_set_begins_with_the_smaller_one() -> None:
    assert list(islice(demo_objects(500, until=UNTIL), 20)) == list(demo_objects(20, until=UNTIL))


def test_ids_are_unique_and_some_have_leading_zeros() -> None:
    assert len({item.id for item in ITEMS}) == len(ITEMS)
    assert any(item.id.startswith("00") and item.id.isdigit() for item in ITEMS)


def test_the_documented_request_finds_a_good_share() -> None:
    found = [
        item
        for item in ITEMS
        if text(item, "properties", "channelid") == "rs-amazonsellerus-self"
        and text(item, "properties", "entitytype") in ("product", "sku")
    ]
    assert 0.3 < len(found) / len(ITEMS) < 0.5


def test_about_an_eighth_has_validation_errors_and_says_so_in_its_states() -> None:
    failed = [item for item in ITEMS if "validationerror>>error" in item.attributes]
    assert 0.08 < len(failed) / len(ITEMS) < 0.16
    assert {text(item, "attributes", "validationstate") for item in failed} == {"errored"}


def test_dates_lie_in_the_months_before_the_end() -> None:
    end = UNTIL.timestamp() * 1000
    for item in ITEMS:
        created, modified = (parse_instant(text(item, "properties", f"{what}date") or "") for what in ("created", "modified"))
        assert created is not None
        assert modified is not None
        assert end - 151 * 86_400_000 < created <= modified <= end


def test_it_has_what_is_hard_to_export() -> None:
    """Letters beyond ASCII, several values, names that no catalogue knows."""
    assert any(not (item.name or "").isascii() for item in ITEMS)
    assert any(len(item.attributes["listingurl"].values) > 1 for item in ITEMS if "listingurl" in item.attributes)
    assert any("retrycount" in item.attributes for item in ITEMS)
    assert 1_200 < sum(len(item.document.encode()) for item in ITEMS) / len(ITEMS) < 2_000


def test_it_is_json() -> None:
    for _, raw in demo_objects(20):
        assert json.loads(json.dumps(raw)) == raw
