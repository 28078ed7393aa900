"""Whatever JSON arrives, it is a request or an InvalidRequest that can be answered, and nothing else."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings

from contract.envelope import encode, failed
from contract.errors import Ambiguous, InvalidRequest, Missing, UnknownFormat, UnknownProfile
from contract.request import ExportRequest
from contract.words import in_words
from tests.contract.bodies import GOOD_BODIES, parse
from tests.contract.json_values import contract_values, json_values, mutated_bodies
from tests.examples import examples


def check(body: object) -> None:
    try:
        request = parse(body)
    except InvalidRequest as error:
        check_answer(error)
        check_paths(body, error)
    else:
        check_words(request)


def check_answer(error: InvalidRequest) -> None:
    detail = json.loads(encode(failed(error)))["dataObjectOperationResponse"]["statusDetail"]
    assert len(detail["messages"]) == len(error.mistakes) > 0
    assert all(message["message"] and message["messageCode"].startswith("SSH4") for message in detail["messages"])


def check_paths(body: object, error: InvalidRequest) -> None:
    """Each path leads to a place of the body, but for what is not there, came twice, or is a profile in its usual spelling."""
    named = [
        mistake for mistake in error.mistakes if not isinstance(mistake, (Missing, Ambiguous, UnknownProfile, UnknownFormat))
    ]
    assert {mistake.path for mistake in named} <= set(places(body))


def places(value: object, path: str = "") -> list[str]:
    found = [path]
    if isinstance(value, dict):
        for key, part in value.items():
            found += places(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for position, part in enumerate(value):
            found += places(part, f"{path}[{position}]")
    return found


def check_words(request: ExportRequest) -> None:
    lines = in_words(request)
    assert lines
    assert all(line.isprintable() and line for line in lines)


@pytest.mark.parametrize("make", GOOD_BODIES)
def test_good_bodies_are_good(make: Any) -> None:
    assert isinstance(parse(make()), ExportRequest)


@given(json_values())
def test_any_json_value(body: object) -> None:
    check(body)


@given(contract_values())
@examples(150)
def test_the_words_of_the_contract_anywhere(part: object) -> None:
    check({"params": {"query": {"filters": {"typesCriterion": ["sku"], "propertiesCriterion": [part]}}}})
    check({"params": {"query": {"filters": {"typesCriterion": ["sku"], "attributesCriterion": [{"itemState": part}]}}}})
    check({"params": part})


@given(mutated_bodies())
@examples(300)
def test_mutations_of_good_bodies(body: object) -> None:
    check(body)


@pytest.mark.slow
@given(mutated_bodies())
@settings(max_examples=3_000, deadline=None)
def test_very_many_mutations_of_good_bodies(body: object) -> None:
    check(body)


def test_the_paths_of_a_body_are_those_that_messages_use() -> None:
    body = GOOD_BODIES[0]()
    assert all(re.fullmatch(r"|\w+(\.\w+|\[\d+\])*", place) for place in places(body))
    assert "params.query.filters.propertiesCriterion[1].entitytype.exacts[0]" in places(body)
