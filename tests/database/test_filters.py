"""Filters, order and paging: SQLite, PostgreSQL and the oracle find the same objects in the same order."""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine

from contract.evaluation import evaluate
from contract.objects import StateObject, parse_object
from contract.request import ExportRequest
from database.arrow import snapshot
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from database.reader import count_matching
from database.selection import select_matching
from tests.conftest import new_postgresql_database
from tests.database.request_strategies import cases


@dataclass
class Stores:
    """One database of each kind. Each set of objects gets a tenant of its own, so that nothing need be removed."""

    urls: dict[str, str]
    engines: dict[str, Engine]
    tenants: Iterator[int] = field(default_factory=itertools.count)

    def load(self, raw_objects: list[Any]) -> tuple[str, list[StateObject]]:
        tenant = f"tenant-{os.getpid()}-{next(self.tenants)}"
        for engine in self.engines.values():
            report = load_objects(engine, tenant, ((str(number), raw) for number, raw in enumerate(raw_objects)))
            assert report.refused == []
        stored = {(item.type, item.id): item for item in map(parse_object, raw_objects)}
        return tenant, list(stored.values())


@pytest.fixture(scope="module")
def stores(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    with new_postgresql_database(postgresql_url) as on_postgresql:
        file: Path = tmp_path_factory.mktemp("filters") / "objects.db"
        urls = {"sqlite": f"sqlite:///{file}", "postgresql": on_postgresql}
        for url in urls.values():
            upgrade(url, "objects")
        engines = {name: connect(url) for name, url in urls.items()}
        yield Stores(urls, engines)
        for engine in engines.values():
            engine.dispose()


def check(stores: Stores, raw_objects: list[Any], requests: list[ExportRequest]) -> None:
    """Each request finds the same by the way of the extraction and by that of counting, on both databases."""
    tenant, objects = stores.load(raw_objects)
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


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
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
