"""Structures: what they accept, and that they say where an answer differs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.conformance.model import InBase64, at, filled
from contract.conformance.structure import COUNT, TEXT, AnyOf, EachMember, differences, leaves

JSON = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=3) | st.lists(inner, min_size=1, max_size=1),
    max_leaves=8,
)


@given(JSON)
def test_a_value_is_as_itself_says_whatever_else_it_holds(value: Any) -> None:
    assert list(differences(value, value)) == []
    if isinstance(value, dict):
        assert list(differences(value, {**value, "more": 1})) == []


@given(JSON, JSON)
def test_a_value_that_differs_is_told(structure: Any, value: Any) -> None:
    """Equal but for members that the structure does not speak of, or told."""

    def fits(wanted: Any, held: Any) -> bool:
        if isinstance(wanted, dict):
            return isinstance(held, dict) and all(name in held and fits(inner, held[name]) for name, inner in wanted.items())
        if isinstance(wanted, list):
            return isinstance(held, list) and held != [] and all(fits(wanted[0], entry) for entry in held)
        return wanted == held and isinstance(wanted, bool) is isinstance(held, bool)

    assert (list(differences(structure, value)) == []) is fits(structure, value)


@pytest.mark.parametrize(
    ("structure", "value", "told"),
    [
        ({"a": {"b": TEXT}}, {"a": {"b": 5}}, ["a.b: expected text, got 5"]),
        ({"a": [{"n": COUNT}]}, {"a": [{"n": 1}, {}]}, ["a[1].n is missing"]),
        ({"a": [COUNT]}, {"a": []}, ["a: expected a list that is not empty, got a list"]),
        (EachMember("channel", COUNT), {"x": 1, "y": "z"}, ["y: expected a whole number, got 'z'"]),
        (AnyOf((TEXT, None)), 5, ["the answer: fits none of the structures that it may have"]),
        (AnyOf((TEXT, None)), None, []),
    ],
)
def test_a_difference_says_where_it_is(structure: Any, value: Any, told: list[str]) -> None:
    assert list(differences(structure, value)) == told


def test_every_place_of_a_structure_has_a_path() -> None:
    structure = {"a": [{"b": TEXT}], "c": EachMember("channel", {"d": COUNT}), "e": {}, "f": ["x"]}
    assert list(leaves(structure)) == ["a[].b", "c.<channel>.d", "e", "f"]


def test_what_was_kept_is_filled_in_wherever_it_stands() -> None:
    kept = {"job": "7"}
    body = {"a": ["x-${job}", AnyOf(("${job}", None)), EachMember("n", "${job}")], "b": InBase64([{"id": "${job}"}]), "c": 5}
    assert filled(body, kept) == {"a": ["x-7", AnyOf(("7", None)), EachMember("n", "7")], "b": "W3siaWQiOiAiNyJ9XQ==", "c": 5}
    assert at({"a": [{"b": 1}]}, "a.0.b") == 1
    with pytest.raises((LookupError, TypeError, ValueError)):
        at({"a": "text"}, "a.b")
