"""Rows of statements written to files of the spool, batch by batch."""

import errno
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select

from contract.errors import DiskFull
from database.arrow import Stream

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[int], None]
Reading = tuple[Stream, Select[Any]]
"""A statement and where it is run."""

_REPORTED_SECONDS = 0.2


def write_rows(path: Path, readings: Sequence[Reading], schema: "pa.Schema", on_progress: Progress = lambda _rows: None) -> int:
    """Write the rows of the statements, one statement's after the other's, as an Arrow IPC file; their number.

    The statements, whose rows all have the fields of `schema`, run at the same time, each in a thread of its own. `on_progress`
    gets the number of rows so far and may raise to end them all. Raises DiskFull.
    """
    import pyarrow as pa

    (stream, wanted), *others = readings
    parts = [_Part(path.with_name(f"{path.name}.{number}"), *reading, schema) for number, reading in enumerate(others, 1)]
    rows, stop = 0, Event()
    with _space_for_spool(), ThreadPoolExecutor(max(len(parts), 1), "extract") as pool:
        try:
            beside = [pool.submit(part.write, stop) for part in parts]
            with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as file:
                for batch in stream(wanted):
                    file.write_batch(batch)
                    rows += batch.num_rows
                    on_progress(rows + sum(part.rows for part in parts))
                while wait(beside, _REPORTED_SECONDS).not_done:
                    on_progress(rows + sum(part.rows for part in parts))
                for part, written in zip(parts, beside, strict=True):
                    written.result()
                    part.append_to(file)
                    on_progress(rows + sum(part.rows for part in parts))
        finally:
            stop.set()
    return rows + sum(part.rows for part in parts)


class _Part:
    """The rows of one statement in a file of their own, until they are appended to those before them."""

    def __init__(self, path: Path, stream: Stream, wanted: Select[Any], schema: "pa.Schema") -> None:
        self._path, self._stream, self._wanted, self._schema = path, stream, wanted, schema
        self.rows = 0

    def write(self, stop: Event) -> None:
        import pyarrow as pa

        with pa.OSFile(str(self._path), "wb") as sink, pa.ipc.new_file(sink, self._schema) as file:
            for batch in self._stream(self._wanted):
                if stop.is_set():
                    return
                file.write_batch(batch)
                self.rows += batch.num_rows

    def append_to(self, file: "pa.ipc.RecordBatchFileWriter") -> None:
        import pyarrow as pa

        with pa.OSFile(str(self._path), "rb") as source, pa.ipc.open_file(source) as reader:
            for number in range(reader.num_record_batches):
                file.write_batch(reader.get_batch(number))
        self._path.unlink()


def write_lines(path: Path, batches: "Iterable[pa.RecordBatch]", on_progress: Progress) -> int:
    """Write the texts of the one column in `batches`, a line each; their number. Raises DiskFull."""
    rows = 0
    with _space_for_spool(), path.open("w", encoding="utf-8", newline="\n") as file:
        for batch in batches:
            file.writelines(f"{text}\n" for text in batch.column(0).to_pylist())
            rows += batch.num_rows
            on_progress(rows)
    return rows


@contextmanager
def _space_for_spool() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(what="the objects of the export") from error
        raise
