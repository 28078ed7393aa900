"""Objects in: parse, map to rows, and replace by tenant, type and id, a chunk a transaction."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from contract.changes import Deletion, Unreadable
from contract.errors import InvalidObject
from contract.objects import parse_object
from database import statistics
from database.changes import stored_documents
from database.engine import unavailable
from database.holding import writing
from database.rows import ObjectRows, Row, rows_of
from database.storable import is_storable
from database.upsert import delete_objects, replace_objects

CHUNK = 2_000
"""Objects in one transaction: enough to be quick, few enough to be kept in memory."""

_MANY = 10_000
"""Objects whose load changes what the tables look like as a whole."""


@dataclass(frozen=True)
class Refusal:
    """What was not taken: the place in its file and why, for people. `path` leads to the cause within the object."""

    place: str
    reason: str
    path: str = field(default="", compare=False)


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
    changed_by: str | None = None,
) -> LoadReport:
    """Store `objects`: pairs of a place for people, such as "line 12", and what is there: raw JSON, a Deletion or an
    Unreadable.

    An object that is there already is replaced whole, its validation errors too; the last one wins. What cannot be taken
    is refused and the rest is kept. `on_progress` gets the number of pairs dealt with so far, after each transaction.
    `changed_by` says in the objects' history who wrote them.
    Raises DatabaseUnavailable; the chunks before are stored then.
    """
    report = LoadReport()
    for done, chunk in _chunks(tenant, objects, report):
        with writing(engine, tenant, chunk) as connection:
            report.deleted += _write(connection, tenant, chunk, changed_by)
        if on_progress is not None:
            on_progress(done)
    if report.loaded >= _MANY:
        with unavailable():
            statistics.gather(engine)
    return report


def store_together(
    engine: Engine,
    tenant: str,
    objects: Iterable[tuple[str, object]],
    *,
    changed_by: str | None = None,
    partial: bool = False,
    before_commit: Callable[[Connection, LoadReport], None] = lambda _connection, _report: None,
) -> LoadReport:
    """As `load_objects`, in one transaction and only where all can be taken: with anything refused, nothing is stored, unless
    `partial` asks for what can be. `before_commit` has the last word in the transaction, and the report: it may write too,
    and where it raises nothing is stored."""
    chunk, report = _taken_together(tenant, objects)
    if partial or not report.refused:
        with writing(engine, tenant, chunk) as connection:
            report.deleted = _write(connection, tenant, chunk, changed_by)
            before_commit(connection, report)
    else:
        report.loaded = 0
    return report


def look_through(tenant: str, objects: Iterable[tuple[str, object]]) -> LoadReport:
    """What `store_together` would take and refuse; nothing is stored, and `deleted` counts what is asked for."""
    chunk, report = _taken_together(tenant, objects)
    report.deleted = sum(rows is None for rows in chunk.values())
    return report


Documents = Mapping[tuple[str, str], str]
"""Documents as they are stored, by type (folded) and id."""


def change_together(
    engine: Engine,
    tenant: str,
    keys: Sequence[tuple[str, str]],
    change: Callable[[Documents], Iterable[tuple[str, object]]],
    *,
    changed_by: str | None = None,
) -> LoadReport:
    """Store what `change` makes of the stored objects with `keys` (type, id), as `store_together` does.

    Nobody else can write or make these objects between what `change` sees and what is stored; it must make no others. It may
    raise, and nothing is stored.
    """
    storable = sorted({key for key in keys if all(map(is_storable, key))})
    rows: list[Row] = [{"type": type_name, "id": identifier} for type_name, identifier in storable]
    with writing(engine, tenant, storable) as connection:
        chunk, report = _taken_together(tenant, change(stored_documents(connection, tenant, rows)))
        if report.refused:
            report.loaded = 0
        else:
            report.deleted = _write(connection, tenant, chunk, changed_by)
    return report


def _taken_together(tenant: str, objects: Iterable[tuple[str, object]]) -> tuple[Chunk, LoadReport]:
    chunk: Chunk = {}
    report = LoadReport()
    for place, item in objects:
        _take(tenant, place, item, chunk, report)
    return chunk, report


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
        report.refused.append(Refusal(place, f"{error.path}: {detail}" if error.path else detail, error.path))
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


def _write(connection: Connection, tenant: str, chunk: Chunk, changed_by: str | None) -> int:
    """Write one chunk within a transaction; the number of objects deleted."""
    in_order = sorted(chunk.items())
    gone: list[Row] = [{"tenant": tenant, "type": key[0], "id": key[1]} for key, rows in in_order if rows is None]
    replace_objects(connection, [rows for _, rows in in_order if rows is not None], changed_by=changed_by)
    return delete_objects(connection, gone, changed_by=changed_by)
