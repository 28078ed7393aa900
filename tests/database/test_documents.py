"""Reading objects for answers, on both databases: pages, keys, counts of states, histories."""

import base64
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from contract.export_request import ExportRequest, SortKey
from contract.filters import Context, Criterion, Exact
from contract.services.reading import MOST_TYPES, read_query
from database.documents import distinct_values, matching_keys, read_page
from database.engine import connect
from database.history import changes_of
from database.loader import load_objects
from database.state_counts import StateCount, count_by_channel, count_states


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = connect(database_url)
    yield made
    made.dispose()


def an_object(identifier: str, channel: str | None, *states: str, type_name: str = "connectorstate") -> dict[str, Any]:
    values = [
        {"value": text, "locale": locale, "source": "internal"}
        for text, locale in zip(states, ("en-US", "de-DE"), strict=False)
    ]
    properties = {"channelid": channel, "entitytype": "sku", "entityid": f"e{identifier}"}
    return {
        "id": identifier,
        "type": type_name,
        "properties": properties,
        "data": {"attributes": {"itemState": {"values": values}}},
    }


def load(engine: Engine, *objects: Any, by: str | None = None) -> None:
    report = load_objects(engine, "acme", ((str(number), raw) for number, raw in enumerate(objects)), changed_by=by)
    assert report.refused == []


STATES = ExportRequest(types=("connectorstate",), max_records=100)


def test_a_page_is_in_the_requests_order_and_counts_all_pages(engine: Engine) -> None:
    load(engine, *(an_object(str(number), "c", "new") for number in range(7)), an_object("x", "c", "new", type_name="other"))
    asked = ExportRequest(
        types=("connectorstate",), sort=(SortKey("id", descending=True, area="property"),), offset=1, max_records=3
    )
    page = read_page(engine, "acme", asked)
    assert [text[7:8] for text in page.documents] == ["5", "4", "3"]
    assert page.matched == 7
    assert matching_keys(engine, "acme", asked) == [("connectorstate", str(number)) for number in range(3)]
    assert read_page(engine, "other", asked).matched == 0


def test_objects_of_as_many_types_as_may_be_named_are_found_by_type_and_id(engine: Engine) -> None:
    """Each beside one with the same id and another type, and one with the same type and another id."""
    wanted = [{"id": f"i{number:03}", "type": f"tä{number:03}"} for number in range(MOST_TYPES)]
    others = [{"id": item["id"], "type": after["type"]} for item, after in itertools.pairwise(wanted)]
    load(engine, *wanted, *others)
    blob = base64.b64encode(json.dumps([{**item, "type": item["type"].upper()} for item in wanted]).encode()).decode()
    body = {"dataObject": {"data": {"blob": blob}}, "params": {"options": {"from": 1, "maxRecords": 2}}}
    page = read_page(engine, "acme", read_query(body, ceiling=10_000, now=datetime.now(UTC)))
    assert [json.loads(text) for text in page.documents] == wanted[1:3]
    assert page.matched == MOST_TYPES


def test_each_value_of_a_column_comes_once(engine: Engine) -> None:
    load(engine, an_object("1", "b"), an_object("2", "a"), an_object("3", "b"), an_object("4", None))
    load(engine, an_object("5", ""))
    assert distinct_values(engine, "acme", STATES, ("channelid",)) == [("a",), ("b",)]


def test_values_come_with_empty_texts_for_what_is_missing_beside_them(engine: Engine) -> None:
    said = [{"entityid": "B", "entitytype": "sku"}, {"entityid": "a"}, {"entityid": "b", "entitytype": ""}, {"entitytype": "x"}]
    load(engine, *({"id": str(number), "type": "connectorstate", "properties": own} for number, own in enumerate(said)))
    assert distinct_values(engine, "acme", STATES, ("entityid", "entitytype")) == [("B", "sku"), ("a", ""), ("b", "")]


def test_states_are_counted_wherever_they_are_stored(engine: Engine) -> None:
    """A single value has a column, several have none; an object counts once for each of its values."""
    load(
        engine,
        an_object("1", "a", "new"),
        an_object("2", "a", "new", "neu"),
        an_object("3", "b", "done"),
        an_object("4", None, "new"),
    )
    assert count_states(engine, "acme", STATES, ("itemState", "channelState")) == [
        StateCount("sku", "_UNASSIGNED", "itemState", "new", 1),
        StateCount("sku", "a", "itemState", "neu", 1),
        StateCount("sku", "a", "itemState", "new", 2),
        StateCount("sku", "b", "itemState", "done", 1),
    ]
    assert count_by_channel(engine, "acme", STATES) == {"_UNASSIGNED": 1, "a": 2, "b": 1}


@pytest.mark.parametrize(
    ("contexts", "counted"),
    [
        ((), {"new": 2, "neu": 1, "any": 1}),
        ((Context(locale="DE-de"),), {"neu": 1, "any": 1}),
        ((Context(locale="en-US"),), {"new": 2, "any": 1}),
    ],
)
def test_states_are_counted_in_the_contexts_of_the_request(
    engine: Engine, contexts: tuple[Context, ...], counted: dict[str, int]
) -> None:
    """A value without a context is in every one."""
    both = [{"locale": "en-US", "source": "internal", "value": "new"}, {"locale": "de-DE", "source": "pim", "value": "neu"}]
    for number, values in enumerate([both, both[:1], [{"value": "any"}]]):
        load(engine, {**an_object(str(number), "a"), "data": {"attributes": {"itemState": {"values": values}}}})
    found = count_states(engine, "acme", replace(STATES, contexts=contexts), ("itemState",))
    assert {entry.value: entry.objects for entry in found} == counted


def test_objects_without_a_channel_are_counted_together_however_they_say_so(engine: Engine) -> None:
    channels = (None, None, None, "", "_UNASSIGNED", "a")
    load(engine, *(an_object(str(number), channel, "new") for number, channel in enumerate(channels)))
    assert count_by_channel(engine, "acme", STATES) == {"_UNASSIGNED": 5, "a": 1}
    of_states = {found.channel: found.objects for found in count_states(engine, "acme", STATES, ("itemState",))}
    assert of_states == count_by_channel(engine, "acme", STATES)


def test_changes_come_object_by_object_each_with_what_was_before_and_after(engine: Engine) -> None:
    load(engine, an_object("1", "a", "new"), an_object("2", "a", "new"), by="ann")
    load(engine, an_object("2", "a", "done"), by="ben")
    load(engine, an_object("1", "a", "done"), an_object("2", "a", "gone"), by="cid")
    asked = ExportRequest(
        types=("connectorstate",), filter=Criterion("property", "channelid", (Exact(("A",)),)), max_records=100
    )
    changes = list(changes_of(engine, "acme", asked))
    assert [change.changed_by for change in changes] == ["ann", "cid", "ann", "ben", "cid"]
    assert [change.before is None for change in changes] == [True, False, True, False, False]
    for earlier, later in itertools.pairwise(changes):
        assert later.before in (None, earlier.after)
    assert '"gone"' in str(changes[-1].after)
    assert list(changes_of(engine, "acme", ExportRequest(types=("other",), max_records=5))) == []
