"""Several searches in one body: what is read of them, and what stands beside them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contract.errors import InvalidRequest, Misplaced, Mistake, WrongShape
from contract.export_request import ExportRequest
from contract.services.searches import read_searches

QUERY = {"filters": {"typesCriterion": ["connectorstate"]}}
SEARCH = {"serviceName": "connectorService", "searchQuery": {"query": QUERY}}


def read(params: dict[str, Any]) -> dict[str, ExportRequest]:
    return read_searches({"params": params}, ceiling=10_000, now=datetime(2024, 5, 31, tzinfo=UTC))


def mistakes_of(params: dict[str, Any]) -> list[tuple[str, type[Mistake]]]:
    with pytest.raises(InvalidRequest) as caught:
        read(params)
    return [(mistake.path, type(mistake)) for mistake in caught.value.mistakes]


def test_names_around_searches_compare_without_case() -> None:
    [name] = read({"SearchQueries": [SEARCH]})
    assert name == "connectorservice"
    [(name, request)] = read({"searchqueries": [{"SERVICENAME": "ConnectorService", "searchquery": {"query": QUERY}}]}).items()
    assert (name, request.types) == ("connectorservice", ("connectorstate",))


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"searchQueries": [SEARCH], "query": QUERY}, "params.query"),
        ({"searchQueries": [SEARCH], "options": {"maxRecords": 5}}, "params.options"),
        ({"searchQueries": [{**SEARCH, "Query": QUERY}]}, "params.searchQueries[0].Query"),
        ({"searchQueries": [{**SEARCH, "options": {"maxRecords": 5}}]}, "params.searchQueries[0].options"),
    ],
)
def test_a_part_of_a_query_that_stands_beside_the_searches_is_refused(params: dict[str, Any], path: str) -> None:
    assert mistakes_of(params) == [(path, Misplaced)]


def test_what_is_no_search_is_refused() -> None:
    paths = [f"params.searchQueries[{position}]" for position in range(3)]
    found = mistakes_of({"searchQueries": [5, {"serviceName": None}, {"searchQuery": {}}]})
    assert found == [(path, WrongShape) for path in paths]
