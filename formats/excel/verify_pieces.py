"""The pieces of a finished sheet, each beside what the writer noted of the rows in it: quick, as it makes no row anew.

The writer compresses each batch of rows apart, so a piece is inflated, measured and looked at in any thread.
"""

import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from isal import isal_zlib

from formats.excel.decode import wrong_cell
from formats.excel.deflate import END
from formats.excel.inflate import Extent, Total, noted_blocks, packed_begin
from formats.excel.sheets import DataSheet
from formats.excel.skeleton import part_styles
from formats.excel.writer import cell_columns
from formats.threads import in_order
from formats.written import MadeRows, MadeSheet


def sheet_is_right(sheet: DataSheet, path: Path, part: zipfile.ZipInfo, made: MadeSheet, pool: ThreadPoolExecutor) -> bool:
    """Whether the part is what was `made`, in its pieces, has as many rows as the table, and some rows of each piece say what
    the table says.

    Raises zipfile.BadZipFile where the part is not what its checksum says, or has no such pieces.
    """
    if sum(made.pieces) + len(END) != part.compress_size or sum(rows.count for rows in made.rows) != sheet.rows.count:
        return False
    picking = pool.submit(_picked, sheet, made.rows)
    total, samples = Total(), list[bytearray]()
    with path.open("rb") as file:
        first, *others = zip(accumulate(made.pieces, initial=packed_begin(file, part)), made.pieces, strict=False)
        opening = b"".join(noted_blocks(file, *first))
        total.add(Extent(isal_zlib.crc32(opening), len(opening)))
        for look in in_order(pool, _look, ((file, *place, rows) for place, rows in zip_longest(others, made.rows))):
            total.add(look.extent)
            samples += look.samples
    total.check(part)
    columns = cell_columns(sheet, part_styles(opening, len(sheet.columns)))
    return all(wrong_cell(xml, *row, columns) is None for xml, row in zip(samples, picking.result(), strict=True))


@dataclass(frozen=True)
class _Look:
    """What is kept of a piece: its extent, and the XML of the rows that are samples of it."""

    extent: Extent
    samples: list[bytearray]


def _look(file: BinaryIO, begin: int, length: int, rows: MadeRows | None) -> _Look:
    """What stands in the piece in that place of the package. `rows` None: no rows do."""
    samples = [] if rows is None else rows.samples
    found = [bytearray() for _ in samples]
    crc = size = 0
    for block in noted_blocks(file, begin, length):
        crc = isal_zlib.crc32(block, crc)
        for sample, xml in zip(samples, found, strict=True):
            xml += block[max(sample.begin - size, 0) : max(sample.end - size, 0)]
        size += len(block)
    return _Look(Extent(crc, size), found)


def _picked(sheet: DataSheet, made: Sequence[MadeRows]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number in the sheet of every row that is a sample, and what the table says of it."""
    starts = accumulate((rows.count for rows in made), initial=0)
    places = [start + sample.place for start, rows in zip(starts, made, strict=False) for sample in rows.samples]
    numbers = (sheet.header_rows + 1 + place for place in places)
    records = sheet.rows.pick(places).iter_rows(named=True) if places else iter(())
    return zip(numbers, records, strict=True)
