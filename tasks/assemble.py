"""The second pass over a spool: its batches, with what details and validation errors say, become batches of tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from config.catalogue import BY_KEY, ERROR_PARTS
from contract.filters import fold, parse_instant
from contract.objects import Kind
from database.selection import EARLIEST_MS, LATEST_MS
from formats.headers import MULTIPLE
from formats.ipc import array_of, numbers_of, read_batches, to_numpy
from formats.tables import EXACT_TEXT
from tasks.columns import Column, Layout
from tasks.cursor import RowCursor
from tasks.details import ERROR_KEYS, Name
from tasks.survey import CELLS, ENTRIES, Survey, types_in
from tasks.tally import Tallies
from tasks.triage import AGED, CHANNEL, OBJECT, ErrorCounts, StateAges

_CELLS_AT_ONCE = 2_000_000
_MOST_ROWS, _LEAST_ROWS = 16_384, 64
_PARTS = tuple(fold(part) for part in ERROR_PARTS)
_CHANNEL: Name = ("property", "channelid")


def _date_of(state: Name) -> Name:
    return state[0], f"{state[1]}date"


_STATES_AND_DATES = frozenset({*AGED, *map(_date_of, AGED)})


@dataclass(frozen=True)
class Piece:
    """Some rows of one type's table, as arrays in the order of its fields, and their places in the batch that they are of."""

    layout: Layout
    arrays: list[pa.Array]
    rows: int


@dataclass(frozen=True)
class Batch:
    """What one batch of the spool gives: a piece for each type in it, and the rows of the table of errors (`Type`, `ID`,
    `row`, the parts)."""

    pieces: list[Piece]
    errors: pa.Table


@dataclass(frozen=True)
class _Cells:
    """Texts for some rows of a batch: `places` never falls."""

    places: np.ndarray
    texts: pa.Array

    def spread(self, places: np.ndarray) -> pa.Array:
        """An array with a text or null for each of `places`."""
        found = np.searchsorted(self.places, places)
        there = found < len(self.places)
        there[there] = self.places[found[there]] == places[there]
        return self.texts.take(numbers_of(found, there))


@dataclass(frozen=True)
class Counts:
    """What is counted on the way, for the Summary and Triage."""

    tallies: Tallies
    errors: ErrorCounts
    ages: StateAges


class Assembly:
    """Makes the batches. `values_in_context`: whether the values that the spool has columns for are asked for."""

    def __init__(
        self, layouts: Sequence[Layout], found: Survey, entries: Path | None, counts: Counts, *, values_in_context: bool
    ) -> None:
        self._layouts = {layout.type: layout for layout in layouts}
        self._names: dict[int, Name] = {code: name for name, code in found.codes.items()}
        self._cells = RowCursor(found.cells, CELLS)
        self._entries = RowCursor(entries, ENTRIES)
        self._counts = counts
        self._values_in_context = values_in_context
        self._table_rows = dict.fromkeys(self._layouts, 0)

    def batches(self, objects: Path) -> Iterator[Batch]:
        """The spool, batch by batch: fewer rows at once where tables are wide, so that memory stays flat."""
        widest = max((len(layout.columns) for layout in self._layouts.values()), default=1)
        rows_at_once = min(_MOST_ROWS, max(_LEAST_ROWS, _CELLS_AT_ONCE // max(widest, 1)))
        first_row = 0
        for batch in read_batches(objects, rows_at_once=rows_at_once):
            yield self._assemble(batch, first_row)
            first_row += batch.num_rows

    def _assemble(self, batch: pa.RecordBatch, first_row: int) -> Batch:
        cells = self._cells_by_name(first_row, batch.num_rows)
        entries = self._entries.before(first_row + batch.num_rows)
        places_of_entries = to_numpy(entries["row"]) - first_row
        cells |= _joined_errors(entries, places_of_entries)
        table_rows = np.empty(batch.num_rows, np.int64)
        pieces = []
        for type_name, some in types_in(batch):
            places = np.arange(batch.num_rows) if some is None else some
            rows = batch if some is None else batch.take(numbers_of(some))
            start = self._table_rows[type_name]
            table_rows[places] = np.arange(start, start + len(places))
            self._table_rows[type_name] += len(places)
            pieces.append(self._piece(self._layouts[type_name], rows, places, cells))
        return Batch(pieces, self._errors(batch, entries, places_of_entries, table_rows, cells))

    def _errors(
        self, batch: pa.RecordBatch, entries: pa.Table, places: np.ndarray, table_rows: np.ndarray, cells: dict[Name, _Cells]
    ) -> pa.Table:
        rows = _error_rows(batch, entries, places, table_rows, cells.get(_CHANNEL))
        self._counts.errors.add(rows)
        return rows.drop_columns([CHANNEL, OBJECT])

    def _cells_by_name(self, first_row: int, count: int) -> dict[Name, _Cells]:
        table = self._cells.before(first_row + count)
        if not table.num_rows:
            return {}
        codes, rows, texts = to_numpy(table["code"]), to_numpy(table["row"]) - first_row, table["text"].combine_chunks()
        by_code = np.argsort(codes, kind="stable")
        starts = np.flatnonzero(np.diff(codes[by_code], prepend=-1))
        groups = np.split(by_code, starts[1:])
        return {self._names[codes[group[0]]]: _Cells(rows[group], texts.take(numbers_of(group))) for group in groups}

    def _piece(self, layout: Layout, rows: pa.RecordBatch, places: np.ndarray, cells: dict[Name, _Cells]) -> Piece:
        arrays = [pa.nulls(len(places), pa.string()), *(_texts(rows[field]) for field in ("type", "id", "name"))]
        states: dict[Name, pa.Array] = {}
        for column in layout.columns:
            filled = self._fill(column, rows, places, cells.get(column.name))
            self._counts.tallies.add(column.name, column.described.label, filled[0])
            states |= {column.name: filled[0]} if column.name in _STATES_AND_DATES else {}
            arrays += filled
        self._age(states)
        arrays.append(_texts(rows["fingerprint"]))
        return Piece(layout, arrays, len(places))

    def _age(self, states: dict[Name, pa.Array]) -> None:
        for name in AGED:
            if name in states:
                self._counts.ages.add(name, BY_KEY[name].label, states[name], states.get(_date_of(name)))

    def _fill(self, column: Column, rows: pa.RecordBatch, places: np.ndarray, said: _Cells | None) -> list[pa.Array]:
        """The arrays of one column: one, or two where it holds instants."""
        texts = None if said is None else said.spread(places)
        stored = column.in_spool and (self._values_in_context or column.name[0] == "property")
        if column.described.kind is not Kind.INSTANT:
            own = _texts(rows[column.name[1]]) if stored else pa.nulls(len(places), pa.string())
            return [own if texts is None else pc.coalesce(texts, own) if stored else texts]
        return self._fill_instants(column.name[1], rows, texts, stored=stored)

    def _fill_instants(self, key: str, rows: pa.RecordBatch, texts: pa.Array | None, *, stored: bool) -> list[pa.Array]:
        own = (
            [rows[key].cast(pa.int64()), _texts(rows[key + EXACT_TEXT])]
            if stored
            else [pa.nulls(len(rows), pa.int64()), pa.nulls(len(rows), pa.string())]
        )
        if texts is None:
            return own
        instants, exact = _instants(texts)
        return [pc.coalesce(instants, own[0]), pc.coalesce(exact, own[1])]


def _texts(array: pa.Array) -> pa.Array:
    return array if array.type == pa.string() else array.cast(pa.string())


def _instants(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Texts from details as instants, and as exact texts where they are none that the spool would hold as a date."""
    read = [None if text is None else parse_instant(text) for text in texts.to_pylist()]
    fits = [instant is not None and EARLIEST_MS <= instant <= LATEST_MS for instant in read]
    instants = array_of([instant if fit else None for instant, fit in zip(read, fits, strict=True)], pa.int64())
    return instants, array_of([None if fit else text for text, fit in zip(texts.to_pylist(), fits, strict=True)], pa.string())


def _joined_errors(entries: pa.Table, places: np.ndarray) -> dict[Name, _Cells]:
    """For each part of the validation errors, its texts of one object as aligned segments; null where it has none at all."""
    if not entries.num_rows:
        return {}
    frame = pl.from_arrow(entries.select(list(_PARTS)))
    assert isinstance(frame, pl.DataFrame)
    joined = (
        frame.with_columns(pl.Series("place", places))
        .group_by("place", maintain_order=True)
        .agg(pl.when(pl.col(part).is_not_null().any()).then(pl.col(part).fill_null("").str.join(MULTIPLE)) for part in _PARTS)
    )
    table = joined.to_arrow()
    return {
        ("attribute", key): _Cells(to_numpy(table["place"]), _texts(table[part].combine_chunks()))
        for key, part in zip(ERROR_KEYS, _PARTS, strict=True)
    }


def _error_rows(
    batch: pa.RecordBatch, entries: pa.Table, places: np.ndarray, table_rows: np.ndarray, channels: _Cells | None
) -> pa.Table:
    """The rows of the table of errors: each entry that has any of the parts; beside them `CHANNEL` and `OBJECT`."""
    objects = batch.select(["type", "id", "channelid"]).take(numbers_of(places))
    arrays = [_texts(objects["type"]), _texts(objects["id"]), numbers_of(table_rows[places])]
    channel = _texts(objects["channelid"])
    if channels is not None:
        channel = pc.coalesce(channels.spread(places), channel)
    columns = [*arrays, *(entries[part] for part in _PARTS), channel, numbers_of(places)]
    table = pa.table(columns, names=["Type", "ID", "row", *ERROR_PARTS, CHANNEL, OBJECT])
    some = reduce(pc.or_, (entries[part].is_valid().combine_chunks() for part in _PARTS))
    return table.filter(some)
