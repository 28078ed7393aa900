"""Filters, order and paging: SQLite, PostgreSQL and the oracle find the same objects in the same order."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from contract.evaluation import evaluate
from contract.objects import parse_object
from contract.request import ExportRequest
from database.arrow import snapshot
from database.reader import count_matching
from database.selection import select_matching
from tests.database.conftest import Stores
from tests.database.request_strategies import cases
from tests.examples import examples


def check(stores: Stores, raw_objects: list[Any], requests: list[ExportRequest]) -> None:
    """Each request finds the same by the way of the extraction and by that of counting, on both databases."""
    tenant = stores.load(raw_objects)
    objects = list({(item.type, item.id): item for item in map(parse_object, raw_objects)}.values())
    for name, engine in stores.engines.items():
        with snapshot(stores.urls[name]) as stream:
            for request in requests:
                rows = stream(select_matching(tenant, request, name, limit=request.max_records))
                keys = [
                    key for batch in rows for key in zip(*(batch[part].to_pylist() for part in ("type", "id")), strict=True)
                ]
                assert keys == evaluate(request, objects), name
        for request in requests:
            assert count_matching(engine, tenant, request) == len(evaluate(unlimited(request), objects)), name


def unlimited(request: ExportRequest) -> ExportRequest:
    return ExportRequest(types=request.types, ids=request.ids, filter=request.filter)


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@examples(25, suppress_health_check=SLOW)
@given(cases())
def test_both_databases_find_what_the_oracle_finds(stores: Stores, case: tuple[list[Any], list[ExportRequest]]) -> None:
    check(stores, *case)


@pytest.mark.slow
@pytest.mark.timeout(0)
@settings(max_examples=int(os.environ.get("HUNT", "3000")), deadline=None, suppress_health_check=SLOW)
@given(cases())
def test_a_long_hunt_finds_no_difference(stores: Stores, case: tuple[list[Any], list[ExportRequest]]) -> None:
    """`HUNT` in the environment says how many sets of objects and requests it tries."""
    check(stores, *case)
