"""Merging what a client says into an object: what is said holds, what is not said stays."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.filters import fold
from contract.objects import parse_object
from contract.services.writing import merged

NAMES = st.sampled_from(("itemState", "note", "Price"))
VALUES = st.lists(
    st.fixed_dictionaries(
        {
            "value": st.text("ab", max_size=2),
            "locale": st.sampled_from(("en-US", "EN-us", "de-DE", "", None)),
            "source": st.sampled_from(("s", "S", "", None)),
        }
    ),
    min_size=1,
    max_size=3,
)
OBJECTS = st.fixed_dictionaries(
    {
        "id": st.just("1"),
        "type": st.just("t"),
        "properties": st.dictionaries(NAMES, st.text("ab", max_size=2), max_size=3),
        "data": st.fixed_dictionaries(
            {"attributes": st.dictionaries(NAMES, st.fixed_dictionaries({"values": VALUES}), max_size=3)}
        ),
    }
)


def by_context(item: Any) -> dict[tuple[str, str, str], list[str]]:
    """The texts of each attribute in each context, however that is spelled."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for key, named in parse_object(item).attributes.items():
        for value in named.values:
            found.setdefault((key, fold(value.locale or ""), fold(value.source or "")), []).append(value.text)
    return found


@given(before=OBJECTS, given_=OBJECTS)
def test_what_is_said_holds_and_the_rest_stays(before: Any, given_: Any) -> None:
    kept = copy.deepcopy((before, given_))
    after = merged(before, given_)
    assert by_context(after) == by_context(before) | by_context(given_)
    assert after["properties"] == before["properties"] | given_["properties"]
    assert (before, given_) == kept, "neither is changed"


@given(before=OBJECTS)
def test_an_object_merged_into_itself_is_itself(before: Any) -> None:
    assert merged(before, before) == before


def test_names_compare_without_case_and_null_removes() -> None:
    before = {"id": "1", "type": "t", "properties": {"hub": "a", "self": "b"}, "data": {"attributes": {"note": {"values": []}}}}
    after = merged(before, {"properties": {"HUB": "c", "Self": None}, "data": {"attributes": {"NOTE": None}}})
    assert after == {"id": "1", "type": "t", "properties": {"hub": "c"}, "data": {"attributes": {}}}


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"locale": "en-US", "source": "internal"}, {"locale": "en-us", "source": "INTERNAL"}),
        ({}, {"locale": "", "source": None}),
        ({"locale": 5}, {}),
    ],
)
def test_a_value_replaces_that_of_the_same_context_in_another_spelling(held: Any, said: Any) -> None:
    def an_object(context: Any, text: str) -> dict[str, Any]:
        return {"data": {"attributes": {"itemState": {"values": [{**context, "value": text}]}}}}

    assert merged(an_object(held, "new"), an_object(said, "done")) == an_object(said, "done")


@pytest.mark.parametrize(
    "unsaid",
    [
        {"name": None, "properties": None, "data": None},
        {"note": None, "data": {"attributes": None, "relationships": None}},
        {"data": {"attributes": {"note": {"values": None, "group": None}}}},
        {"data": {"attributes": {"errors": {"values": None}, "note": {}}}},
        {"data": {"attributes": {"note": {"values": []}}}},
    ],
)
def test_null_in_place_of_anything_but_a_single_name_says_nothing(unsaid: Any) -> None:
    before = {
        "id": "1",
        "type": "t",
        "name": "one",
        "note": "kept",
        "properties": {"hub": "a"},
        "data": {
            "attributes": {"note": {"values": [{"value": "x"}]}, "errors": {"group": [{"sno": {"values": []}}]}},
            "relationships": {"owner": []},
        },
    }
    assert merged(before, unsaid) == before
    assert merged({"id": "1", "type": "t"}, {"data": {"attributes": None}}) == {"id": "1", "type": "t"}


def test_values_beside_a_group_of_null_are_merged_by_their_contexts() -> None:
    before = {"data": {"attributes": {"note": {"values": [{"value": "x", "locale": "de-DE"}]}}}}
    said = {"data": {"attributes": {"note": {"values": [{"value": "y", "locale": "en-US"}], "group": None}}}}
    values = [{"value": "x", "locale": "de-DE"}, {"value": "y", "locale": "en-US"}]
    assert merged(before, said) == {"data": {"attributes": {"note": {"values": values}}}}


def test_an_empty_group_in_place_of_a_group_takes_its_entries_away() -> None:
    before = {"data": {"attributes": {"errors": {"group": [{"sno": {"values": []}}]}}}}
    said: dict[str, Any] = {"data": {"attributes": {"errors": {"group": []}}}}
    assert merged(before, said) == said
