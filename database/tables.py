"""The tables, for SQLite and PostgreSQL. Two sets that share no statement, so that either may live in its own database.

A value of an object lives in exactly one place that filters look at:

* a catalogue property in its column (`channelid`);
* a catalogue attribute with exactly one value, in the default context, in its column (`itemstate`);
* the entries of the group `validationError` in `validation_error`, where each has only the well-known parts, each with
  at most one value, in the default context;
* everything else in `details`, JSON of the form `{"p": {KEY: {"n": NAME, "v": [VALUE, ...]}}, "a": {...}}`, where KEY is
  the folded name, NAME the name as it came and VALUE is `[text, locale, source, instant, entry, number]` (locale and source
  folded, instant in milliseconds since 1970 UTC, number as below; null where there is none).

What a database cannot compute from a column's text as `contract.filters` says is computed on loading: `COLUMN_ms` of a
date, and in `details` under `"i"` (`{KEY: ms}`) the instants of texts in other columns (`id`, `name` and `type` too) and
under `"f"` (`{KEY: number}`) the numbers of texts that are not plain decimals. `validation_error.details` says the same,
in the same form, of the texts of one validation error. What a plain decimal is, and how another number is written so that
every database reads the same float, is in `database.numbers`.

The values of a name come in this order: its own in the order of the object, then those nested in it by name (by code point)
and in the order of the object. A validation error group is in `validation_error` whole or not at all.
`details` is null where there is nothing to say. Texts compare by code point everywhere.

`object_change` keeps what became of each object: a row for each write that changed it, in the order of the writes. A row holds
the document as it was before (null: there was none), so a first load adds small rows only, and the document at a moment is
`previous` of the first change after it, else the document that is there now.
"""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, LargeBinary, MetaData, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from config.catalogue import COLUMNS, ERROR_PARTS
from contract.filters import fold
from contract.kinds import Kind

Characters = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that orders and compares by code point on both databases (SQLite's BINARY does)."""
Json = Text().with_variant(JSONB(), "postgresql")

MILLISECONDS = "_ms"
"""Ends the name of the column that holds a date as milliseconds since 1970 UTC."""

objects_metadata = MetaData()
jobs_metadata = MetaData()


def _catalogue_columns() -> list[Column[object]]:
    columns: list[Column[object]] = []
    for known in COLUMNS:
        columns.append(Column(known.key, Characters))
        if known.kind is Kind.INSTANT:
            columns.append(Column(known.key + MILLISECONDS, BigInteger))
    return columns


state_object = Table(
    "state_object",
    objects_metadata,
    Column("tenant", Characters, primary_key=True),
    Column("type", Characters, primary_key=True),
    Column("id", Characters, primary_key=True),
    Column("name", Characters),
    *_catalogue_columns(),
    Column("details", Json),
    Column("loaded_ms", BigInteger, nullable=False),
    # `contract.objects.fingerprint` of the document: an edited workbook tells by it which version it was made of.
    Column("fingerprint", Characters),
)

document = Table(
    "document",
    objects_metadata,
    Column("tenant", Characters, primary_key=True),
    Column("type", Characters, primary_key=True),
    Column("id", Characters, primary_key=True),
    Column("document", Text, nullable=False),
)

validation_error = Table(
    "validation_error",
    objects_metadata,
    Column("tenant", Characters, primary_key=True),
    Column("type", Characters, primary_key=True),
    Column("id", Characters, primary_key=True),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    *(Column(fold(part), Characters) for part in ERROR_PARTS),
    Column("details", Json),
)

object_change = Table(
    "object_change",
    objects_metadata,
    # SQLite numbers the rows by itself only where the key is an INTEGER.
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("tenant", Characters, nullable=False),
    Column("type", Characters, nullable=False),
    Column("id", Characters, nullable=False),
    Column("kind", Characters, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("changed_by", Characters),
    Column("previous", Text),
)

# What an import has written is noted in the transaction that writes it (`database.written_imports`).
written_import = Table(
    "written_import",
    objects_metadata,
    Column("tenant", Characters, primary_key=True),
    Column("job", Characters, primary_key=True),
    Column("report", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
Index("ix_written_import_time", written_import.c.at_ms)

# An index knows its table by one of its columns: names alone make an index of nothing.
# What the documented requests filter on: channel and entity type without case, an entity's states, and times.
_states = state_object.c
Index("ix_state_object_channel", _states.tenant, _states.type, func.lower(_states.channelid), func.lower(_states.entitytype))
Index("ix_state_object_entity", _states.tenant, _states.type, _states.entityid)
Index("ix_state_object_modified", _states.tenant, _states.type, _states.modifieddate_ms)
Index("ix_state_object_created", _states.tenant, _states.type, _states.createddate_ms)

_changes = object_change.c
Index("ix_object_change_object", _changes.tenant, _changes.type, _changes.id, _changes.number)
Index("ix_object_change_time", _changes.tenant, _changes.at_ms)

export_job = Table(
    "export_job",
    jobs_metadata,
    Column("request_key", Characters, primary_key=True),
    Column("id", Characters, unique=True),
    Column("tenant", Characters, nullable=False),
    Column("source", Characters, nullable=False),
    Column("kind", Characters, nullable=False, server_default="export"),
    Column("request", Text, nullable=False),
    Column("idempotency_key", Characters),
    Column("body_sha256", Characters),
    Column("file_name", Characters),
    Column("format", Characters),
    Column("submitted_by", Characters),
    Column("created_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger),
    Column("finished_ms", BigInteger),
    Column("cancel_requested_ms", BigInteger),
    Column("as_of_ms", BigInteger),
    Column("seen", Characters),
    Column("matched", BigInteger),
    Column("total", BigInteger),
    Column("step", Characters),
    Column("records_done", BigInteger, nullable=False),
    Column("counts", Text, nullable=False, server_default="{}"),
    Column("attempts", Integer, nullable=False),
    Column("file_key", Characters),
    Column("result_name", Characters),
    Column("file_bytes", BigInteger),
    Column("file_sha256", Characters),
    Column("file_expires_ms", BigInteger),
    Column("warnings", Text, nullable=False),
    Column("error_code", Characters),
    Column("error_message", Text),
    Column("notified", Boolean, nullable=False),
)
_jobs = export_job.c
Index("ix_export_job_tenant", _jobs.tenant, _jobs.created_ms, _jobs.request_key)
Index("ix_export_job_idempotency", _jobs.tenant, _jobs.idempotency_key, unique=True)
Index("ix_export_job_finished", _jobs.finished_ms)

job_total = Table(
    "job_total",
    jobs_metadata,
    Column("name", Characters, primary_key=True),
    Column("label", Characters, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("amount", Double, nullable=False),
)

# What an import was given (under an id of its own) and the workbook of what it refused (under the job's id). Both are small and
# belong to the job row: kept with it, they are there on every machine, and in every backup, whenever the row is.
import_file = Table(
    "import_file",
    jobs_metadata,
    Column("tenant", Characters, primary_key=True),
    Column("id", Characters, primary_key=True),
    Column("name", Characters, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)
Index("ix_import_file_created", import_file.c.created_ms)

credential = Table(
    "credential",
    jobs_metadata,
    Column("id", Characters, primary_key=True),
    Column("secret_sha256", Characters, nullable=False, unique=True),
    Column("tenant", Characters),
    Column("name", Characters, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
)

# A session that was signed out of, until its cookie would be worth nothing anyway.
ended_session = Table(
    "ended_session",
    jobs_metadata,
    Column("id", Characters, primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
)

audit_event = Table(
    "audit_event",
    jobs_metadata,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("action", Characters, nullable=False),
    Column("tenant", Characters),
    Column("credential", Characters),
    Column("client", Characters),
    Column("address", Characters),
    Column("job", Characters),
    Column("detail", Characters, nullable=False),
)
_events = audit_event.c
Index("ix_audit_event_time", _events.at_ms, _events.number)
Index("ix_audit_event_tenant", _events.tenant, _events.at_ms, _events.number)
