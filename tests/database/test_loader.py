"""Loading: bulk, whole objects, the last one wins, and what is refused does not hold up the rest."""

import json
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from contract.changes import Deletion, Unreadable
from contract.errors import DatabaseUnavailable
from database import loader
from database.engine import connect, reading
from database.loader import LoadReport, Refusal, load_objects
from database.tables import document, state_object, validation_error


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = connect(database_url)
    yield made
    made.dispose()


def an_object(
    identifier: str, state: str = "new", errors: tuple[str, ...] = (), type_name: str = "connectorstate"
) -> dict[str, Any]:
    context = {"locale": "en-US", "source": "internal"}
    attributes: dict[str, Any] = {"itemState": {"values": [{"value": state, **context}]}}
    if errors:
        attributes["validationError"] = {"group": [{"error": {"values": [{"value": text, **context}]}} for text in errors]}
    return {"id": identifier, "type": type_name, "properties": {"shelf": state}, "data": {"attributes": attributes}}


def placed(*items: object) -> list[tuple[str, object]]:
    return [(f"line {number}", item) for number, item in enumerate(items, start=1)]


def stored(engine: Engine, tenant: str = "acme") -> dict[tuple[str, str], tuple[dict[str, Any], list[str]]]:
    """The documents and the texts of the validation errors, by type and id; all three tables agree on what is there."""
    with reading(engine) as connection:
        states = connection.execute(select(state_object).where(state_object.c.tenant == tenant)).all()
        documents = {
            (row.type, row.id): json.loads(row.document)
            for row in connection.execute(select(document).where(document.c.tenant == tenant))
        }
        errors: dict[tuple[str, str], list[str]] = {}
        for row in connection.execute(select(validation_error).where(validation_error.c.tenant == tenant).order_by("entry")):
            errors.setdefault((row.type, row.id), []).append(row.error)
    assert {(row.type, row.id) for row in states} == documents.keys()
    assert errors.keys() <= documents.keys()
    for row in states:
        assert row.itemstate == documents[row.type, row.id]["data"]["attributes"]["itemState"]["values"][0]["value"]
        details = json.loads(row.details) if isinstance(row.details, str) else row.details
        assert details["p"]["shelf"]["v"][0][0] == row.itemstate
    return {key: (found, errors.get(key, [])) for key, found in documents.items()}


def test_an_object_that_is_there_is_replaced_whole(engine: Engine) -> None:
    """Its validation errors too."""
    load_objects(engine, "acme", placed(an_object("1", "errored", ("first", "second")), an_object("2")))
    load_objects(engine, "acme", placed(an_object("1", "completed", ("other",))))
    assert stored(engine) == {
        ("connectorstate", "1"): (an_object("1", "completed", ("other",)), ["other"]),
        ("connectorstate", "2"): (an_object("2"), []),
    }


def test_a_document_keeps_every_character(engine: Engine) -> None:
    """Those that a bulk format would use for itself included."""
    text = "tab\t line\n return\r back\\slash \\N quote\" ' % $1 :name 寿司 \U0001f600 \x01 \x7f"
    item = an_object(text, text, (text,))
    load_objects(engine, "acme", placed(item))
    assert stored(engine) == {("connectorstate", text): (item, [text])}


def test_the_last_one_wins(engine: Engine) -> None:
    """Also where a deletion stands between."""
    report = load_objects(
        engine,
        "acme",
        placed(
            an_object("1", "a", ("old",)), an_object("1", "b"),
            an_object("2"), Deletion("ConnectorState", "2"),
            Deletion("connectorstate", "3"), an_object("3", "c"),
        ),
    )  # fmt: skip
    assert stored(engine).keys() == {("connectorstate", "1"), ("connectorstate", "3")}
    assert stored(engine)["connectorstate", "1"] == (an_object("1", "b"), [])
    assert report.loaded == 4


@pytest.mark.parametrize("type_name", [" ", "t ", "\tt", "t\u3000"])
def test_a_type_that_no_request_could_name_is_refused(engine: Engine, type_name: str) -> None:
    report = load_objects(engine, "acme", placed({"id": "1", "type": type_name}))
    [refusal] = report.refused
    assert repr(type_name) in refusal.reason
    assert (report.loaded, stored(engine)) == (0, {})


def test_what_cannot_be_taken_is_refused_with_its_place(engine: Engine) -> None:
    """And the good ones are kept."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    report = load_objects(
        engine,
        "acme",
        placed(
            an_object("1"), {"id": "2"}, [], Unreadable("not JSON"), {"id": "3\0", "type": "t"}, Deletion("t", "\0"),
            {"id": "\ud800", "type": "t"}, {"id": "x", "type": "t", "more": deep}, an_object("9"),
        ),
    )  # fmt: skip
    assert report.refused == [
        Refusal("line 2", "type: expected text that is not empty, got nothing"),
        Refusal("line 3", "expected an object, got a list"),
        Refusal("line 4", "not JSON"),
        Refusal("line 5", "a text holds the character U+0000, which no database column can hold"),
        Refusal("line 6", "a text holds the character U+0000, which no database column can hold"),
        Refusal("line 7", "a text holds half of a surrogate pair, which is not a character"),
        Refusal("line 8", "the object is nested too deep"),
    ]
    assert report.loaded == 2
    assert stored(engine).keys() == {("connectorstate", "1"), ("connectorstate", "9")}


def test_deleting_removes_the_object_and_its_errors_and_counts_those_that_were_there(engine: Engine) -> None:
    load_objects(engine, "acme", placed(an_object("1", errors=("e",)), an_object("2")))
    load_objects(engine, "other", placed(an_object("1")))
    report = load_objects(engine, "acme", placed(Deletion("CONNECTORSTATE", "1"), Deletion("connectorstate", "7")))
    assert report == LoadReport(loaded=0, deleted=1)
    assert stored(engine).keys() == {("connectorstate", "2")}
    assert stored(engine, "other").keys() == {("connectorstate", "1")}


def test_any_sequence_of_loads_gives_what_a_dictionary_would(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random objects and deletions over two tenants, in chunks of random size; the oracle is a dictionary."""
    rng = random.Random(7)
    expected: dict[str, dict[tuple[str, str], tuple[dict[str, Any], list[str]]]] = {"acme": {}, "other": {}}
    for _ in range(12):
        monkeypatch.setattr(loader, "CHUNK", rng.randrange(1, 8))
        tenant = rng.choice(("acme", "other"))
        items: list[object] = []
        for _ in range(rng.randrange(20)):
            key = rng.choice(("connectorstate", "task")), str(rng.randrange(8))
            if rng.random() < 0.3:
                items.append(Deletion(*key))
                expected[tenant].pop(key, None)
            else:
                errors = tuple(f"e{number}" for number in range(rng.randrange(3)))
                item = an_object(key[1], f"s{rng.randrange(99)}", errors, key[0])
                items.append(item)
                expected[tenant][key] = item, list(errors)
        load_objects(engine, tenant, placed(*items))
        assert {name: stored(engine, name) for name in expected} == expected


def test_progress_counts_everything_that_was_dealt_with(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each chunk and at the end; the refused ones too."""
    monkeypatch.setattr(loader, "CHUNK", 2)
    seen: list[int] = []
    load_objects(engine, "acme", placed(an_object("1"), {}, an_object("2"), {}, {}), on_progress=seen.append)
    assert seen == [2, 4, 5]


def test_a_chunk_is_stored_before_the_next_is_read(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of any length needs no more memory than a chunk, and what broke later does not undo it."""
    monkeypatch.setattr(loader, "CHUNK", 2)

    def breaking() -> Iterator[tuple[str, object]]:
        yield from placed(an_object("1"), an_object("2"), an_object("3"))
        raise EOFError

    with pytest.raises(EOFError):
        load_objects(engine, "acme", breaking())
    assert stored(engine).keys() == {("connectorstate", "1"), ("connectorstate", "2")}


def test_two_loads_of_the_same_objects_at_once_both_end(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """In opposite orders, which deadlocks where rows are locked as they come; each object is then whole one or the other's."""
    monkeypatch.setattr(loader, "CHUNK", 50)
    reports: list[LoadReport] = []

    def load(state: str, numbers: range) -> None:
        items = [an_object(f"{number:03d}", state, (state, state)) for number in numbers]
        reports.append(load_objects(engine, "acme", placed(*items)))

    threads = [
        threading.Thread(target=load, args=("a", range(200))),
        threading.Thread(target=load, args=("b", range(199, -1, -1))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.loaded for report in reports] == [200, 200]
    for item, errors in stored(engine).values():
        assert errors == [item["properties"]["shelf"]] * 2


def test_a_large_load_has_the_database_look_at_its_tables(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL keeps the number of rows that it found; -1 where it has never looked."""

    def rows_planned_for() -> float:
        with reading(engine) as connection:
            return connection.execute(text("SELECT reltuples FROM pg_class WHERE relname = 'state_object'")).scalar_one()

    monkeypatch.setattr(loader, "_MANY", 3)
    load_objects(engine, "acme", placed(an_object("a"), an_object("b")))
    before = rows_planned_for() if engine.name == "postgresql" else None
    load_objects(engine, "acme", placed(an_object("c"), an_object("d"), an_object("e")))
    assert len(stored(engine)) == 5
    if engine.name == "postgresql":
        assert (before, rows_planned_for()) == (-1, 5)


def test_a_database_that_is_not_there_is_an_error_for_people(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'no' / 'such.db'}")
    with pytest.raises(DatabaseUnavailable):
        load_objects(engine, "acme", placed(an_object("1")))
