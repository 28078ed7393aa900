"""Comparing a table with what was read from a finished file, batch by batch: stronger than a checksum, and as cheap."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from contract.errors import VerificationFailed
from formats.fields import OWN
from formats.ipc import frame_of, read_batches
from formats.tables import DataTable

_READ = OWN + "read "
"""Begins the names of columns that were read: no name of an object has this character."""


def read(name: str) -> pl.Expr:
    """The column that was read under `name`; `pl.col(name)` is the table's own."""
    return pl.col(_READ + name)


def compare(table: DataTable, frames: Iterable[pl.DataFrame], equal: Mapping[str, pl.Expr]) -> None:
    """Compare the rows of `table` with those in `frames`, in order.

    `equal` says for each column, by name, whether a row's cell is right (never null), from the columns of the table and those
    that were `read`. Raises VerificationFailed, which names the first column that differs and where.
    """
    own = _Rows(table.path)
    done = 0
    for frame in frames:
        mine = own.take(frame.height)
        if mine.height < frame.height:
            raise VerificationFailed(detail=f"{table.title} has {table.rows} rows, the file has more")
        both = mine.hstack([column.alias(_READ + column.name) for column in frame])
        right = both.select(expression.all().alias(name) for name, expression in equal.items()).row(0, named=True)
        wrong = [name for name, is_right in right.items() if not is_right]
        if wrong:
            raise VerificationFailed(detail=f"{table.title}: {wrong[0]} differs in rows {done + 1} to {done + frame.height}")
        done += frame.height
    if done != table.rows:
        raise VerificationFailed(detail=f"{table.title} has {table.rows} rows, the file {done}")


class _Rows:
    """The rows of an Arrow IPC file in pieces of any size."""

    def __init__(self, path: Path) -> None:
        self._batches = read_batches(path)
        self._held: list[pa.RecordBatch] = []

    def take(self, count: int) -> pl.DataFrame:
        """The next `count` rows, fewer at the end."""
        pieces: list[pa.RecordBatch] = []
        while count > 0:
            batch = self._held.pop() if self._held else next(self._batches, None)
            if batch is None:
                break
            pieces.append(batch.slice(0, count))
            if batch.num_rows > count:
                self._held.append(batch.slice(count))
            count -= pieces[-1].num_rows
        return frame_of(pa.Table.from_batches(pieces)) if pieces else pl.DataFrame()
