"""The pieces of a finished sheet, each beside what the writer noted of the rows in it: quick, as it makes no row anew.

The writer compresses each batch of rows apart, so a piece is inflated, measured and looked at in any thread.
"""

import os
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
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
from formats.written import MadeRows, MadeSheet, Sample

_MOST_HELD = 1 << 26
"""So many bytes of samples are held at once, and those of a batch more: of wide rows most may be samples."""


def sheet_is_right(sheet: DataSheet, path: Path, part: zipfile.ZipInfo, made: MadeSheet, pool: ThreadPoolExecutor) -> bool:
    """Whether the part is what was `made`, in its pieces, has as many rows as the table, and some rows of each piece say what
    the table says.

    Raises zipfile.BadZipFile where the part is not what its checksum says, or has no such pieces.
    """
    if sum(made.pieces) + len(END) != part.compress_size or sum(rows.count for rows in made.rows) != sheet.rows.count:
        return False
    total = Total()
    with path.open("rb") as file:
        begin = packed_begin(file, part)
        places = zip(accumulate(made.pieces, initial=begin), made.pieces, strict=False)
        opening = b"".join(noted_blocks(file, *next(places)))
        total.add(Extent(isal_zlib.crc32(opening), len(opening)))
        columns = cell_columns(sheet, part_styles(opening, len(sheet.columns)))
        for before, group in _groups(made.rows):
            picking = pool.submit(_picked, sheet, before, group)
            samples: list[bytearray] = []
            pieces = ((file, *place, rows.samples) for rows, place in zip(group, places, strict=False))
            for look in in_order(pool, _look, pieces):
                total.add(look.extent)
                samples += look.samples
            if any(wrong_cell(xml, *row, columns) for xml, row in zip(samples, picking.result(), strict=True)):
                return False
        for look in in_order(pool, _look, ((file, *place, ()) for place in places)):
            total.add(look.extent)
        if os.pread(file.fileno(), len(END), begin + sum(made.pieces)) != END:
            raise zipfile.BadZipFile(f"{part.filename} has no end")
    total.check(part)
    return True


def _groups(made: Sequence[MadeRows]) -> Iterator[tuple[int, list[MadeRows]]]:
    """The batches whose samples are held at once, in order, with the count of the rows before them."""
    before = held = 0
    group: list[MadeRows] = []
    for rows in made:
        group.append(rows)
        held += sum(sample.end - sample.begin for sample in rows.samples)
        if held >= _MOST_HELD:
            yield before, group
            before += sum(rows.count for rows in group)
            group, held = [], 0
    if group:
        yield before, group


@dataclass(frozen=True)
class _Look:
    """What is kept of a piece: its extent, and the XML of the rows that are samples of it."""

    extent: Extent
    samples: list[bytearray]


def _look(file: BinaryIO, begin: int, length: int, samples: Sequence[Sample]) -> _Look:
    """What stands in the piece in that place of the package, of which rows are `samples`."""
    found = [bytearray() for _ in samples]
    crc = size = 0
    for block in noted_blocks(file, begin, length):
        crc = isal_zlib.crc32(block, crc)
        for sample, xml in zip(samples, found, strict=True):
            xml += block[max(sample.begin - size, 0) : max(sample.end - size, 0)]
        size += len(block)
    return _Look(Extent(crc, size), found)


def _picked(sheet: DataSheet, before: int, made: Sequence[MadeRows]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number in the sheet of every row that is a sample of these, and what the table says of it. `before` them are so many
    rows."""
    starts = accumulate((rows.count for rows in made), initial=before)
    places = [start + sample.place for start, rows in zip(starts, made, strict=False) for sample in rows.samples]
    numbers = (sheet.header_rows + 1 + place for place in places)
    records = sheet.rows.pick(places).iter_rows(named=True) if places else iter(())
    return zip(numbers, records, strict=True)
