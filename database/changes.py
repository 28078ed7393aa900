"""What became of each object: a row in `object_change` for each write that changed one (see `database.tables`)."""

import time
from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, insert, select

from database.copying import copy_rows
from database.dialects import DIALECTS
from database.rows import Row
from database.tables import document, object_change

_NAMES = ("tenant", "type", "id", "kind", "at_ms", "changed_by", "previous")


class ChangeKind(StrEnum):
    """What a write did to an object."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


def record_changes(connection: Connection, documents: Sequence[Row], changed_by: str | None) -> None:
    """Keep what is about to change: `documents` are rows of `document` as they will be (`document` None: deleted).

    All are of one tenant. The caller's transaction must hold their locks, so that nothing comes between what is read here
    and what is written after; the time of the changes is taken here. A document that stays as it is is no change.
    """
    if not documents:
        return
    at_ms = time.time_ns() // 1_000_000
    before = stored_documents(connection, str(documents[0]["tenant"]), documents)
    changes: list[Row] = []
    for row in documents:
        previous = before.get((str(row["type"]), str(row["id"])))
        if row["document"] != previous:
            kind = _kind(previous, row["document"])
            known = {name: row[name] for name in ("tenant", "type", "id")}
            changes.append({**known, "kind": kind, "at_ms": at_ms, "changed_by": changed_by, "previous": previous})
    if not changes:
        return
    if connection.dialect.name == "postgresql":
        copy_rows(connection, object_change.name, _NAMES, changes)
    else:
        connection.execute(insert(object_change), changes)


def stored_documents(connection: Connection, tenant: str, keys: Sequence[Row]) -> dict[tuple[str, str], str]:
    """The documents of a tenant's objects with these keys (`type`, `id`), by those, as the transaction sees them."""
    one_of = DIALECTS[connection.dialect.name].one_of
    found: dict[tuple[str, str], str] = {}
    held = document.c
    for type_name, rows in groupby(sorted(keys, key=_type), key=_type):
        ids = [str(row["id"]) for row in rows]
        query = select(held.id, held.document)
        query = query.where(held.tenant == tenant, held.type == type_name, one_of(held.id, ids))
        found.update({(str(type_name), row.id): row.document for row in connection.execute(query)})
    return found


_type = itemgetter("type")


def _kind(before: str | None, after: object) -> str:
    if before is None:
        return ChangeKind.CREATED.value
    return (ChangeKind.DELETED if after is None else ChangeKind.UPDATED).value
