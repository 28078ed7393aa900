"""Which states are set, which are begun, and which are left alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import Ambiguous, InvalidRequest, Mistake, WrongShape
from contract.filters import fold
from contract.objects import CONNECTOR_STATE
from contract.services.states import Place, StateChange, read_state_change, set_or_begun

ENTITIES, CHANNELS, KINDS, OWNERS = ("e1", "E1", "e2"), ("shop", "SHOP", "other"), ("sku", "Sku", "pod"), ("ann", "ben")

states = st.builds(
    lambda number, **said: {"id": str(number), "type": CONNECTOR_STATE, "properties": said},
    st.integers(0, 3),
    entityid=st.sampled_from(ENTITIES),
    channelid=st.sampled_from(CHANNELS),
    entitytype=st.sampled_from(KINDS),
    owner=st.sampled_from(OWNERS),
)


def a_change(entities: list[str], kind: str, channels: list[str], owner: str | None) -> StateChange:
    filters: dict[str, Any] = {"typesCriterion": [kind]}
    if owner:
        filters["propertiesCriterion"] = [{"owner": {"exact": owner}}]
    wanted = {"services": channels, "attributes": {"itemState": "set"}}
    body = {"params": {"query": {"ids": entities, "filters": filters}, "connectorstate": wanted}}
    return read_state_change(body, now=datetime(2026, 1, 1, tzinfo=UTC))


def outcome(
    found: list[dict[str, Any]], change: StateChange, first_ids: Mapping[Place, str]
) -> tuple[list[dict[str, Any]], list[Place]]:
    return set_or_begun(found, change, first_ids, tenant="acme", when="now", who="ann", new_id=lambda: "id-of-value")


@given(
    st.lists(states, unique_by=lambda item: item["id"]),
    st.lists(st.sampled_from(ENTITIES), min_size=1, unique=True),
    st.sampled_from(KINDS),
    st.lists(st.sampled_from([*CHANNELS, "_ALL"]), min_size=1, unique=True),
    st.none() | st.sampled_from(OWNERS),
)
def test_what_is_meant_is_set_what_is_missing_is_begun_and_nothing_else_is_touched(
    found: list[dict[str, Any]], entities: list[str], kind: str, channels: list[str], owner: str | None
) -> None:
    """The rules once more, one state and one place at a time: ids of entities with case, all else without. Ids of new states
    are those of states that may be there, so that some are taken."""
    change = a_change(entities, kind, channels, owner)
    named = {fold(channel) for channel in channels if channel != "_ALL"}
    first_ids = {place: str(number) for number, place in enumerate(sorted(change.places))}
    of_kind = [item for item in found if fold(item["properties"]["entitytype"]) == fold(kind)]
    occupied = {(item["properties"]["entityid"], fold(item["properties"]["channelid"])) for item in of_kind}
    meant = {
        item["id"]
        for item in of_kind
        if item["properties"]["entityid"] in entities
        and (fold(item["properties"]["channelid"]) in named or "_ALL" in channels)
        and owner in (None, item["properties"]["owner"])
    }
    missing = {(entity, channel) for entity in entities for channel in named} - occupied
    made, taken = outcome(found, change, first_ids)
    assert sorted(item["id"] for item in made) == sorted([*meant, *(first_ids[place] for place in missing)])
    assert all(item["data"]["attributes"]["itemState"]["values"][0]["value"] == "set" for item in made)
    assert set(taken) == {place for place in missing if first_ids[place] in {item["id"] for item in found}}
    begun = [item["properties"] for item in made if "owner" not in item["properties"]]
    assert {(item["entityid"], fold(item["channelid"])) for item in begun} == missing
    assert {item["entitytype"] for item in begun} <= {kind}


def test_states_that_are_named_themselves_are_set_wherever_they_are_and_none_is_begun() -> None:
    there = {"id": "1", "type": CONNECTOR_STATE, "properties": {"channelid": "shop"}}
    change = a_change(["1", "2"], CONNECTOR_STATE, ["_ALL", "other"], None)
    made, taken = outcome([there], change, {})
    assert ([item["id"] for item in made], change.places, taken) == (["1"], {}, [])
    [said] = change.warnings
    assert said.message.startswith("params.connectorstate.services has no effect")
    assert a_change(["1"], CONNECTOR_STATE, ["_ALL"], None).warnings == ()


def values_of(made: Mapping[str, Any], name: str) -> list[tuple[str, str, str]]:
    return [(item["locale"], item["source"], item["value"]) for item in made["data"]["attributes"][name]["values"]]


def test_plain_values_are_set_in_the_contexts_of_the_request_and_the_others_stay() -> None:
    """Missing parts of a context are the usual ones, and contexts that are the same then are one."""
    contexts = [{"locale": "de-DE", "source": "pim"}, {"source": "pim"}, {"locale": "EN-us", "source": "pim"}]
    query = {"id": "e1", "filters": {"typesCriterion": ["sku"]}, "valueContexts": contexts}
    body = {"params": {"query": query, "connectorstate": {"services": ["shop"], "attributes": {"itemState": "neu"}}}}
    change = read_state_change(body, now=datetime(2026, 1, 1, tzinfo=UTC))
    said = {"entityid": "e1", "entitytype": "sku", "channelid": "shop"}
    held = {"itemState": {"values": [{"locale": "en-US", "source": "internal", "value": "new"}]}}
    (made,), _ = outcome([{"id": "1", "type": CONNECTOR_STATE, "properties": said, "data": {"attributes": held}}], change, {})
    assert values_of(made, "itemState") == [("en-US", "internal", "new"), ("de-DE", "pim", "neu"), ("EN-us", "pim", "neu")]
    assert values_of(made, "itemStateDate") == [("de-DE", "pim", "now"), ("EN-us", "pim", "now")]


def test_the_date_of_a_state_is_the_one_that_is_said() -> None:
    attributes = {"itemState": "new", "ITEMSTATEDATE": "2020-01-01", "channelState": "listed"}
    wanted = {"services": ["shop"], "attributes": attributes}
    body = {"params": {"query": {"id": "e1", "filters": {"typesCriterion": ["sku"]}}, "connectorstate": wanted}}
    change = read_state_change(body, now=datetime(2026, 1, 1, tzinfo=UTC))
    (made,), _ = outcome([], change, dict.fromkeys(change.places, "1"))
    usual = ("en-US", "internal")
    assert values_of(made, "ITEMSTATEDATE") == [(*usual, "2020-01-01")]
    assert values_of(made, "channelStateDate") == [(*usual, "now")]
    assert "itemStateDate" not in made["data"]["attributes"]


def read_wanted(**wanted: Any) -> StateChange:
    query = {"id": "e1", "filters": {"typesCriterion": ["sku"]}}
    return read_state_change({"params": {"query": query, "connectorstate": wanted}}, now=datetime(2026, 1, 1, tzinfo=UTC))


def test_channels_are_those_that_are_named_in_whatever_case_their_name_is_written() -> None:
    """Read as absent, they would be all channels."""
    assert set(read_wanted(Services=["shop"], Attributes={"itemState": "x"}).places) == {("e1", "shop")}


@pytest.mark.parametrize(
    ("wanted", "path", "error"),
    [
        ({"services": ["shop", ""], "attributes": {"a": 1}}, "services[1]", WrongShape),
        ({"services": [" "], "attributes": {"a": 1}}, "services[0]", WrongShape),
        ({"services": ["shop", ["a"]], "attributes": {"a": 1}}, "services[1]", WrongShape),
        ({"services": ["shop"], "Services": ["other"], "attributes": {"a": 1}}, "services", Ambiguous),
        ({"services": ["shop"], "attributes": {"itemState": "x", "ITEMSTATE": "y"}}, "attributes.itemState", Ambiguous),
    ],
)
def test_what_cannot_be_set_is_refused_with_its_place(wanted: dict[str, Any], path: str, error: type[Mistake]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_wanted(**wanted)
    assert [(mistake.path, type(mistake)) for mistake in caught.value.mistakes] == [(f"params.connectorstate.{path}", error)]


def test_what_is_not_known_of_a_change_is_named_and_what_clients_write_is_not() -> None:
    said = read_wanted(services=["shop"], attributes={"a": 1}, transitioncode="is_new_ready", service=["x"]).warnings
    assert [warning.message for warning in said] == [
        "params.connectorstate.service has no effect: it is not known here; did you mean services?"
    ]
