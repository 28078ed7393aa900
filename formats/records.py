"""JSON: whole objects as they came in, in the envelope of a get answer, streamed from JSON lines."""

import json
from collections.abc import Iterator
from pathlib import Path

from contract.errors import VerificationFailed
from formats.tables import Content, Written

_HEAD = b'{"dataObjectOperationResponse":{"status":"success","dataObjects":['
_BETWEEN = b",\n"


def write(content: Content, path: Path) -> Written:
    """The documents at `path`, an object a line."""
    rows = 0
    with path.open("wb") as file:
        file.write(_HEAD)
        for document in _documents(content):
            file.write(_BETWEEN if rows else b"\n")
            file.write(document)
            rows += 1
        file.write(_tail(rows))
    return Written(path, rows)


def verify(content: Content, path: Path) -> None:
    """Read the file again: each line is JSON and the document that was to be written; raises VerificationFailed."""
    rows = 0
    with path.open("rb") as file:
        _expect(file.readline(), _HEAD + (b"\n" if content.receipt.exported else _tail(0)), "its beginning")
        for document in _documents(content):
            rows += 1
            last = rows == content.receipt.exported
            line = file.readline()
            _expect(line, document + (b"\n" if last else _BETWEEN), f"object {rows}")
            _parse(document, rows)
        if rows != content.receipt.exported:
            raise VerificationFailed(detail=f"{content.receipt.exported} objects were exported, the file has {rows}")
        _expect(file.read(), _tail(rows).removeprefix(b"\n") if rows else b"", "its end")


def _tail(rows: int) -> bytes:
    return b'%s],"totalRecords":%d}}' % (b"\n" if rows else b"", rows)


def _documents(content: Content) -> Iterator[bytes]:
    assert content.documents is not None, "JSON takes whole objects"
    with content.documents.open("rb") as lines:
        for line in lines:
            yield line.removesuffix(b"\n")


def _expect(got: bytes, expected: bytes, what: str) -> None:
    if got != expected:
        raise VerificationFailed(detail=f"{what} is not as it was written")


def _parse(document: bytes, number: int) -> None:
    try:
        json.loads(document)
    except ValueError as error:
        raise VerificationFailed(detail=f"object {number} is not JSON: {error}") from error
