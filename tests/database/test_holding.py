"""Whoever writes objects holds them, there or not, and keeps nobody else waiting."""

import itertools
import json
import random
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from contract.changes import Deletion
from database.engine import connect, reading
from database.holding import PARTS, writing
from database.loader import Documents, change_together, load_objects, store_together
from database.tables import document
from tests.conftest import new_postgresql_database

STATES = ("a", "b", "c", "d")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = connect(database_url)
    yield made
    made.dispose()


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Iterator[Engine]:
    """On SQLite one writes at a time, whatever the objects."""
    with new_postgresql_database(postgresql_url) as url:
        made = connect(url)
        yield made
        made.dispose()


def an_object(identifier: str, **properties: str) -> dict[str, Any]:
    return {"id": identifier, "type": "t", "properties": properties}


def at_once(*work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_changes_at_once_of_an_object_that_is_not_there_yet_all_remain(engine: Engine) -> None:
    """The first of them makes it and the others change it, whoever comes first; many times, since one round may go well."""

    def change(identifier: str, state: str) -> None:
        def add(found: Documents) -> Iterator[tuple[str, object]]:
            before = json.loads(found.get(("t", identifier), "{}")).get("properties", {})
            yield "it", an_object(identifier, **before, **{state: "set"})

        change_together(engine, "acme", [("t", identifier)], add)

    for number in range(10):
        at_once(*(partial(change, f"new-{number}", state) for state in STATES))
    with reading(engine) as connection:
        texts = connection.scalars(select(document.c.document)).all()
    assert [json.loads(found)["properties"].keys() for found in texts] == [set(STATES)] * 10


def test_writers_in_any_order_all_come_to_an_end(engine: Engine) -> None:
    """Those that store, those that delete and those that do both, each over more objects than one turn has parts."""
    ids = [f"{number:03d}" for number in range(3 * PARTS)]
    done: list[int] = []

    def write(seed: int) -> None:
        chosen = random.Random(seed)
        for _ in range(3):
            shuffled = chosen.sample(ids, len(ids))
            items = [Deletion("t", one) if chosen.random() < 0.5 else an_object(one, seed=str(seed)) for one in shuffled]
            store_together(engine, "acme", [("it", one) for one in items])
            done.append(seed)

    at_once(*(partial(write, seed) for seed in range(4)))
    assert sorted(done) == sorted([*range(4)] * 3)


def test_however_many_objects_are_held_the_locks_are_few(on_postgresql: Engine) -> None:
    """And of an endless number no more is looked at than must be."""
    endless = (("t", str(number)) for number in itertools.count())
    with writing(on_postgresql, "acme", endless) as connection:
        held = connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
    assert held == PARTS


def test_nobody_waits_who_reads_or_writes_for_another_tenant(on_postgresql: Engine) -> None:
    load_objects(on_postgresql, "acme", [("it", an_object("1"))])
    with writing(on_postgresql, "acme", (("t", str(number)) for number in itertools.count())):
        with reading(on_postgresql) as connection:
            assert connection.scalar(select(func.count()).select_from(document)) == 1
        assert load_objects(on_postgresql, "other", [("it", an_object("1"))]).loaded == 1


def test_who_writes_one_object_does_not_wait_for_a_writer_of_another(on_postgresql: Engine) -> None:
    with writing(on_postgresql, "acme", [("t", "1")]):
        assert load_objects(on_postgresql, "acme", [("it", an_object("2"))]).loaded == 1
