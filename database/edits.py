"""Edited objects in: the versions that edits were made of, and all edits of one workbook in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from contract.edits import Edit
from contract.errors import ObjectsChanged
from contract.objects import fingerprint, parse_object
from database.changes import stored_documents
from database.dialects import DIALECTS
from database.engine import connect, reading, unavailable
from database.holding import writing
from database.loader import load_objects
from database.rows import Row, rows_of
from database.tables import object_change, objects_metadata, state_object
from database.upsert import delete_objects, replace_objects

Key = tuple[str, str]
"""Type (folded) and id."""

CHUNK = 2_000
"""Objects that are written together, within the one transaction."""


def current_documents(engine: Engine, tenant: str, keys: Iterable[Key]) -> dict[Key, str]:
    """The documents of the objects with these keys; one that is not there is missing. Raises DatabaseUnavailable."""
    with unavailable(), reading(engine) as connection:
        return stored_documents(connection, tenant, _rows(keys))


def earlier_documents(engine: Engine, tenant: str, versions: Mapping[Key, str]) -> dict[Key, str]:
    """Of each key the document that had the fingerprint in `versions`, as far as the history still holds it.

    Raises DatabaseUnavailable.
    """
    one_of = DIALECTS[engine.name].one_of
    past = object_change.c
    found: dict[Key, str] = {}
    with unavailable(), reading(engine) as connection:
        for type_name, keys in groupby(sorted(versions), key=itemgetter(0)):
            ids = [identifier for _, identifier in keys]
            query = select(past.id, past.previous).where(
                past.tenant == tenant, past.type == type_name, one_of(past.id, ids), past.previous.is_not(None)
            )
            for row in connection.execution_options(yield_per=500).execute(query):
                if fingerprint(row.previous) == versions[type_name, row.id]:
                    found[type_name, row.id] = row.previous
    return found


def scratch_database(folder: Path, tenant: str, documents: Iterable[object]) -> str:
    """A new database in `folder` that holds these documents (decoded JSON) and nothing else; its URL."""
    url = f"sqlite:///{folder / 'scratch.db'}"
    engine = connect(url)
    try:
        with unavailable():
            objects_metadata.create_all(engine)
        load_objects(engine, tenant, (("", document) for document in documents))
    finally:
        engine.dispose()
    return url


def apply_edits(
    engine: Engine,
    tenant: str,
    edits: Callable[[], Iterator[Edit]],
    *,
    now_ms: int,
    changed_by: str | None = None,
    before_commit: Callable[[Connection], None] = lambda _connection: None,
) -> None:
    """Write all that `edits` gives in one transaction; it is called for them twice, one after the other. `before_commit` has
    the last word in it: it may write too, and where it raises nothing is written.

    Raises ObjectsChanged, and nothing is written, where an object is no longer the version that its edit was made of; and
    DatabaseUnavailable.
    """
    with writing(engine, tenant, ((edit.type, edit.id) for edit in edits())) as connection:
        rest = edits()
        while chunk := sorted(islice(rest, CHUNK), key=lambda edit: (edit.type, edit.id)):
            _check(connection, tenant, chunk)
            parsed = (parse_object(edit.document) for edit in chunk if edit.document is not None)
            made = [rows_of(tenant, item, loaded_ms=now_ms) for item in parsed]
            gone: list[Row] = [{"tenant": tenant, "type": edit.type, "id": edit.id} for edit in chunk if edit.document is None]
            replace_objects(connection, made, changed_by=changed_by)
            delete_objects(connection, gone, changed_by=changed_by)
        before_commit(connection)


def _check(connection: Connection, tenant: str, edits: Sequence[Edit]) -> None:
    """See that the objects are what the edits were made of; raises ObjectsChanged."""
    held = dict(_fingerprints(connection, tenant, [(edit.type, edit.id) for edit in edits]))
    changed = sum(held.get((edit.type, edit.id)) != edit.seen for edit in edits)
    if changed:
        raise ObjectsChanged(count=changed)


def _fingerprints(connection: Connection, tenant: str, keys: Sequence[Key]) -> Iterator[tuple[Key, str]]:
    one_of = DIALECTS[connection.dialect.name].one_of
    known = state_object.c
    for type_name, rows in groupby(keys, key=itemgetter(0)):
        ids = [identifier for _, identifier in rows]
        query = select(known.id, known.fingerprint)
        query = query.where(known.tenant == tenant, known.type == type_name, one_of(known.id, ids))
        for row in connection.execute(query):
            yield (type_name, row.id), row.fingerprint


def _rows(keys: Iterable[Key]) -> list[Row]:
    return [{"type": type_name, "id": identifier} for type_name, identifier in keys]
