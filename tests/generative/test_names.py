"""Names and texts that databases, XML and patterns take for something else find exactly the objects that have them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contract.evaluation import matches
from contract.filters import fold
from contract.objects import StateObject, parse_object
from database.arrow import Stream, snapshot
from database.documents import matching_keys
from database.engine import connect
from database.loader import load_objects
from database.selection import select_documents
from tests.contract.bodies import parse, with_filters
from tests.generative.texts import DANGEROUS, NAMES

TENANT = "plum"
_NAMES = [name for name in NAMES if name]
"""A name in a request cannot be empty."""


def _objects() -> Iterator[dict[str, Any]]:
    """An object a name in each place where it can stand, and an object a text."""
    for number, name in enumerate(NAMES):
        said = {"values": [{"value": f"text {number}", "locale": "de-DE"}]}
        yield {"id": f"property-{number}", "type": "t", "properties": {name: f"text {number}"}}
        yield {"id": f"attribute-{number}", "type": "t", "data": {"attributes": {name: said}}}
        yield {"id": f"group-{number}", "type": "t", "data": {"attributes": {name: {"group": [{"inner": said}]}}}}
        yield {"id": f"member-{number}", "type": "t", "data": {"attributes": {"outer": {"group": [{name: said}]}}}}
        yield {"id": f"id-{name}", "type": "named"}
    for number, text in enumerate(DANGEROUS):
        yield {"id": f"text-{number}", "type": "t", "name": text, "properties": {"note": text, "channelid": text}}


@pytest.fixture(scope="module")
def stored(shared_database_url: str) -> tuple[str, dict[str, StateObject]]:
    """A database with all of these objects, and they themselves by id."""
    engine = connect(shared_database_url)
    report = load_objects(engine, TENANT, ((item["id"], item) for item in _objects()))
    engine.dispose()
    assert report.refused == []
    return shared_database_url, {item["id"]: parse_object(item) for item in _objects()}


def _found(stream: Stream, url: str, body: Any) -> list[str]:
    """The ids that a request finds, in its order, as an export reads them."""
    dialect = "sqlite" if url.startswith("sqlite") else "postgresql"
    batches = stream(select_documents(TENANT, parse(body), dialect, limit=None))
    return [json.loads(document)["id"] for batch in batches for document in batch.column(0).to_pylist()]


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_a_filter_on_any_name_finds_the_objects_that_have_it(stored: tuple[str, dict[str, StateObject]], step: int) -> None:
    url, objects = stored
    with snapshot(url) as stream:
        for name in _NAMES[::step]:
            for criteria in (
                {"propertiesCriterion": [{name: {"hasvalue": True}}]},
                {"attributesCriterion": [{name: {"startswith": "text"}}]},
                {"attributesCriterion": [{f"outer>>{name}": {"eq": "text"}}]},
            ):
                body = with_filters(**criteria)
                body["params"]["query"]["filters"]["typesCriterion"] = ["t"]
                wanted = parse(body).filter
                expected = sorted(key for key, item in objects.items() if item.type == "t" and matches(item, wanted))
                assert _found(stream, url, body) == expected, (name, criteria)
                assert expected or fold(name) == "name"


def test_an_order_by_any_name_begins_with_the_objects_that_have_it(stored: tuple[str, dict[str, StateObject]]) -> None:
    url, objects = stored
    with snapshot(url) as stream:
        for name in _NAMES[::4]:
            if fold(name) in ("id", "type", "name"):
                continue
            body = with_filters(propertiesCriterion=[{"id": {"startswith": "property"}}])
            body["params"]["query"]["filters"]["typesCriterion"] = ["t"]
            body["params"]["sort"] = {"properties": [{name: "_DESC"}]}
            having = {key for key, item in objects.items() if key.startswith("property-") and fold(name) in item.properties}
            assert set(_found(stream, url, body)[: len(having)]) == having, name


@pytest.mark.parametrize("step", [16, pytest.param(1, marks=pytest.mark.slow)])
def test_a_filter_for_any_text_finds_the_objects_that_say_it(stored: tuple[str, dict[str, StateObject]], step: int) -> None:
    url, objects = stored
    engine = connect(url)
    for text in (*DANGEROUS[::step], "\ufffd", "\ufffe", "\uffff"):
        for operator in ("exact", "startswith", "contains", "eq", "gt"):
            if not text.strip() and operator != "exact":
                continue
            for name in ("note", "channelid", "name"):
                body = with_filters(propertiesCriterion=[{name: {operator: text}}])
                body["params"]["query"]["filters"]["typesCriterion"] = ["t"]
                request = parse(body)
                expected = sorted(key for key, item in objects.items() if item.type == "t" and matches(item, request.filter))
                found = sorted(identifier for _, identifier in matching_keys(engine, TENANT, request))
                assert found == expected, (name, operator, text)
    engine.dispose()


def test_any_text_is_an_id(stored: tuple[str, dict[str, StateObject]]) -> None:
    url, _ = stored
    with snapshot(url) as stream:
        for name in NAMES[::4]:
            body = {"params": {"query": {"ids": [f"id-{name}"]}}}
            assert _found(stream, url, body) == [f"id-{name}"], name
        assert len(_found(stream, url, {"params": {"query": {"ids": [f"id-{name}" for name in NAMES]}}})) == len(set(NAMES))
