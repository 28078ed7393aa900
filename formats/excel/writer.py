"""Tables to an Excel workbook, streamed: few batches are held, however many rows there are."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from contract.warnings import JobWarning
from formats.excel.cells import CellColumn
from formats.excel.columns import columns_of
from formats.excel.deflate import Piece, deflate
from formats.excel.hyperlinks import hyperlinks, split_for_links
from formats.excel.limits import MAX_CHARACTERS, units
from formats.excel.losses import cut_cells, missing_columns
from formats.excel.package import Package
from formats.excel.rows import frame_rows, lazy_rows, rows_a_batch
from formats.excel.sheet_xml import rows_xml
from formats.excel.sheets import DataSheet, Sheet, laid_out, left_out
from formats.excel.skeleton import build_skeleton, split_part
from formats.excel.texts import Cut
from formats.threads import in_order, thread_count
from formats.written import MadeRows, MadeSheet, Written

_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)


def write(
    sheets: Mapping[str, pl.DataFrame | pl.LazyFrame] | Sequence[Sheet],
    path: Path,
    *,
    zone: ZoneInfo | None = None,
    properties: Mapping[str, Any] | None = None,
    created: datetime | None = None,
    threads: int | None = None,
) -> Written:
    """Writes a workbook to `path`: of frames by sheet name, or of sheets as they are described.

    A lazy frame is read in slices: that of a scanned file is never in memory as a whole. Instants of frames with a time zone
    are shown in `zone`. Equal content gives equal bytes: `created` is the only time in the file. The result counts the rows of
    data and names what could not be kept whole; docs/workbook.md says what becomes of each kind of value. Nothing is left at
    `path` when an error is raised.
    """
    asked = sheets_of(sheets, zone) if isinstance(sheets, Mapping) else sheets
    fitted = laid_out(asked)
    skeleton = build_skeleton(fitted, properties or {}, created or _EPOCH)
    data = {part: sheet for part, sheet in zip(skeleton.sheets, fitted, strict=True) if isinstance(sheet, DataSheet)}
    warnings: list[JobWarning] = []
    made: list[MadeSheet] = []
    with Package(path) as package, ThreadPoolExecutor(threads or thread_count(), "excel") as pool:
        for name, content in skeleton.parts.items():
            if name in data:
                cuts, rows = _cut_labels(data[name]), list[MadeRows]()
                crc, pieces = package.stream(name, _sheet_pieces(content, data[name], pool, cuts, rows))
                made.append(MadeSheet(crc, tuple(pieces), tuple(rows)))
                warnings += cut_cells(data[name].title, cuts)
            else:
                package.add(name, content)
    warnings += [
        warning
        for sheet in asked
        if isinstance(sheet, DataSheet)
        for warning in missing_columns(sheet.title, [c.label for c in left_out(sheet)])
    ]
    return Written(path, sum(sheet.rows.count for sheet in data.values()), tuple(warnings), tuple(made))


def sheets_of(frames: Mapping[str, pl.DataFrame | pl.LazyFrame], zone: ZoneInfo | None = None) -> list[Sheet]:
    """A sheet a frame, its columns by the types of the frame's."""
    sheets: list[Sheet] = []
    for number, (title, frame) in enumerate(frames.items()):
        columns, fields = columns_of(frame.collect_schema(), zone)
        if not columns:
            frame = frame.head(0)  # rows of nothing
        rows = lazy_rows(frame, fields) if isinstance(frame, pl.LazyFrame) else frame_rows(frame, fields)
        sheets.append(DataSheet(title, columns, rows, active=number == 0))
    return sheets


def cell_columns(sheet: DataSheet, styles: Sequence[int]) -> list[CellColumn]:
    """The columns of a sheet as the writing of their cells needs them."""
    return [
        CellColumn(column.name, xl_col_to_name(number), column.kind, style, column.zone, column.layout)
        for number, (column, style) in enumerate(zip(sheet.columns, styles, strict=True))
    ]


def _cut_labels(sheet: DataSheet) -> list[Cut]:
    """The labels that are too long for a cell."""
    lengths = enumerate(units(column.label) for column in sheet.columns)
    return [Cut(f"{xl_col_to_name(n)}{sheet.header_rows}", length) for n, length in lengths if length > MAX_CHARACTERS]


def _sheet_pieces(
    content: bytes, sheet: DataSheet, pool: ThreadPoolExecutor, cuts: list[Cut], made: list[MadeRows]
) -> Iterator[Piece]:
    width = len(sheet.columns)
    bottom = sheet.header_rows + sheet.rows.count
    part = split_part(content, f"A1:{xl_col_to_name(max(width - 1, 0))}{bottom}", width)
    columns = cell_columns(sheet, part.styles)
    yield deflate([part.head])
    yield from _row_pieces(sheet, columns, pool, cuts, made)
    if sheet.links is None:
        yield deflate([part.tail])
        return
    letter = next(cell.letter for cell in columns if cell.name == sheet.links.column)
    before, after = split_for_links(part.tail)
    yield deflate([before])
    for element in hyperlinks(sheet.links, sheet.rows, letter, sheet.header_rows + 1):
        yield deflate([element])
    yield deflate([after])


def _row_pieces(
    sheet: DataSheet, columns: list[CellColumn], pool: ThreadPoolExecutor, cuts: list[Cut], made: list[MadeRows]
) -> Iterator[Piece]:
    def make(batch: pl.DataFrame, first_row: int) -> tuple[Piece, list[Cut], MadeRows]:
        xml = rows_xml(batch, columns, first_row)
        return deflate(xml.buffers), xml.cuts, MadeRows(batch.height, xml.size, tuple(xml.samples))

    for piece, found, rows in in_order(pool, make, numbered_batches(sheet)):
        cuts += found
        made.append(rows)
        yield piece


def numbered_batches(sheet: DataSheet) -> Iterator[tuple[pl.DataFrame, int]]:
    """The batches, each with the row of the sheet that it begins in (1-based)."""
    row = sheet.header_rows + 1
    for batch in sheet.rows.batches(rows_a_batch(len(sheet.columns))):
        yield batch, row
        row += batch.height
