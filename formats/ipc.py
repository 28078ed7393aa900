"""Arrow IPC files, the way tables lie on disk: read batch by batch, so that memory stays flat whatever their length."""

from collections.abc import Collection, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

_POLARS_TYPES = {pa.string(): pl.String, pa.int64(): pl.Int64, pa.int32(): pl.Int32}


def read_batches(
    path: Path, *, rows_at_once: int | None = None, fields: Collection[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """The record batches of a file in order, cut where one has more than `rows_at_once` rows; of `fields` alone, where given.

    A plain file and no memory map: mapped pages count as memory of the process.
    """
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source, options=_reading(source, fields)) as reader:
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            step = rows_at_once or max(batch.num_rows, 1)
            for start in range(0, batch.num_rows, step):
                yield batch.slice(start, step)


def map_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The record batches of a file for one who looks at few of their fields: what nobody looks at is not read.

    Each is mapped by itself, so that its pages are given back with it.
    """
    for number in count():
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
            if number == reader.num_record_batches:
                return
            batch = reader.get_batch(number)
        yield batch


def _reading(source: pa.NativeFile, fields: Collection[str] | None) -> pa.ipc.IpcReadOptions:
    if fields is None:
        return pa.ipc.IpcReadOptions()
    with pa.ipc.open_file(source) as reader:
        return pa.ipc.IpcReadOptions(included_fields=[reader.schema.get_field_index(name) for name in fields])


def frame_of(rows: pa.RecordBatch | pa.Table) -> pl.DataFrame:
    """The rows as a frame, uncopied."""
    frame = pl.from_arrow(rows if isinstance(rows, pa.Table) else pa.Table.from_batches([rows]))
    assert isinstance(frame, pl.DataFrame), "rows have fields"
    return frame


def count_rows(path: Path) -> int:
    """The rows of a file."""
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as reader:
        return int(reader.count_rows())


def to_numpy(numbers: pa.Array | pa.ChunkedArray) -> npt.NDArray[Any]:
    """The numbers of an array without nulls. As its own `to_numpy`, but without pandas: see `array_of`."""
    return pl.Series(numbers).to_numpy()


def array_of(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    """Python's texts or integers as an array; None is null. As `pa.array`, which first imports pandas, for a third of a second,
    if only to ask whether the values are some of its own."""
    return pl.Series(values, dtype=_POLARS_TYPES[kind]).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(kind)


def numbers_of(values: npt.NDArray[np.int64], there: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Integers as an array, uncopied; null where they are not `there`. It needs no pandas either."""
    missing = None if there is None else pa.py_buffer(np.packbits(there, bitorder="little"))
    numbers = np.ascontiguousarray(values, np.int64)
    return pa.Array.from_buffers(pa.int64(), len(numbers), [missing, pa.py_buffer(numbers)])
