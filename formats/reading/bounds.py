"""Look through compressed files before anything in them is used: a damaged one, or a bomb, leaves nothing half loaded."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from isal import igzip, isal_zlib

from contract.errors import UnreadableFile

MOST_CELLS = 50_000_000
"""Most cells of a sheet, counted as the rectangle around those in use: so the reading library holds them."""

_BLOCK = 1 << 20
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_LONGEST_REFERENCE = 16


def check_gzip(path: Path, most_bytes: int) -> None:
    """Inflate a gzip file; raises UnreadableFile where it is damaged or inflates to more than `most_bytes`."""
    try:
        with igzip.open(path, "rb") as inflated:  # type: ignore[no-untyped-call]
            for _ in _bounded(inflated, path, most_bytes):
                pass
    except (EOFError, OSError, isal_zlib.error) as error:  # type: ignore[misc]  # its stub says less
        raise UnreadableFile(name=path.name, reason=f"the gzip file is damaged: {error}") from error


def check_workbook(path: Path, most_bytes: int) -> None:
    """Inflate every part of a workbook.

    Raises UnreadableFile where it is damaged, inflates to more than `most_bytes` in all, or a sheet has cells so far apart
    that the reading library, which lays out the whole rectangle, would end the process for want of memory.
    """
    left = most_bytes
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                # The stated size is where reading would stop, and a bomb states a small one.
                part.file_size = left + 2 * _BLOCK
                with archive.open(part) as inflated:
                    left -= _check_part(inflated, part.filename, path, left)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, zlib.error) as error:
        raise UnreadableFile(name=path.name, reason=f"the workbook is damaged: {error}") from error


def _check_part(inflated: IO[bytes], name: str, path: Path, most_bytes: int) -> int:
    """The inflated size of one part."""
    is_sheet = _SHEET_PART.fullmatch(name) is not None
    columns: set[bytes] = set()
    size = height = 0
    rest = b""
    for block in _bounded(inflated, path, most_bytes):
        size += len(block)
        if is_sheet:
            found = _REFERENCE.findall(text := rest + block)
            columns.update(letters for letters, _ in found)
            height = max(height, max((int(row) for _, row in found), default=0))
            rest = text[-_LONGEST_REFERENCE:]
    width = max((column_number(letters.decode()) for letters in columns), default=0)
    if width * height > MOST_CELLS:
        raise UnreadableFile(name=path.name, reason=f"a sheet spans {height:,} rows and {width:,} columns")
    return size


def _bounded(stream: IO[bytes], path: Path, most_bytes: int) -> Iterator[bytes]:
    seen = 0
    while block := stream.read(_BLOCK):
        seen += len(block)
        if seen > most_bytes:
            raise UnreadableFile(name=path.name, reason="it inflates to more than is allowed")
        yield block


def column_number(letters: str) -> int:
    """The number of a column: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
