"""The second pass over a spool: its batches, with what details and validation errors say, become batches of tables."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from config.catalogue import BY_KEY, ERROR_PARTS
from contract.filters import fold, parse_instant
from contract.kinds import Kind
from database.selection import EARLIEST_MS, LATEST_MS
from formats.fields import EXACT_TEXT
from formats.headers import MULTIPLE
from formats.ipc import array_of, frame_of, numbers_of, read_batches, to_numpy
from formats.threads import in_order, thread_count
from tasks.columns import Column, Layout
from tasks.cursor import RowCursor
from tasks.details import ERROR_KEYS, Name
from tasks.survey import CELLS, ENTRIES, Survey, types_in
from tasks.tally import Tallies
from tasks.triage import AGED, CHANNEL, OBJECT, ErrorCounts, StateAges

_CELLS_AT_ONCE = 2_000_000
_MOST_ROWS, _LEAST_ROWS = 16_384, 64
_PARTS = tuple(fold(part) for part in ERROR_PARTS)


def _date_of(state: Name) -> Name:
    return state[0], f"{state[1]}date"


@dataclass(frozen=True)
class Piece:
    """Some rows of one type's table, as arrays in the order of its fields."""

    layout: Layout
    arrays: list[pa.Array]
    rows: int


@dataclass(frozen=True)
class Counts:
    """What is counted on the way, for the Summary and Triage."""

    tallies: Tallies
    errors: ErrorCounts
    ages: StateAges

    @classmethod
    def none(cls, as_of: datetime) -> Self:
        """Nothing counted yet; the ages are those at `as_of`."""
        return cls(Tallies(), ErrorCounts(), StateAges(as_of))

    def merge(self, later: "Counts") -> None:
        """Add what was counted in the rows that follow."""
        self.tallies.merge(later.tallies)
        self.errors.merge(later.errors)
        self.ages.merge(later.ages)


@dataclass(frozen=True)
class Batch:
    """What one batch of the spool gives: a piece for each type in it, the rows of the table of errors (`Type`, `ID`, `row`, the
    parts), and what was counted in them."""

    pieces: list[Piece]
    errors: pa.Table
    counts: Counts


@dataclass(frozen=True)
class _Taken:
    """A batch of the spool, from its row `first_row` on, with the cells and entries of these rows. `types` tells where the rows
    of each type are (None: everywhere), `table_rows` which row of its table each becomes."""

    batch: pa.RecordBatch
    first_row: int
    cells: pa.Table
    entries: pa.Table
    types: list[tuple[str, np.ndarray | None]]
    table_rows: np.ndarray


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


class Assembly:
    """Makes the batches. `values_in_context`: whether the values that the spool has columns for are asked for."""

    def __init__(
        self, layouts: Sequence[Layout], found: Survey, entries: Path | None, as_of: datetime, *, values_in_context: bool
    ) -> None:
        self._layouts = {layout.type: layout for layout in layouts}
        self._names: dict[int, Name] = {code: name for name, code in found.codes.items()}
        self._cells = RowCursor(found.cells, CELLS)
        self._entries = RowCursor(entries, ENTRIES)
        self._as_of = as_of
        self._values_in_context = values_in_context
        self._table_rows = dict.fromkeys(self._layouts, 0)

    def batches(self, objects: Path) -> Iterator[Batch]:
        """The spool, batch by batch: fewer rows at once where tables are wide, so that memory stays flat."""
        with ThreadPoolExecutor(thread_count(), "assemble") as pool:
            yield from in_order(pool, self._assemble, ((taken,) for taken in self._take(objects)))

    def _take(self, objects: Path) -> Iterator[_Taken]:
        """What has to be done in order."""
        widest = max((len(layout.columns) for layout in self._layouts.values()), default=1)
        rows_at_once = min(_MOST_ROWS, max(_LEAST_ROWS, _CELLS_AT_ONCE // max(widest, 1)))
        first_row = 0
        for batch in read_batches(objects, rows_at_once=rows_at_once):
            end = first_row + batch.num_rows
            types = list(types_in(batch))
            table_rows = self._numbered(types, batch.num_rows)
            yield _Taken(batch, first_row, self._cells.before(end), self._entries.before(end), types, table_rows)
            first_row = end

    def _numbered(self, types: list[tuple[str, np.ndarray | None]], count: int) -> np.ndarray:
        table_rows = np.empty(count, np.int64)
        for type_name, some in types:
            places = np.arange(count) if some is None else some
            start = self._table_rows[type_name]
            table_rows[places] = np.arange(start, start + len(places))
            self._table_rows[type_name] += len(places)
        return table_rows

    def _assemble(self, taken: _Taken) -> Batch:
        """What any thread may do."""
        places_of_entries = to_numpy(taken.entries["row"]) - taken.first_row
        cells = self._cells_by_name(taken) | _joined_errors(taken.entries, places_of_entries)
        counts = Counts.none(self._as_of)
        pieces = []
        for type_name, some in taken.types:
            places = np.arange(taken.batch.num_rows) if some is None else some
            rows = taken.batch if some is None else taken.batch.take(numbers_of(some))
            pieces.append(self._piece(self._layouts[type_name], rows, places, cells, counts))
        errors = _error_rows(taken, places_of_entries)
        counts.errors.add(errors)
        return Batch(pieces, errors.drop_columns([CHANNEL, OBJECT]), counts)

    def _cells_by_name(self, taken: _Taken) -> dict[Name, _Cells]:
        table = taken.cells
        if not table.num_rows:
            return {}
        codes, rows, texts = to_numpy(table["code"]), to_numpy(table["row"]) - taken.first_row, table["text"].combine_chunks()
        by_code = np.argsort(codes, kind="stable")
        starts = np.flatnonzero(np.diff(codes[by_code], prepend=-1))
        groups = np.split(by_code, starts[1:])
        return {self._names[codes[group[0]]]: _Cells(rows[group], texts.take(numbers_of(group))) for group in groups}

    def _piece(
        self, layout: Layout, rows: pa.RecordBatch, places: np.ndarray, cells: dict[Name, _Cells], counts: Counts
    ) -> Piece:
        arrays = [pa.nulls(len(places), pa.string()), *(_texts(rows[field]) for field in ("type", "id", "name"))]
        values: dict[Name, list[pa.Array]] = {}
        for column in layout.columns:
            filled = self._fill(column, rows, places, cells.get(column.name))
            counts.tallies.add(column.name, column.described.label, filled[0])
            values[column.name] = filled
            arrays += filled
        for name in AGED:
            if name in values:
                counts.ages.add(name, BY_KEY[name].label, values[name][0], _every_instant(values.get(_date_of(name))))
        arrays.append(_texts(rows["fingerprint"]))
        return Piece(layout, arrays, len(places))

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


def _every_instant(dates: list[pa.Array] | None) -> pa.Array | None:
    """The instants of a column of dates, also those that it has as exact texts, being out of a spreadsheet's range."""
    if dates is None:
        return None
    instants, texts = dates
    if texts.null_count == len(texts):
        return instants
    read = [None if text is None else parse_instant(text) for text in texts.to_pylist()]
    return pc.coalesce(instants, array_of(read, pa.int64()))


def _joined_errors(entries: pa.Table, places: np.ndarray) -> dict[Name, _Cells]:
    """For each part of the validation errors, its texts of one object as aligned segments; null where it has none at all."""
    if not entries.num_rows:
        return {}
    joined = (
        frame_of(entries.select(list(_PARTS)))
        .with_columns(pl.Series("place", places))
        .group_by("place", maintain_order=True)
        .agg(pl.when(pl.col(part).is_not_null().any()).then(pl.col(part).fill_null("").str.join(MULTIPLE)) for part in _PARTS)
    )
    table = joined.to_arrow()
    return {
        ("attribute", key): _Cells(to_numpy(table["place"]), _texts(table[part].combine_chunks()))
        for key, part in zip(ERROR_KEYS, _PARTS, strict=True)
    }


def _error_rows(taken: _Taken, places: np.ndarray) -> pa.Table:
    """The rows of the table of errors: each entry that has any of the parts; beside them `CHANNEL` and `OBJECT`. `places`: the
    entries' rows in the batch."""
    entries = taken.entries
    objects = taken.batch.select(["type", "id", "channelid"]).take(numbers_of(places))
    arrays = [_texts(objects["type"]), _texts(objects["id"]), numbers_of(taken.table_rows[places])]
    columns = [*arrays, *(entries[part] for part in _PARTS), _texts(objects["channelid"]), numbers_of(places)]
    table = pa.table(columns, names=["Type", "ID", "row", *ERROR_PARTS, CHANNEL, OBJECT])
    some = reduce(pc.or_, (entries[part].is_valid().combine_chunks() for part in _PARTS))
    return table.filter(some)
