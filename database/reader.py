"""Reading what a request finds: its number, and its rows as a spool on disk."""

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, Select, exists, make_url, select

from contract.errors import DiskFull
from contract.request import ExportRequest
from database.arrow import Stream, schema_of, snapshot
from database.candidates import select_seen
from database.engine import reading, unavailable
from database.selection import count_all, of_tenant, select_documents, select_errors, select_matching
from database.tables import state_object

if TYPE_CHECKING:
    import pyarrow as pa

OBJECTS = "objects.arrow"
DOCUMENTS = "documents.jsonl"
ERRORS = "errors.arrow"

DOCUMENTS_AT_ONCE = 1_024
"""Documents in memory at a time: fewer than rows, since one may be large."""

Progress = Callable[[int], None]


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

    `objects.arrow`, an Arrow IPC file, has the fields of `select_matching`; `errors.arrow` those of `select_errors`. With
    `documents` it is `documents.jsonl` instead, the objects as they came, a line each. `on_progress` gets the number of
    objects read so far. No connection to an SQLite database may be open in this process.
    Raises DatabaseUnavailable, and DiskFull where there is no space for the spool.
    """
    as_of = datetime.now(UTC)
    dialect = make_url(url).get_backend_name()
    with snapshot(url) as stream:
        seen = next(stream(select_seen(dialect))).column(0)[0].as_py()
        matched = None
        if limit is not None or request.offset:
            matched = _count(stream, count_all(tenant, request, dialect))
        if documents:
            objects, errors = folder / DOCUMENTS, None
            exported = _write_lines(
                objects, stream(select_documents(tenant, request, dialect, limit=limit), DOCUMENTS_AT_ONCE), on_progress
            )
        else:
            objects = folder / OBJECTS
            exported = _write_rows(objects, stream, select_matching(tenant, request, dialect, limit=limit), on_progress)
            errors = folder / ERRORS
            if not exported or not _write_rows(errors, stream, select_errors(tenant, request, dialect, limit=limit)):
                errors.unlink(missing_ok=True)
                errors = None
    return Snapshot(objects, errors, as_of, exported if matched is None else matched, exported, seen)


def _count(stream: Stream, counting: Select[Any]) -> int:
    return int(next(stream(counting)).column(0)[0].as_py())


def _write_rows(path: Path, stream: Stream, wanted: Select[Any], on_progress: Progress = lambda _rows: None) -> int:
    """Write the rows of `wanted` as an Arrow IPC file; their number."""
    import pyarrow as pa

    rows = 0
    with _space_for_spool(), pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema_of(wanted)) as file:
        for batch in stream(wanted):
            file.write_batch(batch)
            rows += batch.num_rows
            on_progress(rows)
    return rows


def _write_lines(path: Path, batches: "Iterable[pa.RecordBatch]", on_progress: Progress) -> int:
    """Write the texts of the one column in `batches`, a line each; their number."""
    rows = 0
    with _space_for_spool(), path.open("w", encoding="utf-8", newline="\n") as file:
        for batch in batches:
            file.writelines(f"{text}\n" for text in batch.column(0).to_pylist())
            rows += batch.num_rows
            on_progress(rows)
    return rows


@contextmanager
def _space_for_spool() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(what="the objects of the export") from error
        raise
