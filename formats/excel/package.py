"""The zip package that a workbook is, written as a stream: parts whose size is known only at their end included.

Source: PKWARE APPNOTE 6.3. A streamed part leaves room in its local header for zip64 sizes, filled by the growth hint of
ECMA-376 part 2 (extra field 0xA220) and replaced by the zip64 field only when the part grew past 4 GB: some readers of
workbooks refuse zip64 fields that they did not expect.
"""

import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from isal import isal_zlib

from formats.excel.deflate import END, Piece, deflate

ZIP64_LIMIT = 0xFFFFFFFF

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_END64 = struct.Struct("<4sQHHLLQQQQ")
_LOCATOR64 = struct.Struct("<4sLQL")
_GROWTH_HINT = struct.pack("<HHHH", 0xA220, 16, 0xA028, 12) + bytes(12)
_DEFLATED, _VERSION, _VERSION64, _UTF8 = 8, 20, 45, 0x800
_DATE = (1 << 5) | 1  # 1980-01-01, the first date that a zip knows: equal content gives equal bytes


@dataclass(frozen=True)
class _Entry:
    name: bytes
    crc: int
    packed: int
    size: int
    offset: int


def check_end(path: Path, package: zipfile.ZipFile) -> None:
    """Raises zipfile.BadZipFile where the last record of a package counts other entries than its directory has, on other disks,
    or has another comment: some readers go by that."""
    with path.open("rb") as file:
        file.seek(-_END.size - len(package.comment), SEEK_END)
        mark, *disks_and_counts, _length, _begin, comment = _END.unpack(file.read(_END.size))
    count = len(package.infolist())
    if (mark, disks_and_counts, comment) != (b"PK\x05\x06", [0, 0, count, count], len(package.comment)):
        raise zipfile.BadZipFile("its end does not say what its directory says")


class Package:
    """A zip file that is being written to `path`. As a context manager it is closed, or removed when something is raised.

    `zip64_limit`: sizes and offsets from here on take the zip64 form.
    """

    def __init__(self, path: Path, *, zip64_limit: int = ZIP64_LIMIT) -> None:
        self._path = path
        self._limit = zip64_limit
        self._file: BinaryIO = path.open("wb")
        self._entries: list[_Entry] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._write_directory()
        finally:
            self._file.close()
            if kind is not None:
                self._path.unlink(missing_ok=True)

    def add(self, name: str, data: bytes) -> None:
        """A part whose content is at hand."""
        self.stream(name, [deflate([data])])

    def stream(self, name: str, pieces: Iterable[Piece]) -> tuple[int, list[int]]:
        """A part of joined pieces, taken one at a time. Gives its CRC-32, of what the pieces held before they were compressed,
        and the bytes of each piece."""
        offset = self._file.tell()
        encoded = name.encode()
        self._file.write(self._local_header(_Entry(encoded, 0, 0, 0, offset)))
        crc = size = 0
        lengths: list[int] = []
        for piece in pieces:
            self._file.write(piece.data)
            crc = isal_zlib.crc32_combine(crc, piece.crc, piece.size)
            lengths.append(len(piece.data))
            size += piece.size
        self._file.write(END)
        entry = _Entry(encoded, crc, sum(lengths) + len(END), size, offset)
        end = self._file.tell()
        self._file.seek(offset)
        self._file.write(self._local_header(entry))
        self._file.seek(end)
        self._entries.append(entry)
        return crc, lengths

    def _local_header(self, entry: _Entry) -> bytes:
        wide = max(entry.packed, entry.size) >= self._limit
        packed, size = (ZIP64_LIMIT, ZIP64_LIMIT) if wide else (entry.packed, entry.size)
        extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.packed) if wide else _GROWTH_HINT
        version = _VERSION64 if wide else _VERSION
        fixed = (_UTF8, _DEFLATED, 0, _DATE, entry.crc, packed, size, len(entry.name), len(extra))
        return _LOCAL.pack(b"PK\x03\x04", version, *fixed) + entry.name + extra

    def _write_directory(self) -> None:
        start = self._file.tell()
        for entry in self._entries:
            self._file.write(self._central_header(entry))
        length = self._file.tell() - start
        count = len(self._entries)
        if start + length >= self._limit:
            record = (44, _VERSION64, _VERSION64, 0, 0, count, count, length, start)
            self._file.write(_END64.pack(b"PK\x06\x06", *record))
            self._file.write(_LOCATOR64.pack(b"PK\x06\x07", 0, start + length, 1))
            start = ZIP64_LIMIT
        self._file.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, length, start, 0))

    def _central_header(self, entry: _Entry) -> bytes:
        wide = {}
        for field in ("size", "packed", "offset"):
            value = getattr(entry, field)
            if value >= self._limit:
                wide[field] = value
        extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide.values()) if wide else b""
        version = _VERSION64 if wide else _VERSION
        packed, size, offset = (ZIP64_LIMIT if f in wide else getattr(entry, f) for f in ("packed", "size", "offset"))
        fixed = (_UTF8, _DEFLATED, 0, _DATE, entry.crc, packed, size, len(entry.name), len(extra), 0, 0, 0, 0, offset)
        return _CENTRAL.pack(b"PK\x01\x02", version, version, *fixed) + entry.name + extra
