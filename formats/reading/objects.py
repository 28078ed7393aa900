"""A file of any of the kinds that people hand in, as raw objects, deletions and unreadable parts."""

import io
from collections.abc import Iterator
from datetime import UTC, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import IO

from contract.changes import Deletion, Unreadable
from contract.errors import NoDataInFile, UnreadableFile
from formats.reading.changes import Change, object_of
from formats.reading.columns import change_of, plain_columns
from formats.reading.delimited import BrokenTable, read_delimited
from formats.reading.json_stream import LINE_SUFFIXES, Found, read_json
from formats.reading.model_columns import BadHeader
from formats.reading.sheets import read_sheets
from formats.reading.source import NO_TEXT, Content, OpenFile, Source, open_source
from formats.reading.workbook import open_workbook

MOST_BYTES = 2 << 30
"""Most bytes that a compressed file may inflate to."""


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def read_objects(
    path: Path, *, most_bytes: int = MOST_BYTES, zone: tzinfo = UTC, open_file: OpenFile = _open
) -> Iterator[Found]:
    """What is in the file, with places for people: raw objects (decoded JSON), `Deletion`s and `Unreadable` parts.

    JSON (an array, lines, a saved answer, the body of a create call, one object), also in gzip; `.csv` and workbooks in the
    template's layout or as plain tables, whose dates without a zone are of `zone`. `open_file` opens the file for reading;
    a caller may watch its progress there.

    Raises FileMissing, NoDataInFile where there is no object at all, UnreadableFile.
    """
    with open_source(path, most_bytes=most_bytes, open_file=open_file) as source:
        found = _read(source, zone)
        first = next(found, None)
        if first is None:
            raise NoDataInFile(name=path.name)
        yield from chain([first], found)


def _read(source: Source, zone: tzinfo) -> Iterator[Found]:
    if source.content is Content.WORKBOOK:
        with open_workbook(source.path, source.valueless) as workbook:
            yield from _objects(read_sheets(workbook, zone))
    elif source.content is Content.DELIMITED:
        yield from _objects(_delimited(source, zone))
    else:
        yield from _json(source)


def _json(source: Source) -> Iterator[Found]:
    # Bytes that are no text become characters that no object may hold: only their own object is refused.
    with io.TextIOWrapper(source.stream, encoding=source.encoding, errors=NO_TEXT, newline="\n") as text:
        found = read_json(text, lines=source.suffix in LINE_SUFFIXES)
        head = list(islice(found, 2))
        match head:
            case [(place, Unreadable(reason))]:
                raise UnreadableFile(name=source.path.name, reason=f"{place}: {reason}")
            case _:
                yield from chain(head, found)


def _delimited(source: Source, zone: tzinfo) -> Iterator[tuple[str, Change | Unreadable]]:
    try:
        rows = read_delimited(source.stream, source.encoding)
        columns = plain_columns(next(rows, ()))
        for number, row in enumerate(rows, start=2):
            if (change := change_of(row, columns, zone)) is not None:
                yield f"row {number}", change
    except UnicodeDecodeError as error:
        raise UnreadableFile(name=source.path.name, reason="it is not text in UTF-8 or UTF-16") from error
    except (BadHeader, BrokenTable) as error:
        raise UnreadableFile(name=source.path.name, reason=str(error)) from error


def _objects(changes: Iterator[tuple[str, Change | Unreadable]]) -> Iterator[Found]:
    for place, change in changes:
        if isinstance(change, Unreadable):
            yield place, change
        elif change.delete:
            yield place, Deletion(change.type, change.id)
        else:
            yield place, object_of(change)
