"""The documented requests are answered by an index, on both databases."""

from typing import Any

import pytest
from sqlalchemy import Engine, Select, text

from contract.filters import AllOf, Compare, Criterion, Exact, Filter, ValueType
from contract.request import ExportRequest
from database.selection import count_all, select_matching
from tests.database.conftest import Stores

CHANNEL = Criterion("property", "channelid", (Exact(("RS-amazonsellerus-self",)),))
DOCUMENTED = AllOf((CHANNEL, Criterion("property", "entitytype", (Exact(("product", "sku")),))))
MANY_CHANNELS = Criterion("property", "channelid", (Exact(tuple(f"channel {number}" for number in range(10))),))
LATE_MS = 4_000_000_000_000
"""In 2096."""
INDEXES: dict[str, tuple[Filter, str]] = {
    "a channel": (CHANNEL, "ix_state_object_channel"),
    "the documented request": (DOCUMENTED, "ix_state_object_channel"),
    "one of many channels": (MANY_CHANNELS, "ix_state_object_channel"),
    "an entity": (Criterion("property", "entityid", (Exact(("sku-1",)),)), "ix_state_object_entity"),
    "since a time": (
        Criterion("property", "modifieddate", (Compare("gte", LATE_MS, ValueType.INSTANT),)),
        "ix_state_object_modified",
    ),
}


@pytest.fixture(scope="module")
def tenant(stores: Stores) -> str:
    """Enough objects that an index is worth its while, and the statistics that say so."""
    tenant = stores.load(
        {
            "id": str(number),
            "type": "listing",
            "properties": {
                "channelid": f"channel {number % 500}",
                "entitytype": "sku",
                "entityid": f"sku-{number}",
                "modifiedDate": f"20{number % 90 + 10:02}-01-01",
            },
        }
        for number in range(3000)
    )
    for engine in stores.engines.values():
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))
    return tenant


def plan(engine: Engine, statement: Select[Any]) -> str:
    """How the database would run a statement, in its words."""
    written = statement.compile(engine, compile_kwargs={"literal_binds": True})
    explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[engine.name]
    with engine.connect() as connection:
        return "\n".join(str(tuple(row)) for row in connection.exec_driver_sql(f"{explain} {written}"))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("kind", INDEXES)
def test_an_index_finds(stores: Stores, tenant: str, database: str, kind: str) -> None:
    wanted, index = INDEXES[kind]
    assert index in plan(stores.engines[database], count_all(tenant, ExportRequest(("listing",), filter=wanted), database))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_documented_request_is_extracted_by_its_index(stores: Stores, tenant: str, database: str) -> None:
    request = ExportRequest(("listing",), filter=DOCUMENTED)
    assert "ix_state_object_channel" in plan(stores.engines[database], select_matching(tenant, request, database, limit=10_000))


def test_sqlite_reads_a_type_in_the_order_of_its_key(stores: Stores, tenant: str) -> None:
    statement = select_matching(tenant, ExportRequest(("listing",)), "sqlite", limit=None)
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan(stores.engines["sqlite"], statement)
