"""Reading what a request finds: its number, and its rows as a spool on disk."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, Select, exists, make_url, select

from contract.errors import UnknownTenant
from contract.request import ExportRequest
from contract.tenants import is_tenant_name
from database.arrow import Stream, schema_of, snapshots
from database.candidates import select_seen
from database.engine import reading, unavailable
from database.exact_texts import unpacked, unpacked_schema
from database.selection import (
    IdRange,
    count_all,
    count_of_type,
    id_at,
    of_tenant,
    select_documents,
    select_errors,
    select_matching,
)
from database.spooling import Progress, write_lines, write_rows
from database.storable import is_storable
from database.tables import state_object

if TYPE_CHECKING:
    import pyarrow as pa

OBJECTS = "objects.arrow"
DOCUMENTS = "documents.jsonl"
ERRORS = "errors.arrow"

DOCUMENTS_AT_ONCE = 1_024
"""Documents in memory at a time: fewer than rows, since one may be large."""

_LONGEST_SHOWN = 100

MOST_READERS = 4
ROWS_A_READER = 10_000
"""Fewer are read before a second connection would have begun."""


@dataclass(frozen=True)
class Snapshot:
    """What one snapshot gave. `objects` and `errors` are files in the folder of the spool, `errors` None without any.

    `as_of`: everything that was stored before that time is in it, in UTC. `matched` counts what the request finds without
    its limits, `exported` what is in the spool. `seen`: see `database.candidates`.
    """

    objects: Path
    errors: Path | None
    as_of: datetime
    matched: int
    exported: int
    seen: str


def tenant_exists(engine: Engine, tenant: str) -> bool:
    """Whether an object was ever loaded for `tenant`. Raises DatabaseUnavailable."""
    with unavailable(), reading(engine) as connection:
        return bool(connection.scalar(select(exists(state_object).where(of_tenant(tenant)))))


def require_tenant(engine: Engine, tenant: object, named: Collection[str]) -> None:
    """Raises UnknownTenant for a tenant without objects that is not among `named`, those of the settings; and
    DatabaseUnavailable."""
    known = isinstance(tenant, str) and (tenant in named or (is_tenant_name(tenant) and tenant_exists(engine, tenant)))
    if not known:
        raise UnknownTenant(tenant=str(tenant)[:_LONGEST_SHOWN])


def count_matching(engine: Engine, tenant: str, request: ExportRequest) -> int:
    """How many objects `request` finds, whatever its limits. Raises DatabaseUnavailable."""
    with unavailable(), reading(engine) as connection:
        return connection.scalar(count_all(tenant, request, engine.name)) or 0


def extract(
    url: str,
    tenant: str,
    request: ExportRequest,
    *,
    limit: int | None,
    folder: Path,
    documents: bool,
    on_progress: Progress,
) -> Snapshot:
    """Spool what `request` finds into `folder`, at most `limit` objects, all of one snapshot and in the request's order.

    `objects.arrow`, an Arrow IPC file, has the fields of `select_matching`, with a text beside each date in place of all in
    one; `errors.arrow` has those of `select_errors`. With `documents` it is `documents.jsonl` instead, the objects as they
    came, a line each. `on_progress` gets the number of objects read so far. No connection to an SQLite database may be open in
    this process. Raises DatabaseUnavailable, and DiskFull where there is no space for the spool.
    """
    as_of = datetime.now(UTC)
    dialect = make_url(url).get_backend_name()
    with snapshots(url, 1 if documents else _readers(request)) as (stream, *others):
        seen = next(stream(select_seen(dialect))).column(0)[0].as_py()
        matched = None
        if limit is not None or request.offset:
            matched = _number(stream, count_all(tenant, request, dialect))
            limit = None if limit is not None and limit >= matched else limit
        if documents:
            objects, errors = folder / DOCUMENTS, None
            exported = write_lines(
                objects, stream(select_documents(tenant, request, dialect, limit=limit), DOCUMENTS_AT_ONCE), on_progress
            )
        else:
            objects = folder / OBJECTS
            whole = limit is None and not request.offset
            ranges = _ranges(stream, tenant, request.types[0], 1 + len(others)) if others and whole else [None]
            wanted = [select_matching(tenant, request, dialect, limit=limit, ids=ids) for ids in ranges]
            readings = list(zip(map(_unpacking, (stream, *others)), wanted, strict=False))
            exported = write_rows(objects, readings, unpacked_schema(schema_of(wanted[0])), on_progress)
            errors, found = folder / ERRORS, select_errors(tenant, request, dialect, limit=limit)
            if not exported or not write_rows(errors, [(stream, found)], schema_of(found)):
                errors.unlink(missing_ok=True)
                errors = None
    return Snapshot(objects, errors, as_of, exported if matched is None else matched, exported, seen)


def _unpacking(stream: Stream) -> Stream:
    def rows(wanted: Select[Any], batch_rows: int | None = None) -> "Iterator[pa.RecordBatch]":
        return map(unpacked, stream(wanted, batch_rows))

    return rows


def _number(stream: Stream, counting: Select[Any]) -> int:
    return int(next(stream(counting)).column(0)[0].as_py())


def _readers(request: ExportRequest) -> int:
    """How many connections read at the same time: one where the order is not that of ids, which alone is cut easily."""
    by_id = len(request.types) == 1 and is_storable(request.types[0]) and not request.sort and not request.ids
    return min(MOST_READERS, max(2, os.cpu_count() or 2)) if by_id else 1


def _ranges(stream: Stream, tenant: str, type_name: str, most: int) -> Sequence[IdRange | None]:
    """Ranges of ids, in order, that hold about as many of the tenant's objects each; they hold every id."""
    stored = _number(stream, count_of_type(tenant, type_name))
    count = min(most, stored // ROWS_A_READER)
    if count < 2:
        return [None]
    cuts = [_text(stream, id_at(tenant, type_name, stored * number // count)) for number in range(1, count)]
    return [IdRange(start, stop) for start, stop in pairwise((None, *cuts, None))]


def _text(stream: Stream, wanted: Select[Any]) -> str:
    return str(next(stream(wanted)).column(0)[0].as_py())
