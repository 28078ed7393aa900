"""Objects in: parse, map to rows, and replace by tenant, type and id, a chunk a transaction."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Engine

from contract.changes import Deletion, Unreadable
from contract.errors import InvalidObject
from contract.objects import parse_object
from database.engine import unavailable
from database.rows import ObjectRows, Row, rows_of
from database.upsert import delete_objects, replace_objects

CHUNK = 2_000
"""Objects in one transaction: enough to be quick, few enough to be kept in memory."""


@dataclass(frozen=True)
class Refusal:
    """What was not taken: the place in its file and why, for people."""

    place: str
    reason: str


@dataclass
class LoadReport:
    """What became of a file. `loaded` counts an object each time that it was given, `deleted` those that were there."""

    loaded: int = 0
    deleted: int = 0
    refused: list[Refusal] = field(default_factory=list)


Chunk = dict[tuple[str, str], ObjectRows | None]
"""What is to be written, by type and id; None: to be deleted."""


def load_objects(
    engine: Engine,
    tenant: str,
    objects: Iterable[tuple[str, object]],
    *,
    on_progress: Callable[[int], None] | None = None,
) -> LoadReport:
    """Store `objects`: pairs of a place for people, such as "line 12", and what is there: raw JSON, a Deletion or an
    Unreadable.

    An object that is there already is replaced whole, its validation errors too; the last one wins. What cannot be taken
    is refused and the rest is kept. `on_progress` gets the number of pairs dealt with so far, after each transaction.
    Raises DatabaseUnavailable; the chunks before are stored then.
    """
    report = LoadReport()
    for done, chunk in _chunks(tenant, objects, report):
        report.deleted += _write(engine, tenant, chunk)
        if on_progress is not None:
            on_progress(done)
    return report


def _chunks(tenant: str, objects: Iterable[tuple[str, object]], report: LoadReport) -> Iterator[tuple[int, Chunk]]:
    """What is to be written, a chunk at a time, each with the number of pairs up to its end.

    Raw objects are not gathered: each is many small ones, and lists of them keep the garbage collector busy.
    """
    chunk: Chunk = {}
    done = 0
    for done, (place, item) in enumerate(objects, start=1):
        _take(tenant, place, item, chunk, report)
        if done % CHUNK == 0:
            yield done, chunk
            chunk = {}
    if done % CHUNK:
        yield done, chunk


def _take(tenant: str, place: str, item: object, chunk: Chunk, report: LoadReport) -> None:
    """Put what stands at `place` into the chunk, or among the refused."""
    try:
        if isinstance(item, Deletion):
            chunk[_deletable(item)] = None
        else:
            parsed = parse_object(_readable(item))
            chunk[parsed.type, parsed.id] = rows_of(tenant, parsed, loaded_ms=time.time_ns() // 1_000_000)
            report.loaded += 1
    except InvalidObject as error:
        detail = str(error.facts["detail"])
        report.refused.append(Refusal(place, f"{error.path}: {detail}" if error.path else detail))
    except RecursionError:
        report.refused.append(Refusal(place, "the object is nested too deep"))


def _readable(item: object) -> object:
    if isinstance(item, Unreadable):
        raise InvalidObject(detail=item.reason)
    return item


def _deletable(item: Deletion) -> tuple[str, str]:
    """The key of what is to be deleted: that of an object which could be there."""
    parsed = parse_object({"type": item.type, "id": item.id})
    return parsed.type, parsed.id


def _write(engine: Engine, tenant: str, chunk: Chunk) -> int:
    """Write one chunk in one transaction; the number of objects deleted."""
    in_order = sorted(chunk.items())
    gone: list[Row] = [{"tenant": tenant, "type": key[0], "id": key[1]} for key, rows in in_order if rows is None]
    with unavailable(), engine.begin() as connection:
        replace_objects(connection, [rows for _, rows in in_order if rows is not None])
        return delete_objects(connection, gone)
