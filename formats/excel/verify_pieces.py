"""The pieces of a finished sheet, each beside the batch of rows that it was made of: quick, as it makes no row anew.

The writer compresses each batch apart, so a piece is inflated, measured and looked at in any thread.
"""

import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from formats.excel.cells import CellColumn
from formats.excel.decode import wrong_cell
from formats.excel.deflate import END
from formats.excel.inflate import Extent, Total, inflate, pieces_of
from formats.excel.sheets import DataSheet
from formats.excel.sizes import RowsSize, rows_size
from formats.excel.skeleton import part_styles
from formats.excel.writer import cell_columns, numbered_batches
from formats.threads import in_order

_FIRST_LOOK = 256
"""So many rows tell which columns have texts that need care; most columns of most sheets have none."""


def sheet_is_right(sheet: DataSheet, path: Path, part: zipfile.ZipInfo, pool: ThreadPoolExecutor) -> bool:
    """Whether each batch of rows is as long as the table's cells make it, and some of its rows say what the table says.

    Raises zipfile.BadZipFile where the part is not what its checksum says.
    """
    pieces = pieces_of(path, part)
    total = Total()
    head = inflate(next(pieces, END))
    total.add(head.extent)
    columns = cell_columns(sheet, part_styles(head.content, len(sheet.columns)))
    usual = _Usual(_careful_in(sheet, columns))

    def measure(rows: pl.DataFrame, first_row: int) -> tuple[pl.DataFrame, int, RowsSize]:
        return rows, first_row, rows_size(rows, columns, first_row, usual.careful)

    def with_pieces() -> Iterator[tuple[bytes, Sequence[CellColumn], pl.DataFrame, int, RowsSize]]:
        for rows, first_row, size in in_order(pool, measure, numbered_batches(sheet)):
            yield next(pieces, END), columns, rows, first_row, size

    for found, size, right in in_order(pool, _look, with_pieces()):
        total.add(found)
        if not right:
            return False
        usual.careful |= size.careful
    for piece in pieces:
        total.add(inflate(piece).extent)
    total.check(part)
    return True


def _careful_in(sheet: DataSheet, columns: Sequence[CellColumn]) -> frozenset[str]:
    """The fields with texts that are cut or escaped in the first rows."""
    first = sheet.rows.part(0, min(_FIRST_LOOK, sheet.rows.count)).batches(_FIRST_LOOK)
    return frozenset().union(*(rows_size(rows, columns, sheet.header_rows + 1).careful for rows in first))


@dataclass
class _Usual:
    """The fields with texts that do not stand in the file as they are, so far."""

    careful: frozenset[str]


def _look(
    piece: bytes, columns: Sequence[CellColumn], rows: pl.DataFrame, first_row: int, size: RowsSize
) -> tuple[Extent, RowsSize, bool]:
    found = inflate(piece, size.total)
    if len(found.content) != size.total:
        # Escapes and cuts, which change the lengths of rows, were only looked for where they stood before.
        size = rows_size(rows, columns, first_row)
    if len(found.content) != size.total:
        return found.extent, size, False
    return found.extent, size, wrong_cell(found.content, size.odd, rows, columns, first_row) is None
