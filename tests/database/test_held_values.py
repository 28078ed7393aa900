"""What a form offers is what the store holds, and finding it reads no whole table."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event

from database import held_values as room
from database.engine import connect
from database.held_values import held_values
from database.loader import load_objects
from database.tables import document, objects_metadata, state_object, validation_error
from tests.examples import examples

TENANT = "plum"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = connect(database_url)
    objects_metadata.create_all(made)
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


def test_an_empty_store_offers_nothing(engine: Engine) -> None:
    held = held_values(engine, TENANT, "connectorstate")
    assert (held.types, held.channels, held.entity_types, held.states) == ((), (), (), {})


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
    assert {name.lower() for name in held.entity_types} == {two.lower() for one, two in pairs if one and two}


def test_every_list_is_bounded_and_each_value_is_one_seek(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_VALUES", 5)
    load(engine, *(an_object(number, channelid=f"shop-{number:03}", entitytype="sku") for number in range(30)))
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    held = held_values(engine, TENANT, "connectorstate")
    assert held.channels == tuple(f"shop-{number:03}" for number in range(5))
    assert len([text for text in statements if text.startswith("SELECT")]) < 30
    assert all("LIMIT" in text for text in statements if text.startswith("SELECT"))


def test_details_of_any_shape_name_their_columns(engine: Engine) -> None:
    load(engine, an_object(1, **{"a b": "1", "ünï": "2"}))
    held = held_values(engine, TENANT, "connectorstate")
    assert held.others == {"property": (), "attribute": ("a b", "ünï")}
    assert json.dumps(held.others)
