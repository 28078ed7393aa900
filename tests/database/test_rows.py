"""Every value of an object lives in exactly one place of the tables, and what a database cannot compute stands beside it."""

import json
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.catalogue import ATTRIBUTES, COLUMNS, ERROR_PARTS, PROPERTIES
from contract.errors import InvalidObject
from contract.filters import fold, parse_instant, parse_number
from contract.kinds import Kind
from contract.objects import StateObject, fingerprint, parse_object
from database.numbers import is_plain
from database.rows import MAX_KEY_BYTES, ObjectRows, rows_of
from database.tables import MILLISECONDS, document, state_object, validation_error

texts = st.one_of(
    st.sampled_from(
        ["", "new", "007", "1.50", "1e5", "-3", "2020-01-02", "2020-01-02T03:04:05.678-0600", " 12 ", "Größe", "x||y"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
)
contexts = st.sampled_from(
    [
        {"locale": "en-US", "source": "internal"},
        {"locale": "EN-us", "source": "Internal"},
        {"locale": "de-DE", "source": "internal"},
        {"source": "internal"},
        {},
    ]
)
values = st.builds(lambda text, context: {"value": text, **context}, texts, contexts)
plain_holders = st.builds(lambda found: {"values": found}, st.lists(values, max_size=3))
part_names = st.sampled_from([*ERROR_PARTS, "SNO", "hint"])
groups = st.builds(
    lambda entries: {"group": entries}, st.lists(st.dictionaries(part_names, plain_holders, max_size=3), max_size=3)
)
attribute_names = st.sampled_from(
    [*(column.name for column in ATTRIBUTES[:4]), "ITEMSTATE", "retryCount", "validationError>>sno"]
)
attributes = st.builds(
    lambda plain, errors: plain | errors,
    st.dictionaries(attribute_names, st.one_of(plain_holders, groups), max_size=5),
    st.one_of(st.just({}), groups.map(lambda group: {"validationError": group})),
)
property_names = st.sampled_from([*(column.name for column in PROPERTIES), "ChannelID", "shelf", "itemState"])
property_values = st.one_of(texts, st.integers(), st.booleans(), st.none())
properties = st.lists(st.tuples(property_names, property_values), unique_by=lambda pair: fold(pair[0]), max_size=6).map(dict)
objects = st.builds(
    lambda identifier, name, found, held: parse_object(
        {"id": identifier, "name": name, "type": "ConnectorState", "properties": found, "data": {"attributes": held}}
    ),
    texts.filter(bool),
    st.one_of(st.none(), texts),
    properties,
    attributes,
)


def in_group(*entries: dict[str, list[str]]) -> StateObject:
    """An object with these validation errors: texts by part."""
    context = {"locale": "en-US", "source": "internal"}
    group = [
        {part: {"values": [{"value": text, **context} for text in texts]} for part, texts in one.items()} for one in entries
    ]
    return parse_object({"id": "1", "type": "t", "data": {"attributes": {"validationError": {"group": group}}}})


@given(objects)
@example(in_group({"error": ["one", "two"]}))
@example(in_group({"error": ["one"], "ERROR": ["two"]}))
def test_every_value_is_in_exactly_one_place(item: StateObject) -> None:
    """Reading the rows back gives the object's values, none lost and none twice."""
    assert Counter(_values_in_rows(rows_of("acme", item, loaded_ms=1))) == Counter(_values_in_object(item))


@given(objects)
def test_rows_have_exactly_the_columns_of_their_tables(item: StateObject) -> None:
    """So that they can be written in bulk."""
    rows = rows_of("acme", item, loaded_ms=1)
    assert rows.state.keys() == set(state_object.columns.keys())
    assert rows.document == {"tenant": "acme", "type": "connectorstate", "id": item.id, "document": item.document}
    assert rows.document.keys() == set(document.columns.keys())
    assert all(row.keys() == set(validation_error.columns.keys()) for row in rows.errors)


@given(objects)
def test_instants_and_numbers_that_a_database_cannot_compute_are_there(item: StateObject) -> None:
    """And only those."""
    rows = rows_of("acme", item, loaded_ms=1)
    instants = {column.key for column in COLUMNS if column.kind is Kind.INSTANT}
    for key in instants:
        text = rows.state[key]
        assert rows.state[key + MILLISECONDS] == (None if text is None else parse_instant(str(text)))
    _assert_computed(rows.state, ["type", "id", "name", *(column.key for column in COLUMNS)], without_instants=instants)
    for error in rows.errors:
        _assert_computed(error, [fold(part) for part in ERROR_PARTS], without_instants=set())


def _assert_computed(row: dict[str, object], keys: list[str], without_instants: set[str]) -> None:
    held = {key: text for key in keys if isinstance(text := row[key], str)}
    details = json.loads(str(row["details"])) if row["details"] else {}
    wanted = {key: parse_instant(text) for key, text in held.items() if key not in without_instants}
    assert details.get("i", {}) == {key: instant for key, instant in wanted.items() if instant is not None}
    numbers = {key: parse_number(text) for key, text in held.items() if not is_plain(text)}
    stored = {key: float(first) * float(second) for key, (first, second) in details.get("f", {}).items()}
    assert stored == {key: number for key, number in numbers.items() if number is not None}


def _values_in_object(item: StateObject) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = [("name", item.name)]
    for area, named in (("p", item.properties), ("a", item.attributes)):
        for key, holder in named.items():
            for value in holder.values:
                locale, source = (None if part is None else fold(part) for part in (value.locale, value.source))
                found.append((area, key, value.text, locale, source, value.entry))
    return found


def _values_in_rows(rows: ObjectRows) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = [("name", rows.state["name"])]
    for column in COLUMNS:
        if rows.state[column.key] is not None:
            context = ("en-us", "internal") if column.area == "attribute" else (None, None)
            found.append((column.area[0], column.key, rows.state[column.key], *context, None))
    for row in rows.errors:
        for part in ERROR_PARTS:
            if row[fold(part)] is not None:
                found.append(("a", f"validationerror>>{fold(part)}", row[fold(part)], "en-us", "internal", row["entry"]))
    details = json.loads(str(rows.state["details"])) if rows.state["details"] else {}
    for area in ("p", "a"):
        for key, holder in details.get(area, {}).items():
            assert fold(holder["n"]) == key
            for text, locale, source, instant, entry, number in holder["v"]:
                assert instant == parse_instant(text)
                assert (number and float(number[0]) * float(number[1])) == (None if is_plain(text) else parse_number(text))
                found.append((area, key, text, locale, source, entry))
    return found


def test_a_documented_object_needs_no_details() -> None:
    """What the catalogue knows, in the default context, is all in columns."""
    item = parse_object(
        {
            "id": "item-1",
            "type": "connectorstate",
            "properties": {"channelid": "rs-shop-self", "createdDate": "2019-12-17T21:06:46.521-0600"},
            "data": {"attributes": {"itemState": {"values": [{"value": "new", "locale": "en-US", "source": "internal"}]}}},
        }
    )
    row = rows_of("acme", item, loaded_ms=5).state
    filled = {key: value for key, value in row.items() if value is not None}
    assert filled == {
        "tenant": "acme",
        "type": "connectorstate",
        "id": "item-1",
        "channelid": "rs-shop-self",
        "createddate": "2019-12-17T21:06:46.521-0600",
        "createddate_ms": 1576638406521,
        "itemstate": "new",
        "loaded_ms": 5,
        "fingerprint": fingerprint(item.document),
    }


def test_validation_errors_as_documented_are_rows_of_their_own() -> None:
    rows = rows_of("acme", in_group({"sno": ["1"], "error": ["no price"]}, {}, {"error": ["no brand"]}), loaded_ms=5)
    assert [(row["entry"], row["sno"], row["error"]) for row in rows.errors] == [(0, "1", "no price"), (2, None, "no brand")]
    assert rows.state["details"] is None


@pytest.mark.parametrize("key", ["id", "type", "channelid"])
def test_a_text_that_no_index_can_hold_is_refused(key: str) -> None:
    """In bytes, as the index counts."""
    raw = {"id": "1", "type": "connectorstate", "properties": {"channelid": "x"}}
    holder = raw["properties"] if key == "channelid" else raw
    holder[key] = "é" * (MAX_KEY_BYTES // 2)  # type: ignore[index]
    rows_of("acme", parse_object(raw), loaded_ms=1)
    holder[key] += "e"  # type: ignore[index]
    with pytest.raises(InvalidObject, match="longer than 512 bytes"):
        rows_of("acme", parse_object(raw), loaded_ms=1)
