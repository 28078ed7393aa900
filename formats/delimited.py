"""Delimited text by RFC 4180: commas, CRLF, quotes where needed, UTF-8; an absent value is nothing, an empty text is `""`.

The header row holds the columns' names, so that a file can be loaded again. Several tables: a zip with a file a table.
"""

from collections.abc import Iterator
from functools import partial
from io import SEEK_CUR, BytesIO, FileIO
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa
from pyarrow import csv

from contract.errors import VerificationFailed
from contract.kinds import Kind
from formats.archive import unpacked, write_archive
from formats.comparison import compare, read
from formats.fields import EXACT_TEXT
from formats.formulas import neutralised, restored
from formats.ipc import frame_of, read_batches
from formats.tables import Content, DataTable, TableColumn
from formats.written import Written
from formats.zones import offsets_at

BOM = b"\xef\xbb\xbf"
_LINE_END = "\r\n"
_CLOCK = "%Y-%m-%dT%H:%M:%S%.3f"
_LAYOUT = _CLOCK + "%:z"
_BLOCK_SIZES = (1 << 22, 1 << 27, (1 << 31) - 1)
"""Bytes read at once when verifying: a row must fit into one block, so a larger one is tried where it does not."""


def write(content: Content, path: Path) -> Written:
    """The tables as delimited text at `path`, or a zip of several beside it. Dates are ISO 8601 in the receipt's zone."""

    def write_one(table: DataTable, file: IO[bytes]) -> None:
        _write_table(table, file, zone=content.receipt.zone, bom=content.bom)

    rows = sum(table.rows for table in content.tables)
    if len(content.listed) != 1:
        return Written(write_archive(content.listed, path, "csv", write_one), rows)
    with path.open("wb") as file:
        write_one(content.tables[0], file)
    return Written(path, rows)


def verify(content: Content, path: Path) -> None:
    """Read the file again and compare every cell with the tables; raises VerificationFailed."""
    try:
        if path.suffix != ".zip":
            _verify_table(content.tables[0], path, bom=content.bom)
            return
        with unpacked(path, content.listed, "csv") as files:
            for table, file in zip(content.listed, files, strict=True):
                _verify_table(table, file, bom=content.bom)
    except (pa.ArrowException, pl.exceptions.PolarsError) as error:
        raise VerificationFailed(detail=str(error)) from error


def _write_table(table: DataTable, file: IO[bytes], *, zone: ZoneInfo, bom: bool) -> None:
    if bom:
        file.write(BOM)
    file.write(_csv(pl.DataFrame([_header(table)], orient="row")))
    cells = [_text(column, zone) for column in table.columns]
    for batch in read_batches(table.path):
        file.write(_csv(frame_of(batch).select(cells)))


def _csv(frame: pl.DataFrame) -> bytes:
    into = BytesIO()
    frame.write_csv(into, include_header=False, line_terminator=_LINE_END)
    return into.getvalue()


def _header(table: DataTable) -> list[str]:
    names = pl.DataFrame({"name": [column.name for column in table.columns]}, schema={"name": pl.String})
    return names.select(neutralised(pl.col("name")))["name"].to_list()


def _text(column: TableColumn, zone: ZoneInfo) -> pl.Expr:
    cell = pl.col(column.name)
    if column.kind is Kind.TEXT:
        return neutralised(cell)
    if column.kind is Kind.INSTANT:
        return pl.coalesce(neutralised(pl.col(column.name + EXACT_TEXT)), iso(cell, zone)).alias(column.name)
    return cell


def iso(ms: pl.Expr, zone: ZoneInfo) -> pl.Expr:
    """Instants as ISO 8601 with the offset of `zone`; in UTC where ISO 8601 cannot say it: an offset that, long ago, was no
    whole number of minutes, and the year 10000."""
    in_utc = ms.cast(pl.Datetime("ms")).dt.strftime(_CLOCK + "+00:00")
    if zone.key == "UTC":
        return in_utc
    offset = ms.map_batches(partial(offsets_at, zone=zone), return_dtype=pl.Int64)
    said = offset.map_batches(_offset_texts, return_dtype=pl.String)
    local = (ms + offset).cast(pl.Datetime("ms"))
    in_zone = local.dt.strftime(_CLOCK) + said
    return pl.when(said.is_not_null() & (local.dt.year() < 10_000)).then(in_zone).otherwise(in_utc)


def _offset_texts(offsets: pl.Series) -> pl.Series:
    """Offsets as `+05:30`; null for one that is no whole number of minutes."""
    known = offsets.unique().to_list()
    return offsets.replace_strict(known, [_offset_text(offset) for offset in known], return_dtype=pl.String)


def _offset_text(offset: int) -> str | None:
    minutes, rest = divmod(abs(offset), 60_000)
    return None if rest else f"{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _verify_table(table: DataTable, path: Path, *, bom: bool) -> None:
    with path.open("rb") as file:
        if (file.read(len(BOM)) == BOM) != bom:
            raise VerificationFailed(detail=f"the byte order mark of {path.name} is not as it should be")
    equal = {column.name: _equal(column) for column in table.columns}
    for size in _BLOCK_SIZES:
        try:
            compare(table, _read(table, path, size), equal)
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error) or size == _BLOCK_SIZES[-1]:
                raise
        else:
            return


def _equal(column: TableColumn) -> pl.Expr:
    """Whether a text that was read says what the table holds."""
    own, text = pl.col(column.name), read(column.name)
    match column.kind:
        case Kind.TEXT:
            return own.eq_missing(restored(text))
        case Kind.INSTANT:
            exact = pl.col(column.name + EXACT_TEXT)
            instant = text.str.to_datetime(_LAYOUT, time_unit="ms", strict=False).dt.epoch("ms")
            same_instant = own.eq_missing(instant) & text.is_null().eq_missing(own.is_null())
            return pl.when(exact.is_null()).then(same_instant).otherwise(exact.eq_missing(restored(text)))
        case Kind.BOOLEAN:
            return own.cast(pl.String).eq_missing(text)
        case Kind.INTEGER:
            return own.eq_missing(text.cast(pl.Int64))
        case Kind.NUMBER:
            return own.eq_missing(text.cast(pl.Float64))


class _WholeLineEnds(FileIO):
    """A file whose pieces never end between the two characters of a line end.

    Arrow drops a line feed at the beginning of a piece where the piece before ended with a carriage return: both may be within
    quotes, and the text has lost a character then.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size) or b""
        if len(piece) > 1 and piece.endswith(b"\r"):
            self.seek(-1, SEEK_CUR)
            return piece[:-1]
        return piece


def _read(table: DataTable, path: Path, block_size: int) -> Iterator[pl.DataFrame]:
    """The rows of a file as texts, batch by batch."""
    names = _header(table)
    with _WholeLineEnds(path) as file, _opened(file, names, block_size) as reader:
        if reader.schema.names != names:
            raise VerificationFailed(detail=f"the header of {path.name} is not that of the table")
        for batch in reader:
            yield frame_of(batch.rename_columns([column.name for column in table.columns]))


def _opened(file: FileIO, names: list[str], block_size: int) -> csv.CSVStreamingReader:
    return csv.open_csv(
        file,
        read_options=csv.ReadOptions(block_size=block_size, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
