"""Tables on disk, read batch by batch."""

from pathlib import Path

import pyarrow as pa
import pytest

from formats.ipc import count_rows, map_batches, read_batches

SCHEMA = pa.schema([("n", pa.int64()), ("text", pa.string())])


@pytest.mark.parametrize("sizes", [(), (3,), (2, 0, 5)])
def test_batches_are_the_same_read_or_mapped_and_outlive_their_file(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    path = tmp_path / "table.arrow"
    written = [pa.record_batch([list(range(size)), [f"row {n}" for n in range(size)]], schema=SCHEMA) for size in sizes]
    with pa.ipc.new_file(str(path), SCHEMA) as file:
        for batch in written:
            file.write_batch(batch)
    assert count_rows(path) == sum(sizes)
    read, mapped = list(read_batches(path, rows_at_once=10)), list(map_batches(path))
    path.unlink()
    assert pa.Table.from_batches(mapped, SCHEMA) == pa.Table.from_batches(written, SCHEMA)
    assert pa.Table.from_batches(read, SCHEMA) == pa.Table.from_batches(written, SCHEMA)


def test_batches_are_cut_and_fields_chosen(tmp_path: Path) -> None:
    path = tmp_path / "table.arrow"
    with pa.ipc.new_file(str(path), SCHEMA) as file:
        file.write_batch(pa.record_batch([list(range(7)), ["x"] * 7], schema=SCHEMA))
    batches = list(read_batches(path, rows_at_once=3, fields=["n"]))
    assert [batch.to_pydict() for batch in batches] == [{"n": [0, 1, 2]}, {"n": [3, 4, 5]}, {"n": [6]}]
