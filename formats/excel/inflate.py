"""A part of a finished package, inflated piece by piece in threads, with its CRC checked.

The writer ends every piece at a boundary, and notes its length; where that is not known the boundary can be found again. A part
without boundaries, by another hand, is one piece.
"""

import os
import struct
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from isal import igzip_lib, isal_zlib

from formats.excel.deflate import BOUNDARY, END
from formats.excel.package import ZIP64_LIMIT
from formats.threads import in_order

_LOCAL = struct.Struct("<4x2xHH4xLLLHH")
_UTF8, _FOLLOWED = 0x800, 0x8
"""Flags: the name is UTF-8; the checksum and the sizes follow the part."""
_CLOSED = BOUNDARY + END
"""Makes a piece a whole stream again, joined at once: pieces are megabytes."""
_PACKED = 1 << 20
_READ, _BLOCK = 1 << 18, 1 << 18
_RAW = -15


@dataclass(frozen=True)
class Extent:
    """The CRC-32 and the length of a content."""

    crc: int
    size: int


@dataclass
class Total:
    """The CRC-32 and the length of pieces that follow each other."""

    crc: int = 0
    size: int = 0

    def add(self, piece: Extent) -> None:
        """Adds the next piece."""
        self.crc = isal_zlib.crc32_combine(self.crc, piece.crc, piece.size)
        self.size += piece.size

    def check(self, part: zipfile.ZipInfo) -> None:
        """Raises zipfile.BadZipFile when the pieces are not what the directory says of the part."""
        if (self.crc, self.size) != (part.CRC, part.file_size):
            raise zipfile.BadZipFile(f"{part.filename} is not what its checksum says")


def inflated(path: Path, part: zipfile.ZipInfo, pool: ThreadPoolExecutor) -> Iterator[bytes]:
    """The content of a part, in order. Raises zipfile.BadZipFile when its data or its CRC is not what the directory says."""
    total = Total()
    for content, extent in in_order(pool, _inflate, ((piece,) for piece in pieces_of(path, part))):
        total.add(extent)
        yield content
    total.check(part)


def _inflate(piece: bytes) -> tuple[bytes, Extent]:
    """What a piece holds. Raises zipfile.BadZipFile, also where its stream ends before it, as readers of the whole would stop
    there, or does not end."""
    stream = isal_zlib.decompressobj(_RAW)
    try:
        content = stream.decompress(piece)
    except igzip_lib.IsalError as error:  # type: ignore[misc]  # its stub says less
        raise zipfile.BadZipFile(f"a deflate stream is broken: {error}") from error
    if not stream.eof or stream.unused_data:
        raise zipfile.BadZipFile("a deflate stream does not end where it should")
    return content, Extent(isal_zlib.crc32(content), len(content))


def pieces_of(path: Path, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The deflated pieces of a part as the writer joined them, each a stream of its own; one, where another hand packed it."""
    with path.open("rb") as file:
        yield from _pieces(_packed(file, part))


def noted_blocks(file: BinaryIO, begin: int, length: int) -> Iterator[bytes]:
    """What the piece of so many bytes that begins there holds, in blocks, in any thread. They stay in the processor's cache for
    who looks at them: the whole piece would be megabytes, and memory for it is dearer than to inflate it.

    Raises zipfile.BadZipFile where no piece does.
    """
    stream = igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_DEFLATE)
    try:
        for place in range(begin, begin + length, _READ):
            block = stream.decompress(os.pread(file.fileno(), min(_READ, begin + length - place), place), _BLOCK)
            while block:
                yield block
                if stream.needs_input:
                    break
                block = stream.decompress(b"", _BLOCK)
    except (igzip_lib.IsalError, EOFError) as error:  # type: ignore[misc]  # its stub says less
        raise zipfile.BadZipFile(f"a deflate stream is broken: {error}") from error


def packed_begin(file: BinaryIO, part: zipfile.ZipInfo) -> int:
    """The byte of the package in which the packed part begins.

    Raises zipfile.BadZipFile where the header before it does not say what the directory says: some readers go by the one.
    """
    file.seek(part.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile(f"{part.filename} has no header where the directory says")
    flags, method, crc, packed, size, name_length, extra_length = _LOCAL.unpack(header)
    name = file.read(name_length).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
    said = [(name, part.orig_filename), (flags, part.flag_bits), (method, part.compress_type)]
    if not flags & _FOLLOWED:
        said.append((crc, part.CRC))
        # In their place may stand that they are elsewhere, in the form of 64 bits.
        said += [pair for pair in ((packed, part.compress_size), (size, part.file_size)) if pair[0] != ZIP64_LIMIT]
    if any(here != there for here, there in said):
        raise zipfile.BadZipFile(f"the header of {part.filename} does not say what the directory says")
    return int(file.tell() + extra_length)


def _packed(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    file.seek(packed_begin(file, part))
    left = part.compress_size
    while left:
        block = file.read(min(left, _PACKED))
        if not block:
            raise zipfile.BadZipFile(f"{part.filename} ends early")
        left -= len(block)
        yield block


def _pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    kept = b""
    for block in blocks:
        *whole, rest = (kept + block).split(BOUNDARY)
        for piece in whole:
            yield piece + _CLOSED
        kept = rest
    if kept:
        yield kept


class Stream:
    """Pieces of bytes, taken in any lengths."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._kept = b""

    def take(self, count: int) -> bytes:
        """The next `count` bytes, fewer only at the end. A piece of just that length is handed on uncopied."""
        while len(self._kept) < count:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._kept = self._kept + piece if self._kept else piece
        taken, self._kept = self._kept[:count], self._kept[count:]
        return taken

    def take_through(self, mark: bytes) -> bytes:
        """All up to the end of the next `mark`, or all that is left."""
        while mark not in self._kept:
            piece = next(self._pieces, None)
            if piece is None:
                return self.take(len(self._kept))
            self._kept += piece
        return self.take(self._kept.index(mark) + len(mark))

    def rest(self) -> bytes:
        """What follows, of which only the beginning is kept; the pieces are read to their end."""
        beginning = self.take(1_000)
        for _ in self._pieces:
            pass
        return beginning
