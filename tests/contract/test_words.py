"""A request in plain English."""

from typing import Any

import pytest

from contract.filters import Compare, Exact, HasValue, StartsWith, ValueType, Words
from contract.operators import OPERATORS
from contract.words import in_words
from tests.contract.bodies import (
    documented_body,
    ids_body,
    page_client_body,
    parse,
    task_list_body,
    with_attribute,
    with_filters,
    with_params,
)


def test_the_documented_request() -> None:
    assert in_words(parse(documented_body())) == (
        "Type is connectorstate",
        "Channel id is rs-demo-shop (property, upper or lower case)",
        "Entity type is any of product, sku (property, upper or lower case)",
        "Sorted by ID",
        "At most 10,000 records",
    )


def test_the_request_of_a_browser_client() -> None:
    assert in_words(parse(page_client_body())) == (
        "Type is product",
        "Title has the word jam* or has the word jelly* (attribute, upper or lower case, in locale en-US and source internal)",
        "The object has all of the words plum*, jam* (anywhere, upper or lower case)",
        "Values in locale en-US and source internal",
        "Sorted by ID",
    )


def test_the_request_for_a_list_of_tasks() -> None:
    assert in_words(parse(task_list_body())) == (
        "Type is tasksummaryobject",
        "Created date is at or after 2026-02-25 16:07:34.123 UTC (property, as a date)",
        "Task type contains entity_export (attribute, upper or lower case)",
        "Submitted by has the word ann@plum.example_user (attribute, upper or lower case)",
        "Impacted is true (attribute, upper or lower case)",
        "Weight is more than 2.5 and is at most 40 (attribute, as a number)",
        "Parent task id has no value (attribute)",
        "Not: Status is Processing (attribute, upper or lower case)",
        "Sorted by Created date (property, as a date, descending), then Task type (attribute, ascending), then ID",
        "At most 200 records",
    )


def test_one_is_no_plural() -> None:
    lines = in_words(parse({"params": {"query": {"id": "a"}, "options": {"maxRecords": 1}}}))
    assert lines[-1] == "At most 1 record"


def test_the_request_by_ids() -> None:
    assert in_words(parse(ids_body())) == (
        "Type is connectorstate",
        "ID is any of state-7, state-1, state-2 (in exactly this case)",
        "Attributes: itemState",
        "Properties: channelid",
        "Sorted by ID",
        "At most 10 records",
    )


def test_paging_and_what_an_empty_result_does() -> None:
    body = with_params(options={"from": 2000, "skipIfEmpty": True}, fields={"attributes": []})
    assert in_words(parse(body)) == (
        "Type is connectorstate",
        "Attributes: none",
        "Sorted by ID",
        "Without the first 2,000",
        "No file when nothing matches",
    )
    assert in_words(parse({"params": {"query": {"id": "a"}}}))[0] == "Any type"


@pytest.mark.parametrize(
    ("criterion", "phrase"),
    [
        ({"exact": "new"}, "is new (attribute, upper or lower case)"),
        ({"exact": ""}, 'is "" (attribute, upper or lower case)'),
        ({"exacts": ["a", "b"], "operator": "_AND"}, "has each of a, b (attribute, upper or lower case)"),
        ({"exacts": list(range(13))}, "is any of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 3 more (attribute, upper or lower case)"),
        ({"eq": "a b"}, "has all of the words a, b (attribute, upper or lower case)"),
        ({"eq": "a b", "operator": "_OR"}, "has any of the words a, b (attribute, upper or lower case)"),
        ({"contains": "a b"}, "contains any of a, b (attribute, upper or lower case)"),
        ({"contains": "a b", "operator": "_AND"}, "contains all of a, b (attribute, upper or lower case)"),
        ({"startswith": "RS"}, "begins with RS (attribute, upper or lower case)"),
        ({"hasvalue": True}, "has a value (attribute)"),
        ({"gt": "m", "type": "_STRING"}, "is more than m (attribute, as text)"),
        ({"lt": "now/d"}, "is before 2026-05-20 00:00:00.000 UTC (attribute, as a date)"),
        ({"lte": "now/d"}, "is at or before 2026-05-20 23:59:59.999 UTC (attribute, as a date)"),
        ({"gt": "0001-01-01", "type": "_DATE"}, "is after 0001-01-01 00:00:00.000 UTC (attribute, as a date)"),
        ({"exact": "a\nb\u202e"}, "is a\\nb\\u202e (attribute, upper or lower case)"),
    ],
)
def test_each_operator_has_its_phrase(criterion: dict[str, Any], phrase: str) -> None:
    assert f"Item state {phrase}" in in_words(parse(with_attribute(**criterion)))


def test_ids_compare_with_case() -> None:
    body = with_filters(propertiesCriterion=[{"entityId": {"exact": "E-1"}}])
    assert "Entity id is E-1 (property, in exactly this case)" in in_words(parse(body))


def test_alternatives_and_groups_are_told_apart() -> None:
    body = with_filters(
        attributesCriterion=[{"a": {"exact": 1}, "b": {"exact": 2}}, {"validationError>>error": {"exact": 3}}],
        isAttributesCriterionOR=True,
    )
    assert in_words(parse(body))[1] == (
        "[A is 1 (attribute, upper or lower case) and B is 2 (attribute, upper or lower case)] or "
        "Validation error>>Error is 3 (attribute, upper or lower case)"
    )


@pytest.mark.parametrize(
    "test",
    [
        Exact(("a",)),
        Exact(("a", "b")),
        Words((("a",),), every=True, whole=True),
        Words((("a",),), every=True, whole=False),
        StartsWith("a"),
        HasValue(False),
        *(Compare(operator, 1.0, ValueType.NUMBER) for operator in ("gt", "gte", "lt", "lte")),
    ],
)
def test_every_test_is_said_by_an_operator_of_the_table(test: Any) -> None:
    assert any(operator.say(test) for operator in OPERATORS.values())
