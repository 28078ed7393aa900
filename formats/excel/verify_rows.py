"""The rows of a finished sheet beside the same rows made anew from the tables: slow, and it names the first row that is wrong.

The rows are compared byte by byte, however the package was compressed.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import polars as pl

from formats.excel.cells import CellColumn
from formats.excel.decode import wrong_cell
from formats.excel.inflate import Stream
from formats.excel.sheet_xml import RowsXml, rows_xml
from formats.excel.sheets import DataSheet
from formats.excel.skeleton import part_styles
from formats.excel.writer import cell_columns, numbered_batches
from formats.threads import in_order


def first_wrong_row(sheet: DataSheet, stream: Stream, pool: ThreadPoolExecutor) -> str | None:
    """What is wrong with the sheet whose part `stream` gives, by its first row that is; None when nothing is."""
    if not sheet.columns:
        stream.rest()
        return None
    head = stream.take_through(b"<sheetData>") + b"".join(stream.take_through(b"</row>") for _ in range(sheet.header_rows))
    columns = cell_columns(sheet, part_styles(head, len(sheet.columns)))

    def make(rows: pl.DataFrame, first_row: int) -> _Batch:
        return _Batch(rows, first_row, columns, rows_xml(rows, columns, first_row))

    def with_data() -> Iterator[tuple[bytes, _Batch]]:
        for made in in_order(pool, make, numbered_batches(sheet)):
            yield stream.take(made.xml.size), made

    for problem in in_order(pool, _problem, with_data()):
        if problem is not None:
            return problem
    return None if stream.rest().startswith(b"</sheetData>") else f"it has more than {sheet.rows.count:,} rows"


@dataclass(frozen=True)
class _Batch:
    """Rows of the tables, and the XML that they must have."""

    rows: pl.DataFrame
    first_row: int
    columns: Sequence[CellColumn]
    xml: RowsXml


def _problem(data: bytes, batch: _Batch) -> str | None:
    """What is wrong with the rows of a batch; None when all is well."""
    place = _first_difference(data, batch.xml.buffers)
    if place is not None:
        return f"row {batch.first_row + int((batch.xml.lengths.cum_sum() <= place).sum())}"
    for row, begin, end in batch.xml.samples:
        problem = wrong_cell(data[begin:end], batch.first_row + row, batch.rows.row(row, named=True), batch.columns)
        if problem is not None:
            return problem
    return None


def _first_difference(found: bytes, wanted: Sequence[Any]) -> int | None:
    """Where bytes begin to differ from those of the buffers; None when they are the same."""
    begin = 0
    for part in map(bytes, wanted):
        here = found[begin : begin + len(part)]
        if here != part:
            return begin + bisect_left(range(len(here)), True, key=lambda place: here[: place + 1] != part[: place + 1])
        begin += len(part)
    return None if begin == len(found) else begin
