"""Spools as the reader makes them, written from objects in memory; and requests and plans around them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from config.catalogue import COLUMNS, ERROR_PARTS
from config.profiles import resolve_profile
from contract.filters import fold
from contract.kinds import Kind
from contract.objects import StateObject
from contract.request import ExportRequest, ProfileChoice
from database.rows import rows_of
from database.selection import EARLIEST_MS, LATEST_MS
from formats.fields import EXACT_TEXT
from tasks.plan import ExportPlan, Extracted

AS_OF = datetime(2026, 3, 4, 5, 6, 7, 89_000, UTC)


def write_spool(objects: Sequence[StateObject], folder: Path, *, rows_a_batch: int = 3) -> Extracted:
    """The spool of `objects`, in their order, in small batches; the errors in the order of type, id and entry."""
    rows = [rows_of("acme", item, loaded_ms=0) for item in objects]
    errors = sorted((e for r in rows for e in r.errors), key=lambda e: (e["type"], e["id"], e["entry"]))
    fields = ["type", "id", "name"]
    kinds: dict[str, pa.DataType] = {}
    for known in COLUMNS:
        fields += [known.key, known.key + EXACT_TEXT] if known.kind is Kind.INSTANT else [known.key]
        if known.kind is Kind.INSTANT:
            kinds[known.key] = pa.int64()
    schema = pa.schema([(field, kinds.get(field, pa.string())) for field in [*fields, "details", "fingerprint"]])
    _write(folder / "objects.arrow", [_spooled(row.state) for row in rows], schema, rows_a_batch)
    parts = ["type", "id", "entry", *(fold(part) for part in ERROR_PARTS)]
    error_schema = pa.schema([(part, pa.int64() if part == "entry" else pa.string()) for part in parts])
    if errors:
        _write(folder / "errors.arrow", errors, error_schema, rows_a_batch)
    count = len(objects)
    return Extracted(folder / "objects.arrow", folder / "errors.arrow" if errors else None, AS_OF, count + 1, count)


def plan(request: ExportRequest, folder: Path, *, format: str = "Excel", body: dict[str, Any] | None = None) -> ExportPlan:
    """A plan for a request that was parsed already."""
    profile = resolve_profile(ProfileChoice(contexts=({"format": format},)))
    return ExportPlan("4f1c", "acme", request, body or {}, profile, "Entity Data", None, folder)


def _spooled(state: dict[str, Any]) -> dict[str, Any]:
    row = dict(state)
    for known in COLUMNS:
        if known.kind is Kind.INSTANT:
            instant = state[known.key + "_ms"]
            is_date = instant is not None and EARLIEST_MS <= instant <= LATEST_MS
            row[known.key], row[known.key + EXACT_TEXT] = (instant, None) if is_date else (None, state[known.key])
    return row


def _write(path: Path, rows: list[dict[str, Any]], schema: pa.Schema, rows_a_batch: int) -> None:
    with pa.ipc.new_file(str(path), schema) as file:
        for start in range(0, len(rows), rows_a_batch):
            file.write_batch(pa.RecordBatch.from_pylist(rows[start : start + rows_a_batch], schema=schema))
