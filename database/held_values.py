"""What the store holds, for people who choose: types, channels, entity types, states and names of columns.

Nothing here reads a whole table. Distinct values come one seek of an index each; what no index knows is looked for among the
newest objects only.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select

from config.catalogue import ATTRIBUTES
from contract.filters import fold
from database.engine import reading, unavailable
from database.selection import of_tenant
from database.tables import state_object

MOST_VALUES = 200
"""Most values of one name that are offered."""
_NEWEST = 5_000
"""How many of the newest objects are looked at for what no index knows."""
_NEWEST_DETAILS = 300
_STATES = tuple(column for column in ATTRIBUTES if column.choices)

_ROW = state_object.c


@dataclass(frozen=True)
class HeldValues:
    """Values as the objects spell them, in order. `states` and `others` are of the newest objects.

    `states`: values by name of the attribute, the most frequent first. `others`: names that no catalogue column has, by area.
    """

    types: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    entity_types: tuple[str, ...] = ()
    states: Mapping[str, tuple[str, ...]] | None = None
    others: Mapping[str, tuple[str, ...]] | None = None


def held_values(engine: Engine, tenant: str, type_name: str) -> HeldValues:
    """What the objects of a tenant and a type hold, each list at most MOST_VALUES long. Raises DatabaseUnavailable."""
    mine = of_tenant(tenant) & (_ROW.type == type_name)
    with unavailable(), reading(engine) as connection:
        channels = tuple(_distinct(connection, mine, _ROW.channelid))
        entity_types: dict[str, str] = {}
        for channel in channels[:50]:
            of_channel = mine & (func.lower(_ROW.channelid) == func.lower(channel))
            for found in _distinct(connection, of_channel, _ROW.entitytype):
                entity_types.setdefault(fold(found), found)
        return HeldValues(
            types=tuple(_types(connection, tenant)),
            channels=channels,
            entity_types=tuple(sorted(entity_types.values())),
            states=_states(connection, mine),
            others=_others(connection, mine),
        )


def _types(connection: Connection, tenant: str) -> Iterator[str]:
    last = ""
    for _ in range(MOST_VALUES):
        query = select(_ROW.type).where(of_tenant(tenant), _ROW.type > last).order_by(_ROW.type).limit(1)
        found = connection.scalar(query)
        if found is None:
            return
        yield found
        last = found


def _distinct(connection: Connection, mine: ColumnElement[bool], column: ColumnElement[Any]) -> Iterator[str]:
    """The values of an indexed column, without case: each step seeks the first value after the one before."""
    lowered = func.lower(column)
    last = ""
    for _ in range(MOST_VALUES):
        query = select(column, lowered.label("lowered")).where(mine, lowered > last).order_by(lowered).limit(1)
        row = connection.execute(query).one_or_none()
        if row is None:
            return
        yield row[0]
        last = row.lowered


def _states(connection: Connection, mine: ColumnElement[bool]) -> dict[str, tuple[str, ...]]:
    newest = _newest([_ROW[column.key] for column in _STATES], mine, _NEWEST)
    counts = [Counter[str]() for _ in _STATES]
    for row in connection.execute(newest):
        for count, value in zip(counts, row, strict=True):
            if value:
                count[value] += 1
    return {
        column.name: tuple(value for value, _ in count.most_common(MOST_VALUES))
        for column, count in zip(_STATES, counts, strict=True)
        if count
    }


def _others(connection: Connection, mine: ColumnElement[bool]) -> dict[str, tuple[str, ...]]:
    names: dict[str, dict[str, str]] = {"property": {}, "attribute": {}}
    for (details,) in connection.execute(_newest([_ROW.details], mine, _NEWEST_DETAILS)):
        said = json.loads(details) if isinstance(details, str) else details or {}
        for area, part in (("property", "p"), ("attribute", "a")):
            for key, held in said.get(part, {}).items():
                names[area].setdefault(key, held["n"])
    return {area: tuple(sorted(found.values(), key=fold))[:MOST_VALUES] for area, found in names.items()}


def _newest(columns: list[ColumnElement[Any]], mine: ColumnElement[bool], limit: int) -> Select[Any]:
    return select(*columns).where(mine).order_by(_ROW.modifieddate_ms.desc()).limit(limit)
