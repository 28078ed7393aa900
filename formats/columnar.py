"""Parquet: typed columns for other programs. Instants are UTC timestamps of milliseconds; texts that are none stand in a second
column, `NAME#text`, which is there where the table has any. Several tables: a zip with a file a table.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import polars as pl
import pyarrow as pa
from pyarrow import parquet

from contract.errors import VerificationFailed
from contract.kinds import Kind
from formats.archive import unpacked, write_archive
from formats.comparison import compare, read
from formats.fields import EXACT_TEXT
from formats.ipc import frame_of, read_batches
from formats.tables import Content, DataTable
from formats.written import Written

_INSTANT = pa.timestamp("ms", tz="UTC")
_ROWS_A_GROUP = 65_536
_ROWS_AT_ONCE = 16_384


def write(content: Content, path: Path) -> Written:
    """The tables as Parquet at `path`, or a zip of several beside it."""
    rows = sum(table.rows for table in content.tables)
    if len(content.listed) != 1:
        return Written(write_archive(content.listed, path, "parquet", _write_table), rows)
    with path.open("wb") as file:
        _write_table(content.tables[0], file)
    return Written(path, rows)


def verify(content: Content, path: Path) -> None:
    """Read the file again and compare every cell with the tables; raises VerificationFailed."""
    try:
        if path.suffix != ".zip":
            _verify_table(content.tables[0], path)
            return
        with unpacked(path, content.listed, "parquet") as files:
            for table, file in zip(content.listed, files, strict=True):
                _verify_table(table, file)
    except pa.ArrowException as error:
        raise VerificationFailed(detail=str(error)) from error


def _write_table(table: DataTable, file: IO[bytes]) -> None:
    schema = _schema(table)
    held: list[pa.RecordBatch] = []
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in read_batches(table.path):
            held.append(batch.select(schema.names).cast(schema))
            if sum(map(len, held)) >= _ROWS_A_GROUP:
                writer.write_table(pa.Table.from_batches(held), row_group_size=_ROWS_A_GROUP)
                held = []
        writer.write_table(pa.Table.from_batches(held, schema), row_group_size=_ROWS_A_GROUP)


def _schema(table: DataTable) -> pa.Schema:
    """The fields of the file; each says its label and its group, for people."""
    with pa.OSFile(str(table.path), "rb") as source, pa.ipc.open_file(source) as reader:
        stored = reader.schema
    exact = _with_exact_texts(table)
    fields = []
    for column in table.columns:
        about = {"label": column.label, "group": column.group}
        kind = _INSTANT if column.kind is Kind.INSTANT else stored.field(column.name).type
        fields.append(pa.field(column.name, kind, metadata=about))
        if column.name in exact:
            fields.append(pa.field(column.name + EXACT_TEXT, pa.string(), metadata=about))
    return pa.schema(fields)


def _with_exact_texts(table: DataTable) -> set[str]:
    instants = [column.name for column in table.columns if column.kind is Kind.INSTANT]
    return {
        name for batch in read_batches(table.path) for name in instants if batch[name + EXACT_TEXT].null_count < batch.num_rows
    }


def _verify_table(table: DataTable, path: Path) -> None:
    exact = _with_exact_texts(table)
    equal: dict[str, pl.Expr] = {}
    for column in table.columns:
        found = read(column.name)
        equal[column.name] = pl.col(column.name).eq_missing(found.dt.epoch("ms") if column.kind is Kind.INSTANT else found)
        if column.name in exact:
            text = column.name + EXACT_TEXT
            equal[text] = pl.col(text).eq_missing(read(text))
    with parquet.ParquetFile(path) as file:
        if file.schema_arrow.names != list(equal):
            raise VerificationFailed(detail=f"the columns of {path.name} are not those of the table")
        compare(table, _frames(file), equal)


def _frames(file: parquet.ParquetFile) -> Iterator[pl.DataFrame]:
    batches = file.iter_batches(_ROWS_AT_ONCE)
    while (batch := _next(batches)) is not None:
        yield frame_of(batch)


def _next(batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
    try:
        return next(batches, None)
    except OSError as error:  # what pyarrow raises for damaged pages
        raise VerificationFailed(detail=str(error)) from error
