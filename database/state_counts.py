"""How many objects are in which state: the figures of a channel."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Select, and_, func, or_, select, true

from contract.filters import accepts, fold
from contract.objects import DEFAULT_CONTEXT, parse_object
from contract.request import ExportRequest
from database.dialects import DIALECTS
from database.engine import reading, unavailable
from database.selection import documents_beside, found_by
from database.tables import state_object
from database.values import some_value

_UNASSIGNED = "_UNASSIGNED"
_DEFAULT = (DEFAULT_CONTEXT.locale, DEFAULT_CONTEXT.source)


class StateCount(NamedTuple):
    """So many objects of an entity type on a channel have this value of the attribute `state`."""

    entity_type: str
    channel: str
    state: str
    value: str
    objects: int


def count_states(engine: Engine, tenant: str, request: ExportRequest, states: Sequence[str]) -> list[StateCount]:
    """The values of `states`, attributes of the catalogue, in the contexts of `request` among what it finds; in order.

    Its limits do not matter. Raises DatabaseUnavailable.
    """
    with unavailable(), reading(engine) as connection:
        counted: Counter[tuple[str, str, str, str]] = Counter()
        # A column holds values in the default context alone.
        for state in states if _accepted(request, *_DEFAULT) else ():
            for row in connection.execute(_in_column(tenant, request, engine.name, fold(state))):
                counted[row[0] or _UNASSIGNED, row[1] or _UNASSIGNED, state, row[2]] += row[3]
        counted.update(_elsewhere(connection, tenant, request, states))
    return [StateCount(*key, count) for key, count in sorted(counted.items())]


def count_by_channel(engine: Engine, tenant: str, request: ExportRequest) -> dict[str, int]:
    """How many objects `request` finds on each channel, whatever its limits. Raises DatabaseUnavailable."""
    channel = state_object.c.channelid
    query = select(channel, func.count()).where(found_by(tenant, request, engine.name)).group_by(channel)
    counted: Counter[str] = Counter()
    with unavailable(), reading(engine) as connection:
        for row in connection.execute(query):
            # A missing channel, an empty one and one that is called so are groups of their own in the database.
            counted[row[0] or _UNASSIGNED] += row[1]
    return dict(counted)


def _in_column(tenant: str, request: ExportRequest, dialect: str, key: str) -> Select[Any]:
    held = state_object.c
    columns = (held.entitytype, held.channelid, held[key])
    there = (found_by(tenant, request, dialect), held[key].is_not(None))
    return select(*columns, func.count()).where(*there).group_by(*columns)


def _elsewhere(
    connection: Connection, tenant: str, request: ExportRequest, states: Sequence[str]
) -> Iterator[tuple[str, str, str, str]]:
    """Each value that has no column: where an object has several values of a state, or one in another context."""
    name = connection.dialect.name
    keys = {fold(state): state for state in states}
    held = state_object.c
    missing = (and_(held[key].is_(None), some_value("attribute", key, (), lambda _: true(), DIALECTS[name])) for key in keys)
    found = (held.details.is_not(None), found_by(tenant, request, name), or_(*missing))
    rows, documents = documents_beside(name)
    query = select(held.entitytype, held.channelid, documents, *(held[key] for key in keys)).select_from(rows)
    for row in connection.execute(query.where(*found)).mappings():
        attributes = parse_object(json.loads(row["document"]), stored=True).attributes
        for key, state in keys.items():
            if row[key] is None and key in attributes:
                values = (value for value in attributes[key].values if _accepted(request, value.locale, value.source))
                for text in dict.fromkeys(value.text for value in values):
                    yield row["entitytype"] or _UNASSIGNED, row["channelid"] or _UNASSIGNED, state, text


def _accepted(request: ExportRequest, locale: str | None, source: str | None) -> bool:
    return accepts(request.contexts, *(None if part is None else fold(part) for part in (locale, source)))
