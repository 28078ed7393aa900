"""Histories of states: in the order of time whatever the order of the objects, and without changes of mere spelling."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contract.services.history import Change, history


def a_state(identifier: str = "1", entity: str = "E1", **states: str) -> str:
    attributes = {name: {"values": [{"value": text}]} for name, text in states.items()}
    properties = {"entityid": entity, "channelid": "shop"}
    return json.dumps({"id": identifier, "type": "t", "properties": properties, "data": {"attributes": attributes}})


def told(changes: list[Change], entity: str = "E1") -> list[tuple[str, Any, Any]]:
    [tree] = history(changes)
    return [(one["status"], one["previousState"], one["state"]) for one in tree["shop"][entity]]


def test_states_of_two_objects_of_an_entity_are_told_by_time() -> None:
    first, second, third = (a_state(itemState=text) for text in ("z1", "a1", "z2"))
    by_object = [Change(2, 20, None, None, second), Change(1, 10, None, None, first), Change(3, 30, None, first, third)]
    assert told(by_object) == [("itemState", None, "z1"), ("itemState", None, "a1"), ("itemState", "z1", "z2")]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(("E1", "E2")), st.integers(0, 3)), max_size=12))
def test_changes_of_one_moment_are_told_in_the_order_in_which_they_were_written(writes: list[tuple[str, str, int]]) -> None:
    """`writes` are objects, their entities and moments; they come object by object, as the store gives them."""
    changes = [
        (entity, Change(number, at_ms, None, None, a_state(identifier, entity, itemState="x", otherState="y")))
        for number, (identifier, entity, at_ms) in enumerate(writes)
    ]
    changes.sort(key=lambda pair: writes[pair[1].number][0])
    for tree in history(change for _, change in changes):
        for entity, entries in tree["shop"].items():
            own = [change for about, change in changes if about == entity]
            own.sort(key=lambda change: (change.at_ms, change.number))
            expected = [(str(change.number), name) for change in own for name in ("itemState", "otherState")]
            assert [(one["messageId"], one["status"]) for one in entries] == expected


def test_another_spelling_of_a_name_changes_no_state() -> None:
    old, same, new = a_state(itemState="new"), a_state(itemstate="new"), a_state(ITEMSTATE="done")
    assert history([Change(1, 1, None, old, same)]) == []
    assert told([Change(1, 1, None, old, new)]) == [("ITEMSTATE", "new", "done")]
    assert told([Change(1, 1, None, old, a_state())]) == [("itemState", "new", None)]
