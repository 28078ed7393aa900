"""Arrow IPC files, the way tables lie on disk: read batch by batch, so that memory stays flat whatever their length."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa


def read_batches(path: Path, *, rows_at_once: int | None = None) -> Iterator[pa.RecordBatch]:
    """The record batches of a file in order, cut where one has more than `rows_at_once` rows.

    A plain file and no memory map: mapped pages count as memory of the process.
    """
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as reader:
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            step = rows_at_once or max(batch.num_rows, 1)
            for start in range(0, batch.num_rows, step):
                yield batch.slice(start, step)


def count_rows(path: Path) -> int:
    """The rows of a file."""
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as reader:
        return int(reader.count_rows())
