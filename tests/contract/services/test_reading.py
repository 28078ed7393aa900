"""Requests that read the store: objects that are named, and searches for several services."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import InvalidRequest, Missing, OutOfRange
from contract.evaluation import found_among
from contract.export_request import ExportRequest
from contract.filters import EVERYTHING
from contract.objects import parse_object
from contract.services.reading import MOST_TYPES, PAGING, read_query

KEYS = st.tuples(st.sampled_from(("ta", "TB", "tc", "Td")), st.sampled_from(("1", "2", "3", "É")))


def read(body: object, **rest: Any) -> ExportRequest:
    return read_query(body, ceiling=10_000, now=datetime(2024, 5, 31, tzinfo=UTC), **rest)


def named(*keys: tuple[str, str], **params: Any) -> dict[str, Any]:
    objects = [{"type": name, "id": identifier} for name, identifier in keys]
    return {"dataObject": {"data": {"blob": base64.b64encode(json.dumps(objects).encode()).decode()}}, "params": params}


@given(asked=st.lists(KEYS, min_size=1, max_size=6), stored=st.sets(KEYS))
def test_the_objects_that_are_named_are_found_and_no_others(asked: list[tuple[str, str]], stored: set[tuple[str, str]]) -> None:
    objects = [parse_object({"type": name, "id": identifier}) for name, identifier in stored]
    found = {(item.type, item.id) for item in found_among(read(named(*asked)), objects)}
    wanted = {(name.lower(), identifier) for name, identifier in asked}
    assert found == wanted & {(item.type, item.id) for item in objects}


def test_objects_of_one_type_are_looked_up_by_their_key_alone() -> None:
    """And so are those of several types with the same ids: a filter would be looked at beside the key."""
    assert read(named(("t", "1"), ("T", "2"))).filter == EVERYTHING
    assert read(named(("a", "1"), ("b", "1"))).filter == EVERYTHING


def test_a_type_that_stands_for_another_one_names_objects_of_that() -> None:
    request = read(named(("Activity", "1"), ("other", "2")), meant={"activity": "state"})
    objects = [parse_object({"type": name, "id": number}) for name in ("activity", "state", "other") for number in "12"]
    assert [(item.type, item.id) for item in found_among(request, objects)] == [("state", "1"), ("other", "2")]


def test_an_object_that_is_named_by_halves_is_refused_with_its_place() -> None:
    objects = [{"type": "t", "id": "1"}, {"id": "2"}, {"type": "t"}, "x", {"type": "", "id": ""}]
    body = {"dataObject": {"data": {"blob": base64.b64encode(json.dumps(objects).encode()).decode()}}}
    with pytest.raises(InvalidRequest) as caught:
        read(body)
    places = ["[1].type", "[2].id", "[3]", "[4].id", "[4].type"]
    assert [mistake.path for mistake in caught.value.mistakes] == [f"dataObject.data.blob{place}" for place in places]
    with pytest.raises(InvalidRequest) as caught:
        read({"dataObject": {"type": "t"}})
    assert [mistake.path for mistake in caught.value.mistakes] == ["dataObject.id"]


def test_no_query_at_all_may_be_said_in_any_case() -> None:
    body = {"dataObject": {"id": "1", "type": "t"}, "Params": {"QUERY": None, "Options": {"From": 3}}}
    assert (read(body).ids, read(body).offset) == (("1",), 3)
    asked = read({**body, "Params": {"Query": {"id": "2", "filters": {"typesCriterion": ["t"]}}}})
    assert asked.ids == ("2",)


def test_a_page_needs_another_end_than_to_alone() -> None:
    """Nothing public says whether `to` is the last place or the one behind it."""

    def paged(**options: int) -> dict[str, Any]:
        return {"params": {"query": {"id": "1"}, "options": options}}

    with pytest.raises(InvalidRequest) as caught:
        read(paged(to=9))
    assert [(mistake.path, type(mistake)) for mistake in caught.value.mistakes] == [("params.options.maxRecords", Missing)]
    for counted in (paged(to=9, maxRecords=5), paged(to=9, totalRecords=5)):
        assert (read(counted).max_records, [said.message for said in read(counted).warnings]) == (
            5,
            ["params.options.to has no effect: maxRecords says where the objects end"],
        )


def test_to_alone_does_no_harm_where_nothing_is_paged() -> None:
    asked = read({"params": {"query": {"id": "1"}, "options": {"to": 9}}}, unused=PAGING)
    assert [said.message.split(" ")[0] for said in asked.warnings] == ["params.options.to"]


def test_as_many_types_as_a_statement_can_tell_apart_may_be_named() -> None:
    keys = [(f"t{number}", str(number)) for number in range(MOST_TYPES + 1)]
    assert len(read(named(*keys[:-1])).types) == MOST_TYPES
    with pytest.raises(InvalidRequest) as caught:
        read(named(*keys))
    [mistake] = caught.value.mistakes
    assert (type(mistake), mistake.path) == (OutOfRange, "dataObject")
