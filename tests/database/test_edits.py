"""Edits of a workbook: written as one, and never over what somebody else wrote."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from contract.edits import Edit
from contract.errors import ObjectsChanged, StatesheetError
from contract.objects import fingerprint
from database import edits
from database.edits import apply_edits, current_documents
from database.engine import connect, reading
from database.loader import load_objects
from database.tables import object_change

Check = Callable[[Connection, str, Sequence[Edit]], None]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = connect(database_url)
    yield made
    made.dispose()


def an_object(identifier: str, by: str) -> dict[str, Any]:
    return {"id": identifier, "type": "t", "properties": {"by": by}}


def after_each_check(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    check: Check = edits._check

    def checked(connection: Connection, tenant: str, chunk: Sequence[Edit]) -> None:
        check(connection, tenant, chunk)
        then()

    monkeypatch.setattr(edits, "_check", checked)


def test_an_object_that_another_makes_meanwhile_is_not_overwritten(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes between the look and the write waits, and is then the one who replaces."""
    other = threading.Thread(target=lambda: load_objects(engine, "acme", [("it", an_object("new", "another"))]))

    def come_between() -> None:
        other.start()
        other.join(timeout=0.5)  # long enough for one who need not wait

    after_each_check(monkeypatch, come_between)
    apply_edits(engine, "acme", lambda: iter([Edit("t", "new", None, an_object("new", "workbook"))]), now_ms=1)
    other.join()
    with reading(engine) as connection:
        before = connection.scalars(select(object_change.c.previous).order_by(object_change.c.number)).all()
    [after] = current_documents(engine, "acme", [("t", "new")]).values()
    assert [text and json.loads(text)["properties"]["by"] for text in (*before, after)] == [None, "workbook", "another"]


def test_two_workbooks_with_the_same_rows_in_other_orders_do_not_wait_in_a_circle(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them is written; the other one's objects have changed then, which it is told."""
    ids = [f"{number:02d}" for number in range(40)]
    load_objects(engine, "acme", [("it", an_object(one, "nobody")) for one in ids])
    seen = {key: fingerprint(text) for key, text in current_documents(engine, "acme", [("t", one) for one in ids]).items()}
    monkeypatch.setattr(edits, "CHUNK", 20)
    first_halves = threading.Barrier(2)

    def meet() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):  # the other one waits for its turn, as it should
            first_halves.wait(timeout=0.5)

    after_each_check(monkeypatch, meet)
    ends: list[object] = []

    def write(by: str, order: list[str]) -> None:
        changed = [Edit("t", one, seen["t", one], an_object(one, by)) for one in order]
        try:
            apply_edits(engine, "acme", lambda: iter(changed), now_ms=1)
            ends.append(by)
        except StatesheetError as error:
            ends.append(type(error))

    threads = [threading.Thread(target=write, args=("a", ids)), threading.Thread(target=write, args=("b", ids[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [by] = {json.loads(text)["properties"]["by"] for text in current_documents(engine, "acme", seen).values()}
    assert sorted(map(str, ends)) == sorted(map(str, [by, ObjectsChanged]))
