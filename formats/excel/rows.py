"""Where the rows of a sheet come from: batches that can be read again and again, from any row on, few held at a time."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from formats.fields import OWN

_CELLS_A_BATCH = 1 << 18
_MOST_ROWS = 16_384
_BATCHES_A_SLICE, _MOST_ROWS_A_SLICE = 4, 32_768  # each slice of a lazy frame costs its planning and the opening of its file


def rows_a_batch(columns: int) -> int:
    """So many rows that the text of a batch stays at some ten megabytes; of as many columns as a sheet may have, 16."""
    return min(_MOST_ROWS, _CELLS_A_BATCH // max(columns, 1))


@dataclass(frozen=True)
class Rows:
    """`read(start, stop, most)` gives the rows from `start` to before `stop` in order, at most `most` of them a frame;
    `quick_pick` those at some rising places, where that takes less than reading them all."""

    count: int
    read: Callable[[int, int, int], Iterator[pl.DataFrame]]
    quick_pick: Callable[[Sequence[int]], pl.DataFrame] | None = None

    def batches(self, most: int) -> Iterator[pl.DataFrame]:
        """All rows, in frames of at most `most`."""
        return self.read(0, self.count, most)

    def pick(self, places: Sequence[int]) -> pl.DataFrame:
        """The rows at `places`, which rise; there is at least one."""
        if self.quick_pick is not None:
            return self.quick_pick(places)
        picked, begin = [], 0
        for batch in self.batches(_MOST_ROWS):
            end = begin + batch.height
            picked.append(batch[[place - begin for place in places[bisect_left(places, begin) : bisect_left(places, end)]]])
            begin = end
        return pl.concat(picked)

    def part(self, start: int, count: int) -> "Rows":
        """`count` of the rows from `start` on, as rows of their own."""
        return Rows(
            count,
            lambda first, stop, most: self.read(start + first, start + stop, most),
            lambda places: self.pick([start + place for place in places]),
        )


def frame_rows(frame: pl.DataFrame, fields: Sequence[pl.Expr]) -> Rows:
    """The rows of a frame in memory; `fields` make the batches' fields of it."""

    def read(start: int, stop: int, most: int) -> Iterator[pl.DataFrame]:
        for offset in range(start, stop, most):
            yield frame.slice(offset, min(most, stop - offset)).select(fields)

    return Rows(frame.height, read, lambda places: frame[list(places)].select(fields))


def lazy_rows(frame: pl.LazyFrame, fields: Sequence[pl.Expr]) -> Rows:
    """The same for a lazy frame, which is collected in slices. A scan of a file gives each slice quickly; what has to be
    computed over all rows is computed again for each, and has to come in the same order each time."""

    def read(start: int, stop: int, most: int) -> Iterator[pl.DataFrame]:
        step = min(_MOST_ROWS_A_SLICE, _BATCHES_A_SLICE * most)
        for offset in range(start, stop, step):
            part = frame.slice(offset, min(step, stop - offset)).select(fields).collect()
            yield from _sliced(part, 0, part.height, most)

    def pick(places: Sequence[int]) -> pl.DataFrame:
        number = OWN + "".join(frame.collect_schema().names())  # the name of no column
        chosen = frame.with_row_index(number).filter(pl.col(number).is_in(places)).sort(number).drop(number)
        return chosen.select(fields).collect(engine="streaming")

    return Rows(int(frame.select(pl.len()).collect().item()), read, pick)


def ipc_rows(path: Path, fields: Sequence[str] | None = None) -> Rows:
    """The rows of an Arrow IPC file, of which one record batch is held at a time; `fields` are the ones to keep."""
    import pyarrow as pa
    import pyarrow.ipc

    from formats.ipc import array_of, frame_of, map_batches

    with pa.OSFile(str(path)) as file:
        # The lengths alone need no more than one column of each batch.
        reader = pa.ipc.open_file(file, options=pa.ipc.IpcReadOptions(included_fields=[0]))
        lengths = [reader.get_batch(number).num_rows for number in range(reader.num_record_batches)]
        places = {name: place for place, name in enumerate(pa.ipc.open_file(file).schema.names)}
    chosen = sorted(places[name] for name in fields if name in places) if fields is not None else None

    def read(start: int, stop: int, most: int) -> Iterator[pl.DataFrame]:
        options = pa.ipc.IpcReadOptions(use_threads=False, included_fields=chosen)
        with pa.OSFile(str(path)) as file:
            reader = pa.ipc.open_file(file, options=options)
            end = 0
            for number, length in enumerate(lengths):
                begin, end = end, end + length
                if end > start and begin < stop:
                    frame = pl.DataFrame(pl.from_arrow(reader.get_batch(number)))
                    yield from _sliced(frame, max(start - begin, 0), min(stop - begin, length), most)

    def pick(places: Sequence[int]) -> pl.DataFrame:
        """Mapped, and whole: only the pages of these rows are read, where fields that are chosen would be copied."""
        picked, begin = [], 0
        for batch in map_batches(path):
            end = begin + batch.num_rows
            here = places[bisect_left(places, begin) : bisect_left(places, end)]
            if here:
                some = batch if chosen is None else batch.select(chosen)
                picked.append(some.take(array_of([place - begin for place in here], pa.int64())))
            begin = end
        return frame_of(pa.Table.from_batches(picked))

    return Rows(sum(lengths), read, pick)


def _sliced(frame: pl.DataFrame, start: int, stop: int, most: int) -> Iterator[pl.DataFrame]:
    """The rows in pieces of the same size, but for one: each costs the planning of its expressions, however few rows it has."""
    pieces = -(-(stop - start) // most)
    for piece in range(pieces):
        begin, end = (start + (stop - start) * edge // pieces for edge in (piece, piece + 1))
        yield frame.slice(begin, end - begin)
