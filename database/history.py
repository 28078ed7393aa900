"""Reading what became of objects (see `object_change` in `database.tables`)."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, Row, Select, and_, select

from contract.request import ExportRequest
from contract.services.history import Change
from database.engine import reading, unavailable
from database.selection import found_by
from database.tables import document, object_change, state_object

_KEY = ("type", "id")


def changes_of(engine: Engine, tenant: str, request: ExportRequest) -> Iterator[Change]:
    """Every change of the objects that `request` finds now (at most its `max_records` of them), object by object, in order.

    What was deleted is found no more. One snapshot; an object's documents are held at a time. Raises DatabaseUnavailable.
    """
    with unavailable(), reading(engine) as connection:
        rows = connection.execution_options(yield_per=500).execute(_changes(tenant, request, engine.name))
        for _, changes in groupby(rows, key=lambda row: (row.type, row.id)):
            yield from _chained(list(changes))


def _changes(tenant: str, request: ExportRequest, dialect: str) -> Select[Any]:
    held, now = object_change.c, document.c
    chosen = select(*(state_object.c[name] for name in _KEY)).where(found_by(tenant, request, dialect))
    chosen = chosen.order_by(state_object.c.id, state_object.c.type).limit(request.max_records).offset(request.offset)
    keys = chosen.subquery("chosen")
    mine = and_(held.tenant == tenant, *(held[name] == keys.c[name] for name in _KEY))
    same = and_(now.tenant == tenant, *(now[name] == keys.c[name] for name in _KEY))
    columns = (held.type, held.id, held.number, held.at_ms, held.changed_by, held.previous, now.document)
    return (
        select(*columns)
        .select_from(keys.join(object_change, mine).join(document, same))
        .order_by(held.id, held.type, held.number)
    )


def _chained(rows: list[Row[Any]]) -> Iterator[Change]:
    """A change's document after is the one before the next change; the last one's is that which is there."""
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        after = row.document if following is None else following.previous
        yield Change(row.number, row.at_ms, row.changed_by, row.previous, after)
