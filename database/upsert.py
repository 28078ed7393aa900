"""Write the rows of many objects at once, replacing each object whole: statements on SQLite, COPY on PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import Connection, Delete, MetaData, Table, bindparam, delete, insert, select, text
from sqlalchemy.dialects import postgresql

from database.changes import record_changes
from database.copying import copy_rows
from database.rows import ObjectRows, Row
from database.tables import document, state_object, validation_error

_KEY = ("tenant", "type", "id")


def replace_objects(connection: Connection, objects: Sequence[ObjectRows], *, changed_by: str | None = None) -> None:
    """Write `objects` in place of those with the same keys, within the transaction of `connection`, and keep what changed.

    No key may occur twice. The transaction holds the objects (`database.holding`).
    """
    if not objects:
        return
    keys = [{name: item.state[name] for name in _KEY} for item in objects]
    write = _copy_over if connection.dialect.name == "postgresql" else _insert_or_replace
    write(connection, state_object, [item.state for item in objects])
    record_changes(connection, [item.document for item in objects], changed_by)
    write(connection, document, [item.document for item in objects])
    connection.execute(_delete_by_key(validation_error), keys)
    if errors := [row for item in objects for row in item.errors]:
        write(connection, validation_error, errors)


def delete_objects(connection: Connection, keys: Sequence[Row], *, changed_by: str | None = None) -> int:
    """Delete the objects with these keys (`tenant`, `type`, `id`), within the transaction of `connection`, and keep them as
    changes.

    Returns how many of them were there.
    """
    if not keys:
        return 0
    deleted = connection.execute(_delete_by_key(state_object), keys).rowcount
    record_changes(connection, [{**key, "document": None} for key in keys], changed_by)
    for table in (document, validation_error):
        connection.execute(_delete_by_key(table), keys)
    return deleted


def _delete_by_key(table: Table) -> Delete:
    return delete(table).where(*(table.c[name] == bindparam(name) for name in _KEY))


def _insert_or_replace(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    connection.execute(insert(table).prefix_with("OR REPLACE"), rows)


def _copy_over(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """COPY into a table of this transaction's own, then merge it in: the quickest way that may meet existing rows."""
    names = [column.name for column in table.columns]
    incoming = table.to_metadata(MetaData(), name=f"incoming_{table.name}")
    connection.execute(text(f"CREATE TEMPORARY TABLE {incoming.name} (LIKE {table.name})"))
    copy_rows(connection, incoming.name, names, rows)
    merge = postgresql.insert(table).from_select(names, select(incoming))
    key = [column.name for column in table.primary_key]
    replaced = {name: merge.excluded[name] for name in names if name not in key}
    connection.execute(merge.on_conflict_do_update(index_elements=key, set_=replaced))
    connection.execute(text(f"DROP TABLE {incoming.name}"))
