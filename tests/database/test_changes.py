"""History: every write that changes an object leaves a row that says when, by whom, and what was there before."""

import json
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, select, text

from contract.changes import Deletion
from database.changes import ChangeKind
from database.engine import connect, reading
from database.loader import Documents, change_together, load_objects, store_together
from database.migrate import alembic_config, upgrade
from database.tables import document, object_change


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = connect(database_url)
    yield made
    made.dispose()


def an_object(identifier: str, state: str = "new") -> dict[str, Any]:
    value = {"value": state, "locale": "en-US", "source": "internal"}
    return {"id": identifier, "type": "connectorstate", "data": {"attributes": {"itemState": {"values": [value]}}}}


def placed(*items: object) -> list[tuple[str, object]]:
    return [(f"line {number}", item) for number, item in enumerate(items, start=1)]


def changes(engine: Engine, tenant: str = "acme") -> list[Any]:
    with reading(engine) as connection:
        return list(
            connection.execute(select(object_change).where(object_change.c.tenant == tenant).order_by(object_change.c.number))
        )


def told(engine: Engine) -> list[tuple[str, str, str | None]]:
    return [(row.id, row.kind, row.previous and state_of(row.previous)) for row in changes(engine)]


def state_of(text: str) -> str:
    state: str = json.loads(text)["data"]["attributes"]["itemState"]["values"][0]["value"]
    return state


def test_each_change_keeps_what_was_there_before_and_who_changed_it(engine: Engine) -> None:
    """A first load keeps no document, a write of the same document is no change, a deletion keeps the last one."""
    load_objects(engine, "acme", placed(an_object("1"), an_object("2")), changed_by="ann")
    load_objects(engine, "acme", placed(an_object("1"), an_object("2", "completed")), changed_by="ben")
    load_objects(engine, "acme", placed(Deletion("connectorstate", "2"), Deletion("connectorstate", "3")))
    assert told(engine) == [
        ("1", "created", None),
        ("2", "created", None),
        ("2", "updated", "new"),
        ("2", "deleted", "completed"),
    ]
    assert [row.changed_by for row in changes(engine)] == ["ann", "ann", "ben", None]


def test_the_state_of_the_store_at_any_moment_can_be_told_from_its_changes(engine: Engine) -> None:
    """Random writes; after each, what `previous` of the first later change (else the store) says is what was there then."""
    rng = random.Random(11)
    known: dict[str, dict[str, Any]] = {}
    moments: list[tuple[int, dict[str, dict[str, Any]]]] = []
    for step in range(15):
        items: list[object] = []
        for _ in range(rng.randrange(1, 6)):
            identifier = str(rng.randrange(5))
            if rng.random() < 0.25:
                items.append(Deletion("connectorstate", identifier))
                known.pop(identifier, None)
            else:
                known[identifier] = an_object(identifier, f"s{rng.randrange(3)}")
                items.append(known[identifier])
        load_objects(engine, "acme", placed(*items), changed_by=f"step {step}")
        moments.append((time.time_ns() // 1_000_000, dict(known)))
        time.sleep(0.003)
    rows = changes(engine)
    with reading(engine) as connection:
        now = {row.id: row.document for row in connection.execute(select(document))}
    for moment, expected in moments:
        later = [row for row in rows if row.at_ms > moment]
        first = {row.id: row.previous for row in reversed(later)}
        then = {key: found for key, found in (now | first).items() if found is not None}
        assert {key: json.loads(found) for key, found in then.items()} == expected


def test_two_writers_of_one_object_leave_an_unbroken_chain(engine: Engine) -> None:
    """Each change's previous document is what the change before it wrote, whoever came first."""

    def write(name: str) -> None:
        for number in range(10):
            load_objects(engine, "acme", placed(an_object("1", f"{name}{number}")), changed_by=f"{name}{number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = changes(engine)
    assert len(rows) == 20
    assert [row.kind for row in rows] == ["created"] + ["updated"] * 19
    assert [state_of(row.previous) for row in rows[1:]] == [row.changed_by for row in rows[:-1]]


def test_objects_are_stored_together_or_not_at_all(engine: Engine) -> None:
    """One that is refused keeps all of them out, and each refused one is named with the way to its cause."""
    report = store_together(engine, "acme", placed(an_object("1"), {"id": "2"}, {"id": "3", "type": "t", "data": []}))
    assert [(found.place, found.path) for found in report.refused] == [("line 2", "type"), ("line 3", "data")]
    assert report.loaded == 0
    assert changes(engine) == []
    assert store_together(engine, "acme", placed(an_object("1"), an_object("2"))).loaded == 2


def test_a_change_sees_the_objects_as_no_one_else_can_write_them_meanwhile(engine: Engine) -> None:
    """Forty increments by four writers: each reads what the one before it stored."""
    load_objects(engine, "acme", placed(an_object("1", "0")))

    def increment(found: Documents) -> Iterator[tuple[str, object]]:
        yield "it", an_object("1", str(int(state_of(found["connectorstate", "1"])) + 1))

    def write() -> None:
        for _ in range(10):
            change_together(engine, "acme", [("connectorstate", "1")], increment)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert [state_of(row.document) for row in connection.execute(select(document))] == ["40"]


def test_what_was_loaded_before_there_was_a_history_begins_it_with_its_last_load(bare_database_url: str) -> None:
    engine = connect(bare_database_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config("objects", connection), "0001")
        for number in ("1", "2"):
            row = text("INSERT INTO state_object (tenant, type, id, loaded_ms) VALUES ('acme', 't', :id, 5)")
            connection.execute(row, {"id": number})
    upgrade(bare_database_url, "objects")
    assert [(row.id, row.kind, row.at_ms, row.previous) for row in changes(engine)] == [
        ("1", ChangeKind.CREATED, 5, None),
        ("2", ChangeKind.CREATED, 5, None),
    ]
    engine.dispose()
