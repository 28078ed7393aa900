"""Reads a finished workbook again and compares it with the tables that it was made of.

What a pass proves, for every sheet of data:
- the package is whole: its directory can be read and every part inflates to its length and its CRC-32;
- row for row and cell for cell, nothing is missing, added, moved or altered: the inflated XML is compared with the contents
  that the tables on disk ask for, byte by byte, in the places where the documented markup has them (`placement`);
- some rows of every batch, the first, the last, the longest and those with escapes among them, say to an XML parser and a
  decoder of their own (`decode`) exactly the values in the tables.
The making of contents (escapes, dates, cuts) is shared with the writer for most rows and judged apart for those some; the
making of rows, the compression and the package are not shared.
"""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import polars as pl

from contract.errors import VerificationFailed
from formats.excel.cells import CellColumn, cells_of
from formats.excel.decode import differing_cell
from formats.excel.inflate import Stream, inflated
from formats.excel.placement import Expected, expect, first_wrong_row
from formats.excel.sheets import DataSheet, Sheet, laid_out
from formats.excel.skeleton import part_styles
from formats.excel.threads import in_order, thread_count
from formats.excel.workbook import workbook_sheets
from formats.excel.writer import cell_columns, numbered_batches
from formats.tables import Content


def verify_workbook(content: Content, path: Path) -> None:
    """Raises VerificationFailed, naming the sheet and the row, when the workbook at `path` does not hold what `content` has."""
    verify(workbook_sheets(content), path)


def verify(sheets: Sequence[Sheet], path: Path) -> None:
    """The same for any sheets that `formats.excel.write` was given."""
    try:
        with zipfile.ZipFile(path) as package, ThreadPoolExecutor(thread_count(), "verify") as pool:
            _verify_package(laid_out(sheets), path, package, pool)
    except (zipfile.BadZipFile, zlib.error, EOFError, ElementTree.ParseError) as error:
        raise VerificationFailed(detail=f"the package is broken: {error}") from error


def _verify_package(sheets: Sequence[Sheet], path: Path, package: zipfile.ZipFile, pool: ThreadPoolExecutor) -> None:
    parts = {part.filename: part for part in package.infolist()}
    for number, sheet in enumerate(sheets, 1):
        if isinstance(sheet, DataSheet):
            part = parts.pop(f"xl/worksheets/sheet{number}.xml", None)
            if part is None:
                raise VerificationFailed(detail=f"sheet {sheet.title!r} is missing")
            _verify_sheet(sheet, Stream(inflated(path, part, pool)), pool)
    for name in parts:
        package.read(name)
    if "xl/workbook.xml" not in parts:
        raise VerificationFailed(detail="the part xl/workbook.xml is missing")
    root = ElementTree.fromstring(package.read("xl/workbook.xml"))  # noqa: S314 - a part that this program wrote
    names = [node.get("name") for node in root.iter() if node.tag.endswith("}sheet")]
    if names != [sheet.title for sheet in sheets]:
        raise VerificationFailed(detail=f"its sheets are {names}")


def _verify_sheet(sheet: DataSheet, stream: Stream, pool: ThreadPoolExecutor) -> None:
    if not sheet.columns:
        stream.rest()
        return
    head = stream.take_through(b"<sheetData>") + b"".join(stream.take_through(b"</row>") for _ in range(sheet.header_rows))
    columns = cell_columns(sheet, part_styles(head, len(sheet.columns)))

    usual = _Usual()

    def prepare(batch: pl.DataFrame, first_row: int) -> tuple[pl.DataFrame, Expected]:
        return batch, expect(cells_of(batch, columns, first_row, plain=usual.plain), first_row)

    def with_data() -> Iterator[tuple[bytes, pl.DataFrame, Expected, list[CellColumn]]]:
        for batch, expected in in_order(pool, prepare, numbered_batches(sheet)):
            if usual.plain and not stream.next_is(expected.total):
                # Escapes make rows longer: look for them, here and from now on.
                usual.plain = False
            if expected.cells.plain and not usual.plain:
                expected = expect(cells_of(batch, columns, expected.first_row), expected.first_row)
            yield stream.take(expected.total), batch, expected, columns

    for problem in in_order(pool, _problem, with_data()):
        if problem is not None:
            raise VerificationFailed(detail=f"sheet {sheet.title!r}, {problem}")
    if not stream.rest().startswith(b"</sheetData>"):
        raise VerificationFailed(detail=f"sheet {sheet.title!r} has more than {sheet.rows.count:,} rows")


class _Usual:
    """Whether texts have stood in the file as they are so far."""

    plain = True


def _problem(data: bytes, batch: pl.DataFrame, expected: Expected, columns: list[CellColumn]) -> str | None:
    """What is wrong with the rows of a batch; None when all is well."""
    wrong = first_wrong_row(data.ljust(expected.total, b"\0"), expected)
    if wrong is not None and expected.cells.plain:
        return _problem(data, batch, expect(cells_of(batch, columns, expected.first_row), expected.first_row), columns)
    if wrong is not None:
        return f"row {wrong}"
    ends = np.cumsum(expected.lengths)
    last = len(ends) - 1
    ordinary = {0, last // 2, last, int(np.argmax(expected.lengths)), int(np.argmin(expected.lengths))}
    for row in sorted(ordinary | expected.cells.odd):
        xml = data[ends[row] - expected.lengths[row] : ends[row]]
        number = expected.first_row + row
        column = differing_cell(xml, number, columns, batch.row(row, named=True))
        if column is not None:
            return f"row {number}, column {column!r}"
    return None
