"""JSON: whole objects as they came in, in the envelope of a get answer, streamed from JSON lines."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contract.errors import VerificationFailed
from contract.kinds import Kind
from formats.ipc import read_batches
from formats.tables import Content, DataTable
from formats.written import Written

_HEAD = b'{"dataObjectOperationResponse":{"status":"success","dataObjects":['
_BETWEEN = b",\n"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write(content: Content, path: Path) -> Written:
    """The documents at `path`, an object a line; of a delta also the list of its changes, a change a line."""
    with path.open("wb") as file:
        for _, piece in _pieces(content):
            file.write(piece)
    return Written(path, sum(1 for _ in _documents(content)))


def verify(content: Content, path: Path) -> None:
    """Read the file again: each line is JSON and the document that was to be written; raises VerificationFailed."""
    rows = 0
    with path.open("rb") as file:
        for what, piece in _pieces(content):
            _expect(file.read(len(piece)), piece, what)
        _expect(file.read(1), b"", "its end")
    for document in _documents(content):
        rows += 1
        _parse(document, rows)
    if rows != content.receipt.exported:
        raise VerificationFailed(detail=f"{content.receipt.exported} objects were exported, the file has {rows}")


def _pieces(content: Content) -> Iterator[tuple[str, bytes]]:
    """The bytes of the file in order, each with what it is."""
    rows = 0
    yield "its beginning", _HEAD
    for document in _documents(content):
        yield f"object {rows + 1}", (_BETWEEN if rows else b"\n") + document
        rows += 1
    yield "its end", b'%s],"totalRecords":%d' % (b"\n" if rows else b"", rows)
    if content.changes is not None:
        yield from _change_pieces(content.changes, content.receipt.zone)
    yield "its end", b"}}"


def _change_pieces(changes: DataTable, zone: ZoneInfo) -> Iterator[tuple[str, bytes]]:
    yield "the list of changes", b',"changes":['
    before = b"\n"
    for batch in read_batches(changes.path):
        for row in batch.to_pylist():
            yield "the list of changes", before + json.dumps(_change(row, changes, zone), ensure_ascii=False).encode()
            before = _BETWEEN
    yield "the list of changes", b"\n]" if changes.rows else b"]"


def _change(row: dict[str, Any], changes: DataTable, zone: ZoneInfo) -> dict[str, Any]:
    """A row by the names of its columns; instants in the zone, nothing for what is not there."""
    said = {column.name: row[column.name] for column in changes.columns if row[column.name] is not None}
    instants = [column.name for column in changes.columns if column.kind is Kind.INSTANT]
    return said | {name: _iso(said[name], zone) for name in instants if name in said}


def _iso(milliseconds: int, zone: ZoneInfo) -> str:
    return (_EPOCH + timedelta(milliseconds=milliseconds)).astimezone(zone).isoformat(timespec="milliseconds")


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
