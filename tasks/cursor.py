"""Reading a file that belongs to the rows of another one, side by side with it."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from formats.ipc import read_batches, to_numpy


class RowCursor:
    """Goes once through an Arrow IPC file whose field `row` never falls; without a file there are no rows."""

    def __init__(self, path: Path | None, schema: pa.Schema) -> None:
        self._batches = iter(()) if path is None else read_batches(path)
        self._next: pa.RecordBatch | None = next(self._batches, None)
        self._schema = schema

    def before(self, row: int) -> pa.Table:
        """What belongs to the rows before `row` and was not given yet."""
        pieces: list[pa.RecordBatch] = []
        while self._next is not None:
            count = int(np.searchsorted(to_numpy(self._next["row"]), row))
            pieces.append(self._next.slice(0, count))
            if count < len(self._next):
                self._next = self._next.slice(count)
                break
            self._next = next(self._batches, None)
        return pa.Table.from_batches(pieces, schema=self._schema)
