"""What is fuzzed: functions that take any bytes, and raise only where the code under them did what is not documented.

The first byte of an input chooses among the kinds that a target takes, the others are the content.
"""

import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest import mock

import xlsxwriter

from contract.changes import Deletion, Unreadable
from contract.errors import FileMissing, InvalidRequest, NoDataInFile, UnreadableFile
from contract.wire import decode_body
from formats.reading import bounds, read_objects
from tests.contract.bodies import GOOD_BODIES, parse, with_attribute, with_property

MOST_BYTES = 4 << 20
"""Most bytes that a packed file may inflate to here."""
_MOST_CELLS = 20_000
"""Most cells of a sheet here: as in the service, only that a fuzzer finds the bound in a moment."""
_TEXTS = (".json", ".jsonl", ".csv", ".tsv", "")
_PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/worksheets/sheet2.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "[Content_Types].xml",
)


_SHEETS: dict[str, list[list[object]]] = {
    "Connector State": [
        ["System Fields", "", "", "Properties", "", "Attributes", ""],
        ["Action", "Type", "ID", "Channel", "Entity", "State", "Error >> Message"],
        ["", "connectorstate", "a1", "shop", "e1", "ok", "too long||too short"],
        ["delete", "connectorstate", "a2", 1.5, True, 45_000.25, "x"],
    ],
    "Plain": [["id", "type", "name", "count"], ["b1", "t", "first", 1], ["b2", "t", "=1+1", 2]],
    "Help": [["TIME ZONE", "Dates are in Europe/Berlin."]],
    "Model": [
        ["sheet name", "column", "label", "name", "group", "type"],
        ["Connector State", "D", "Channel", "channelid", "Properties", "connectorstate"],
        ["Connector State", "G", "Error >> Message", "VALIDATIONERROR>>message", "Attributes", "connectorstate"],
    ],
}


@dataclass(frozen=True)
class Target:
    """`run` takes the fuzzer's bytes, `seeds` are inputs to begin with, `words` what to put into them."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    words: tuple[str, ...]


def a_request(data: bytes) -> None:
    """The body of a download request."""
    with suppress(InvalidRequest):
        parse(decode_body(data))


def a_text(data: bytes) -> None:
    """A file of JSON, lines of it, or a table."""
    _read(data[1:], f"file{_chosen(_TEXTS, data)}")


def a_packed_text(data: bytes) -> None:
    """The same in gzip: packed here, or as it comes."""
    kinds = (*_TEXTS, "raw")
    kind = _chosen(kinds, data)
    if kind == "raw":
        _read(data[1:], "file.json.gz")
    else:
        _read(gzip.compress(data[1:], 1), f"file{kind}.gz")


def a_workbook(data: bytes) -> None:
    """A workbook of which one part is the fuzzer's, or all of it."""
    kinds = (*_PARTS, "raw")
    kind = _chosen(kinds, data)
    _read(data[1:] if kind == "raw" else _package({kind: data[1:]}), "file.xlsx")


def _chosen(kinds: Sequence[str], data: bytes) -> str:
    return kinds[data[0] % len(kinds)] if data else kinds[0]


def _read(content: bytes, name: str) -> None:
    """Read a file as a loader does, to its end. Raises what is not documented, and AssertionError for what is no finding."""
    path = _folder() / name
    path.write_bytes(content)
    with mock.patch.object(bounds, "MOST_CELLS", _MOST_CELLS), suppress(FileMissing, NoDataInFile, UnreadableFile):
        for place, found in read_objects(path, most_bytes=MOST_BYTES):
            assert isinstance(place, str)
            if isinstance(found, Deletion | Unreadable):
                str(found)
            else:
                json.dumps(found)


@cache
def _folder() -> Path:
    """In memory where that goes: a fuzzer writes thousands of files a second."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None))


@cache
def _good_parts(*, inline: bool = False) -> dict[str, bytes]:
    """The parts of a workbook in the layout of an export, a plain table beside it; its texts shared, or in the cells."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"constant_memory": inline}) as book:
        for name, rows in _SHEETS.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    with zipfile.ZipFile(made) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _package(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in (_good_parts() | parts).items():
            archive.writestr(name, content)
    return made.getvalue()


def _request_seeds() -> Sequence[bytes]:
    bodies = [make() for make in GOOD_BODIES]
    bodies += [with_property(contains="(a*)|(b)", type="_STRING"), with_attribute(gte="now-1d/d", type="_DATETIME")]
    bodies += [with_property(not_=True), {**bodies[0], "since": "last"}]
    return [json.dumps(body).encode() for body in bodies]


def _text_seeds() -> Sequence[bytes]:
    item = {"id": "1", "type": "t", "properties": {"a": 1}, "data": {"attributes": {"b": {"values": [{"value": "x"}]}}}}
    answer = {"dataObjectOperationResponse": {"dataObjects": [item, item], "totalRecords": 2}}
    created = {"dataObject": {"id": "1", "type": "t", "data": {"blob": "W3siaWQiOiAiMSIsICJ0eXBlIjogInQifV0="}}}
    lines = "\n".join(json.dumps(one) for one in (item, item, answer))
    table = 'id,type,name\n1,t,"a ""b"""\n2,t,\n\n3;t;x\n'
    written = [json.dumps([item, item]), lines, table, table.replace(",", "\t"), json.dumps(answer), json.dumps(created)]
    seeds = [bytes([kind % len(_TEXTS)]) + text.encode() for kind, text in enumerate(written)]
    return [*seeds, b"\x02" + table.encode("utf-16"), b"\x00" + written[0].encode("utf-16")]


def _packed_seeds() -> Sequence[bytes]:
    return [*_text_seeds(), *(bytes([len(_TEXTS)]) + gzip.compress(seed[1:], 1) for seed in _text_seeds())]


def _workbook_seeds() -> Sequence[bytes]:
    parts = [bytes([place]) + _good_parts()[name] for place, name in enumerate(_PARTS)]
    parts += [bytes([_PARTS.index(name)]) + _good_parts(inline=True)[name] for name in (_PARTS[0], _PARTS[2])]
    return [*parts, bytes([len(_PARTS)]) + _package({})]


_JSON_WORDS = (
    "_AND",
    "_OR",
    "_ALL",
    "exacts",
    "contains",
    "eq",
    "gte",
    "now-1d/d",
    "not",
    "type",
    "id",
    "null",
    "1e999",
    "\\ud800",
)
_BODY_WORDS = ("params", "query", "filters", "typesCriterion", "propertiesCriterion", "attributesCriterion", "options", "since")
_FILE_WORDS = ("dataObjects", "dataObject", "response", "data", "blob", "properties", "attributes", "values")
_SHEET_WORDS = (
    '<c r="',
    "<row r=",
    ' t="s"',
    "inlineStr",
    "<is><t>",
    "<v>",
    "</c>",
    "A1",
    "XFD1048576",
    "&#65;",
    "&lt;",
    "<f>",
)

TARGETS = {
    "request": Target(a_request, _request_seeds, (*_JSON_WORDS, *_BODY_WORDS)),
    "text": Target(a_text, _text_seeds, (*_JSON_WORDS, *_FILE_WORDS)),
    "packed": Target(a_packed_text, _packed_seeds, (*_JSON_WORDS, *_FILE_WORDS)),
    "workbook": Target(a_workbook, _workbook_seeds, _SHEET_WORDS),
}
