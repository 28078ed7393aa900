"""Raw deflate streams (RFC 1951) of pieces that are made apart and joined as they are.

Each piece begins with an empty window and ends at a byte boundary (Z_SYNC_FLUSH), so that pieces can be made in any thread,
and also be read again in any thread. `END` is the empty last block that closes the joined stream.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from isal import isal_zlib

END = b"\x03\x00"
_EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
BOUNDARY = _EMPTY_BLOCK[1:] + _EMPTY_BLOCK
"""The last bytes of every piece: the empty stored block of Z_SYNC_FLUSH and one more. One alone also turns up by chance."""

_LEVEL = 1
_RAW = -15


@dataclass(frozen=True)
class Piece:
    """Deflated bytes, with the CRC-32 and the length of what they hold."""

    data: bytes
    crc: int
    size: int


def deflate(buffers: Iterable[Any]) -> Piece:
    """One piece of all `buffers` (anything with the buffer protocol), in order."""
    compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _RAW)
    parts, crc, size = [], 0, 0
    for buffer in buffers:
        parts.append(compressor.compress(buffer))
        crc = isal_zlib.crc32(buffer, crc)
        size += len(buffer)
    parts.append(compressor.flush(isal_zlib.Z_SYNC_FLUSH))
    parts.append(_EMPTY_BLOCK)
    return Piece(b"".join(parts), crc, size)
