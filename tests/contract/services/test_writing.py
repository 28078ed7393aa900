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
