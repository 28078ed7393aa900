"""The first pass over a spool: which rows and names each type has, and what the details say, unfolded into rows of cells.

Only the rows with details are parsed, and each only once: what they say is written down for the second pass.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from config.catalogue import COLUMNS, ERROR_PARTS, CatalogueColumn
from contract.filters import Context, fold
from contract.kinds import Kind
from contract.objects import in_default_context
from formats.fields import EXACT_TEXT
from formats.ipc import array_of, map_batches, numbers_of
from tasks.details import Name, Unfolded, unfold

CELLS = pa.schema([("row", pa.int64()), ("code", pa.int32()), ("text", pa.string())])
"""Cells of names without a column in the spool: `row` counts the spool's rows, `code` is the name's place in `Survey.codes`."""

ENTRIES = pa.schema([("row", pa.int64()), ("entry", pa.int64()), *((fold(part), pa.string()) for part in ERROR_PARTS)])
"""Validation errors by the row of their object in the spool."""

_NAMED = '"n":'
"""Stands in all details that name a value; the others only repeat, for filters, what columns say."""


@dataclass
class Survey:
    """What one spool holds. `names` gives the spelling that came first; `held` the columns of the spool with a value."""

    rows: Counter[str] = field(default_factory=Counter)
    held: dict[str, set[Name]] = field(default_factory=dict)
    names: dict[str, dict[Name, str]] = field(default_factory=dict)
    with_errors: set[str] = field(default_factory=set)
    codes: dict[Name, int] = field(default_factory=dict)
    cells: Path | None = None
    entries: Path | None = None


def survey(objects: Path, folder: Path, contexts: tuple[Context, ...]) -> Survey:
    """Look through the spool `objects`, at values in `contexts` only.

    What its details say lies in `folder` afterwards (`cells` and `entries`; None where they say nothing).
    """
    found = Survey()
    # Attributes in columns of the spool are in the default context; a property is in none.
    known = [column for column in COLUMNS if column.area == "property" or in_default_context(contexts)]
    cells, entries = folder / "cells.arrow", folder / "entries.arrow"
    with pa.ipc.new_file(str(cells), CELLS) as cell_file, pa.ipc.new_file(str(entries), ENTRIES) as entry_file:
        first_row = 0
        for batch in map_batches(objects):
            _look(batch, known, found)
            unfolded = _Unfolded(found)
            for row, type_name, details in _said(batch):
                unfolded.add(first_row + row, type_name, unfold(details, contexts))
            if _write(cell_file, unfolded.cells, CELLS):
                found.cells = cells
            if _write(entry_file, unfolded.entries, ENTRIES):
                found.entries = entries
            first_row += batch.num_rows
    return found


def types_in(batch: pa.RecordBatch) -> Iterator[tuple[str, np.ndarray | None]]:
    """Each type in a batch with the places of its rows; None where all rows are of that type."""
    types = pc.unique(batch["type"]).to_pylist()
    for type_name in types:
        yield type_name, None if len(types) == 1 else _places(pl.Series(batch["type"]) == type_name)


def _places(chosen: pl.Series) -> npt.NDArray[np.int64]:
    return chosen.fill_null(False).arg_true().cast(pl.Int64).to_numpy()


def _look(batch: pa.RecordBatch, columns: list[CatalogueColumn], found: Survey) -> None:
    for type_name, places in types_in(batch):
        rows = batch if places is None else batch.take(numbers_of(places))
        found.rows[type_name] += rows.num_rows
        held = found.held.setdefault(type_name, set())
        for known in columns:
            fields = [known.key, known.key + EXACT_TEXT] if known.kind is Kind.INSTANT else [known.key]
            if any(rows[field].null_count < len(rows) for field in fields):
                held.add((known.area, known.key))


def _said(batch: pa.RecordBatch) -> Iterator[tuple[int, str, str]]:
    """The places, types and details of the rows whose details name a value."""
    details = batch["details"]
    if details.null_count == len(details):
        return
    places = _places(pl.Series(details).str.contains(_NAMED, literal=True))
    rows = batch.select(["type", "details"]).take(numbers_of(places))
    yield from zip(places.tolist(), *(pl.Series(rows[field]).to_list() for field in ("type", "details")), strict=True)


class _Unfolded:
    """The cells and entries of one batch, a list a field; new names are written into the survey."""

    def __init__(self, found: Survey) -> None:
        self.found = found
        self.cells: tuple[list[int], list[int], list[str]] = ([], [], [])
        self.entries: tuple[list[object], ...] = tuple([] for _ in ENTRIES)

    def add(self, row: int, type_name: str, unfolded: Unfolded) -> None:
        names = self.found.names.setdefault(type_name, {})
        codes = self.found.codes
        rows, places, texts = self.cells
        for name, spelled, text in unfolded.cells:
            if name not in names:
                names[name] = spelled
                codes.setdefault(name, len(codes))
            rows.append(row)
            places.append(codes[name])
            texts.append(text)
        if unfolded.errors:
            self.found.with_errors.add(type_name)
        for entry, parts in unfolded.errors:
            for values, value in zip(self.entries, (row, entry, *parts), strict=True):
                values.append(value)


def _write(file: pa.ipc.RecordBatchFileWriter, fields: Sequence[Sequence[object]], schema: pa.Schema) -> bool:
    """Write what was unfolded, a list a field; whether it was anything."""
    if fields[0]:
        arrays = [array_of(values, kind) for values, kind in zip(fields, schema.types, strict=True)]
        file.write_batch(pa.record_batch(arrays, schema=schema))
    return bool(fields[0])
