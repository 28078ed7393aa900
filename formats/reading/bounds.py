"""Look through compressed files before anything in them is used: a damaged one, or a bomb, leaves nothing half loaded."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

from isal import igzip, isal_zlib

from contract.errors import UnreadableFile
from formats.reading.cells import NoValue
from formats.reading.extent import Extent, Place

MOST_CELLS = 50_000_000
"""Most cells of a sheet, counted as the rectangle around those in use: so the reading library holds them, 32 bytes each, empty
ones too. These are 1.6 GB; a sheet of all rows and columns that Excel has would be 550 GB."""

_BLOCK = 1 << 20
_XML = (".xml", ".rels")
_SHEET_MARK = b"sheetData"
_OTHER_FORMS = {"content.xml", "xl/workbook.bin"}
"""What .ods and .xlsb have in them. The reading library knows these forms too; here nobody looks through them for their bounds,
for cells without a value and for merged ones, and an .ods has its dates to the hundredth of a second."""


def check_gzip(path: Path, most_bytes: int) -> None:
    """Inflate a gzip file; raises UnreadableFile where it is damaged or inflates to more than `most_bytes`."""
    try:
        with igzip.open(path, "rb") as inflated:  # type: ignore[no-untyped-call]
            for _ in _bounded(inflated, path, most_bytes):
                pass
    except (EOFError, OSError, isal_zlib.error) as error:  # type: ignore[misc]  # its stub says less
        raise UnreadableFile(name=path.name, reason=f"the gzip file is damaged: {error}") from error


Valueless = dict[str, dict[Place, NoValue]]
"""The cells of each part of a workbook that are not empty and have no value, by the part's name."""


def check_workbook(path: Path, most_bytes: int) -> Valueless:
    """Inflate every part of a workbook; the cells that the reading library would take for empty ones.

    Raises UnreadableFile where it is damaged, of another form than .xlsx, inflates to more than `most_bytes` in all, or a sheet
    has cells so far apart that the reading library, which lays out the whole rectangle, would run out of memory.
    """
    left = most_bytes
    valueless: Valueless = {}
    try:
        with zipfile.ZipFile(path) as archive:
            if _OTHER_FORMS & {name.lower() for name in archive.namelist()}:
                raise UnreadableFile(name=path.name, reason="it is a workbook of another form; save it as .xlsx")
            for part in archive.infolist():
                # The stated size is where reading would stop, and a bomb states a small one.
                part.file_size = left + 2 * _BLOCK
                with archive.open(part) as inflated:
                    size, found = _check_part(inflated, part.filename, path, left)
                left -= size
                if found:
                    valueless[part.filename] = found
    # What zipfile raises for a damaged package: a way to compress that it does not know and a part that is encrypted among it.
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, zlib.error) as error:
        raise UnreadableFile(name=path.name, reason=f"the workbook is damaged: {error}") from error
    return valueless


def _check_part(inflated: IO[bytes], name: str, path: Path, most_bytes: int) -> tuple[int, dict[Place, NoValue]]:
    """The inflated size of one part, and its cells without a value. Any part may be a sheet: the workbook says which."""
    extent: Extent | None = Extent()
    size = 0
    tail = b""
    for block in _bounded(inflated, path, most_bytes):
        size += len(block)
        try:
            if extent is not None:
                extent.feed(block)
        except (expat.ExpatError, LookupError) as error:  # LookupError: of an encoding
            if name.lower().endswith(_XML):
                raise UnreadableFile(name=path.name, reason=f"the workbook is damaged: {name}: {error}") from error
            extent = None
        if extent is None and _SHEET_MARK in tail + block:
            # The reading library is less strict about XML, and would go on where this parser ended.
            raise UnreadableFile(name=path.name, reason=f"the workbook is damaged: {name} is a sheet and no XML")
        tail = (tail + block)[-len(_SHEET_MARK) :]
        if extent is not None and extent.rows * extent.columns > MOST_CELLS:
            raise UnreadableFile(name=path.name, reason=f"a sheet {span(extent.rows, extent.columns)}")
    return size, extent.valueless if extent is not None else {}


def span(rows: int, columns: int) -> str:
    """That a sheet is too large, in words."""
    return f"spans {rows:,} rows and {columns:,} columns; at most {MOST_CELLS:,} cells are read, empty ones counted"


def _bounded(stream: IO[bytes], path: Path, most_bytes: int) -> Iterator[bytes]:
    seen = 0
    while block := stream.read(_BLOCK):
        seen += len(block)
        if seen > most_bytes:
            raise UnreadableFile(name=path.name, reason="it inflates to more than is allowed")
        yield block
