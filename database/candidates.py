"""Which objects may differ between an earlier export and now: those with a change that the earlier one had not seen.

What an export has seen is a text that its job keeps. Times would not do: a change is stored a while after the time that it
bears, so that an export in between has not seen it, and clocks step back. SQLite has one writer at a time and numbers the
changes in the order in which they are stored: the last number says it. On PostgreSQL numbers of a transaction in flight may be
lower than those that are there; its snapshot says it: https://www.postgresql.org/docs/current/functions-info.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    literal_column,
    make_url,
    not_,
    select,
)

from contract.request import ExportRequest
from database.arrow import snapshot
from database.dialects import DIALECTS
from database.selection import NO_LIMIT
from database.storable import is_storable
from database.tables import document, object_change

if TYPE_CHECKING:
    import pyarrow as pa

_KEY = ("type", "id")


def select_seen(dialect: str) -> Select[Any]:
    """One text: which changes the transaction sees."""
    if dialect == "postgresql":
        return select(cast(func.pg_current_snapshot(), String).label("seen"))
    return select(cast(func.coalesce(func.max(object_change.c.number), 0), String).label("seen"))


def not_seen(seen: str, dialect: str) -> ColumnElement[bool]:
    """Whether a change is not among those that `select_seen` spoke of."""
    if dialect == "postgresql":
        writer: ColumnElement[Any] = literal_column("object_change.xmin::text::xid8")
        return not_(func.pg_visible_in_snapshot(writer, literal_column("'" + _plain(seen) + "'::pg_snapshot")))
    return object_change.c.number > literal(int(seen), BigInteger)


def from_instant(instant: int) -> ColumnElement[bool]:
    """Whether a change bears this time (milliseconds since 1970 UTC) or a later one."""
    return object_change.c.at_ms >= literal(instant, BigInteger)


def select_candidates(tenant: str, request: ExportRequest, later: ColumnElement[bool], dialect: str) -> Select[Any]:
    """The objects of the request's types and ids with a change that is `later`, and whose document is not what it was before.

    Columns: `type`, `id`, the documents `before` and `after` (null: not there), and `at_ms`, `changed_by` of the last change.
    """
    changes = object_change.c
    mine = [changes.tenant == tenant if is_storable(tenant) else changes.tenant.is_(None), later]
    one_of = DIALECTS[dialect].one_of
    if request.types:
        mine.append(one_of(changes.type, list(filter(is_storable, request.types))))
    if request.ids:
        mine.append(one_of(changes.id, list(filter(is_storable, request.ids))))
    spans = (
        select(changes.type, changes.id, func.min(changes.number).label("first"), func.max(changes.number).label("last"))
        .where(and_(*mine))
        .group_by(changes.type, changes.id)
        .subquery("spans")
    )
    first, last, now = object_change.alias("first"), object_change.alias("last"), document
    own = and_(now.c.tenant == tenant, *(now.c[name] == spans.c[name] for name in _KEY))
    joined = (
        spans.join(first, first.c.number == spans.c.first)
        .join(last, last.c.number == spans.c.last)
        .join(now, own, isouter=True)
    )
    return (
        select(
            spans.c.type,
            spans.c.id,
            first.c.previous.label("before"),
            now.c.document.label("after"),
            last.c.at_ms,
            last.c.changed_by,
        )
        .select_from(joined)
        .where(first.c.previous.is_distinct_from(now.c.document))
        .order_by(spans.c.type, spans.c.id)
        .limit(literal(NO_LIMIT, BigInteger))
    )


def _plain(seen: str) -> str:
    """A snapshot's text, which has digits, colons and commas alone."""
    if not seen or set(seen) - set("0123456789:,"):
        raise ValueError(seen)
    return seen


@dataclass(frozen=True)
class Candidates:
    """What one snapshot has of them: `batches` as of `select_candidates`; `as_of` and `seen` are of the snapshot."""

    as_of: datetime
    seen: str
    batches: "Iterator[pa.RecordBatch]"


@contextmanager
def read_candidates(
    url: str, tenant: str, request: ExportRequest, *, seen: str | None, instant: int, at_once: int
) -> Iterator[Candidates]:
    """The objects that changed since an earlier export had `seen` what it had, or since an `instant` where that is not known.

    No connection to an SQLite database at `url` may be open in this process. Raises DatabaseUnavailable.
    """
    dialect = make_url(url).get_backend_name()
    later = from_instant(instant) if seen is None else not_seen(seen, dialect)
    as_of = datetime.now(UTC)
    with snapshot(url) as stream:
        now_seen = next(stream(select_seen(dialect))).column(0)[0].as_py()
        yield Candidates(as_of, now_seen, stream(select_candidates(tenant, request, later, dialect), at_once))
