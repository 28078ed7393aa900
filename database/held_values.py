"""What the store holds, for people who choose: types, channels, entity types, states and names of columns.

Nothing here reads a whole table. Distinct values come one seek of an index each; what no index knows is looked for among the
newest objects only.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Engine, Select, func, literal, select, text

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
_MOST_CHANNELS = 1_000
"""How many channels are asked for their entity types."""
_MOST_PAIRS = 5_000
"""How many pairs of a channel and an entity type are looked at."""
_STATES = tuple(column for column in ATTRIBUTES if column.choices)

_ROW = state_object.c


@dataclass(frozen=True)
class HeldValues:
    """Values as the objects of one type spell them, in order. `states` and `others` are of the newest objects.

    `states`: values by name of the attribute, the most frequent first. `others`: names that no catalogue column has, by area.
    `cut`: what there is more of than is offered: `types`, `channels`, `entity_types`.
    """

    type: str
    types: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    entity_types: tuple[str, ...] = ()
    states: Mapping[str, tuple[str, ...]] | None = None
    others: Mapping[str, tuple[str, ...]] | None = None
    cut: frozenset[str] = frozenset()


def held_values(engine: Engine, tenant: str, wanted: str) -> HeldValues:
    """What the objects of a tenant and a type hold, each list at most MOST_VALUES long. Raises DatabaseUnavailable.

    The type is the one that is wanted, or the first one that there is where no object is of that.
    """
    with unavailable(), _seeking(engine) as connection:
        types = list(_types(connection, tenant))
        type_name = wanted if wanted in types or not types else types[0]
        mine = of_tenant(tenant) & (_ROW.type == type_name)
        channels = list(_distinct(connection, mine, _ROW.channelid))
        entity_types, is_whole = _entity_types(connection, mine)
        lists = {"types": types, "channels": channels, "entity_types": entity_types}
        cut = {name for name, values in lists.items() if len(values) > MOST_VALUES}
        return HeldValues(
            type=type_name,
            types=tuple(types[:MOST_VALUES]),
            channels=tuple(channels[:MOST_VALUES]),
            entity_types=tuple(entity_types[:MOST_VALUES]),
            states=_states(connection, mine),
            others=_others(connection, mine),
            cut=frozenset(cut if is_whole else cut | {"entity_types"}),
        )


@contextmanager
def _seeking(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads, and takes the first of an order from its index.

    PostgreSQL takes a table that it has no statistics of for small, and would read and sort it once for each value.
    """
    with reading(engine) as connection:
        if engine.name == "postgresql":
            connection.execute(text("SET LOCAL enable_sort = off"))
        yield connection


def _types(connection: Connection, tenant: str) -> Iterator[str]:
    """The types, one more than are offered where there are so many."""
    last = ""
    for _ in range(MOST_VALUES + 1):
        query = select(_ROW.type).where(of_tenant(tenant), _ROW.type > last).order_by(_ROW.type).limit(1)
        found = connection.scalar(query)
        if found is None:
            return
        yield found
        last = found


def _distinct(connection: Connection, mine: ColumnElement[bool], column: ColumnElement[Any]) -> Iterator[str]:
    """The values of an indexed column, without case: each step seeks the first value after the one before.

    One more than are offered where there are so many.
    """
    lowered = func.lower(column)
    last = ""
    for _ in range(MOST_VALUES + 1):
        query = select(column, lowered.label("lowered")).where(mine, lowered > last).order_by(lowered).limit(1)
        row = connection.execute(query).one_or_none()
        if row is None:
            return
        yield row[0]
        last = row.lowered


def _entity_types(connection: Connection, mine: ColumnElement[bool]) -> tuple[list[str], bool]:
    """The entity types without case, in order, and whether all channels were looked at.

    The index has them below the channels, so each channel is asked for its own; objects without a channel are one more.
    """
    without_channel = mine & func.lower(_ROW.channelid).is_(None)
    by_channel = connection.scalars(_entity_types_by_channel(mine)).all()
    found: dict[str, str] = {}
    for spelled in (*_distinct(connection, without_channel, _ROW.entitytype), *by_channel):
        found.setdefault(fold(spelled), spelled)
    channels = connection.scalar(select(func.count()).select_from(_channels(mine)))
    is_whole = len(by_channel) < _MOST_PAIRS and (channels or 0) <= _MOST_CHANNELS
    return [found[key] for key in sorted(found)], is_whole


def _entity_types_by_channel(mine: ColumnElement[bool]) -> Select[Any]:
    """The entity types of the first channels, of all channels their first ones first. One statement: there may be thousands."""
    entity_type = func.lower(_ROW.entitytype)

    def first_after(last: Any, channel: ColumnElement[str]) -> Select[Any]:
        of_channel = select(_ROW.entitytype).where(mine, func.lower(_ROW.channelid) == channel, entity_type > last)
        return of_channel.order_by(entity_type).limit(1)

    channels = _channels(mine)
    begin = select(
        channels.c.channel, first_after("", channels.c.channel).scalar_subquery().label("found"), literal(1).label("n")
    )
    pairs = begin.where(channels.c.n <= _MOST_CHANNELS).cte("pairs", recursive=True)
    following = first_after(func.lower(pairs.c.found), pairs.c.channel).scalar_subquery()
    more = select(pairs.c.channel, following, pairs.c.n + 1).where(pairs.c.found.is_not(None), pairs.c.n <= MOST_VALUES)
    pairs = pairs.union_all(more)
    return select(pairs.c.found).where(pairs.c.found.is_not(None)).limit(_MOST_PAIRS)


def _channels(mine: ColumnElement[bool]) -> CTE:
    """The channels without case, each found by one seek after the one before; one more than _MOST_CHANNELS where there are."""
    channel = func.lower(_ROW.channelid)
    first = select(channel).where(mine, channel >= "").order_by(channel).limit(1).scalar_subquery()
    found = select(first.label("channel"), literal(1).label("n")).cte("channels", recursive=True)
    following = select(channel).where(mine, channel > found.c.channel).order_by(channel).limit(1).scalar_subquery()
    more = select(following, found.c.n + 1).where(found.c.channel.is_not(None), found.c.n <= _MOST_CHANNELS)
    return found.union_all(more)


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
