"""What a form offers is what the store holds, and finding it reads no whole table."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, text

from database import held_values as room
from database.engine import connect
from database.held_values import held_values
from database.loader import load_objects
from database.tables import document, state_object, validation_error
from tests.examples import examples

TENANT = "plum"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = connect(database_url)
    yield made
    made.dispose()


def an_object(number: int, type_name: str = "connectorstate", **said: Any) -> dict[str, Any]:
    attributes = {
        name: {"values": [{"value": value, "locale": "en-US", "source": "internal"}]}
        for name, value in said.items()
        if name not in ("channelid", "entitytype")
    }
    properties = {name: said[name] for name in ("channelid", "entitytype") if name in said}
    date = f"2026-01-01T00:00:{number % 60:02d}.000+0000"
    return {
        "id": f"o{number}",
        "type": type_name,
        "properties": {**properties, "modifiedDate": date},
        "data": {"attributes": attributes},
    }


def load(engine: Engine, *objects: dict[str, Any], tenant: str = TENANT) -> None:
    report = load_objects(engine, tenant, ((f"line {place}", one) for place, one in enumerate(objects)))
    assert report.refused == []


def test_everything_that_is_held_is_offered_once(engine: Engine) -> None:
    load(
        engine,
        an_object(1, channelid="shop-one", entitytype="sku", itemState="new", shelf="7"),
        an_object(2, channelid="shop-one", entitytype="product", itemState="errored"),
        an_object(3, channelid="Shop-Two", entitytype="SKU", itemState="errored", channelState="listedSuccess"),
        an_object(4, itemState="errored"),
        an_object(5, "otherobject", channelid="not-of-this-type"),
    )
    load(engine, an_object(1, channelid="not-of-this-tenant"), tenant="quince")
    held = held_values(engine, TENANT, "connectorstate")
    assert held.types == ("connectorstate", "otherobject")
    assert held.channels == ("shop-one", "Shop-Two")
    assert [name.lower() for name in held.entity_types] == sorted(["product", "sku"])
    assert held.states == {"itemState": ("errored", "new"), "channelState": ("listedSuccess",)}
    assert held.others == {"property": (), "attribute": ("shelf",)}


def test_where_no_object_is_of_the_wanted_type_another_one_is_offered(engine: Engine) -> None:
    load(engine, an_object(1, "listing", channelid="shop-one", entitytype="sku", itemState="new"), an_object(2, "offer"))
    held = held_values(engine, TENANT, "connectorstate")
    assert (held.type, held.channels, held.entity_types) == ("listing", ("shop-one",), ("sku",))
    assert held.states == {"itemState": ("new",)}
    assert held_values(engine, TENANT, "offer").type == "offer"


def test_an_empty_store_offers_nothing(engine: Engine) -> None:
    held = held_values(engine, TENANT, "connectorstate")
    assert (held.type, held.types, held.channels, held.entity_types, held.states) == ("connectorstate", (), (), (), {})


@examples(15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[st.none() | st.sampled_from(["a", "A", "b-1", "ba", "Z", "z9", "ä", " ", "_"])] * 2), max_size=12))
def test_channels_and_entity_types_are_all_that_differ_by_more_than_case(
    engine: Engine, pairs: list[tuple[str | None, str | None]]
) -> None:
    with engine.begin() as connection:
        for table in (validation_error, document, state_object):
            connection.execute(delete(table))
    named = [{"channelid": one, "entitytype": two} for one, two in pairs]
    load(engine, *(an_object(place, **{k: v for k, v in said.items() if v}) for place, said in enumerate(named)))
    held = held_values(engine, TENANT, "connectorstate")
    assert [name.lower() for name in held.channels] == sorted({one.lower() for one, _ in pairs if one})
    assert {name.lower() for name in held.entity_types} == {two.lower() for _, two in pairs if two}


def test_every_list_is_bounded_and_each_value_is_one_seek(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_VALUES", 5)
    load(engine, *(an_object(number, channelid=f"shop-{number:03}", entitytype="sku") for number in range(30)))
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    held = held_values(engine, TENANT, "connectorstate")
    assert held.channels == tuple(f"shop-{number:03}" for number in range(5))
    assert len([text for text in statements if text.startswith("SELECT")]) < 30
    assert all("LIMIT" in text for text in statements if text.startswith("SELECT"))


def test_a_list_that_is_cut_short_says_so(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_VALUES", 3)
    load(engine, *(an_object(number, channelid=f"shop-{number}", entitytype=f"kind-{number}") for number in range(3)))
    assert held_values(engine, TENANT, "connectorstate").cut == frozenset()
    load(engine, an_object(3, channelid="shop-3"), an_object(4, entitytype="kind-4"), an_object(5, "otherobject"))
    held = held_values(engine, TENANT, "connectorstate")
    assert (len(held.channels), len(held.entity_types)) == (3, 3)
    assert held.cut == {"channels", "entity_types"}


def test_the_entity_types_of_every_channel_are_offered(engine: Engine) -> None:
    load(
        engine,
        *(an_object(number, channelid=f"shop-{number:03}", entitytype=f"kind-{number % 70:02}") for number in range(140)),
    )
    load(engine, an_object(140, channelid="", entitytype="of-an-empty-channel"))
    held = held_values(engine, TENANT, "connectorstate")
    assert held.entity_types == (*(f"kind-{number:02}" for number in range(70)), "of-an-empty-channel")
    assert held.cut == frozenset()


@pytest.mark.parametrize("bound", ["_MOST_CHANNELS", "_MOST_PAIRS"])
def test_entity_types_of_more_channels_than_are_looked_at_count_as_cut(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(room, bound, 5)
    load(engine, *(an_object(number, channelid=f"shop-{number}", entitytype="sku") for number in range(4)))
    assert held_values(engine, TENANT, "connectorstate").cut == frozenset()
    load(engine, *(an_object(number, channelid=f"shop-{number}", entitytype="sku") for number in range(4, 7)))
    held = held_values(engine, TENANT, "connectorstate")
    assert held.entity_types == ("sku",)
    assert held.cut == {"entity_types"}


def test_no_look_for_values_reads_a_whole_table(engine: Engine) -> None:
    load(engine, *(an_object(number, channelid=f"shop-{number % 50}", entitytype="sku") for number in range(2_000)))
    statements: list[tuple[str, Any]] = []
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append((given[2], given[3])))
    held_values(engine, TENANT, "connectorstate")
    explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[engine.name]
    asked = [(statement, given) for statement, given in statements if statement.startswith(("SELECT", "WITH"))]
    with engine.connect() as connection:
        plans = [str(connection.exec_driver_sql(f"{explain} {statement}", given).all()) for statement, given in asked]
    assert [plan for plan in plans if "SCAN state_object" in plan or "Seq Scan on state_object" in plan] == []


def test_details_of_any_shape_name_their_columns(engine: Engine) -> None:
    load(engine, an_object(1, **{"a b": "1", "ünï": "2"}))
    held = held_values(engine, TENANT, "connectorstate")
    assert held.others == {"property": (), "attribute": ("a b", "ünï")}
    assert json.dumps(held.others)
