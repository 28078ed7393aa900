"""Finished files as plain cells, read by nothing of this project: the standard library's XML and JSON, and pyarrow."""

import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet as pq

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)')
_REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")


@dataclass
class Sheet:
    """Cells by row (1-based) and column letters; a number is a float, and what is no cell is not there."""

    name: str
    rows: dict[int, dict[str, str | float]] = field(default_factory=dict)


def read_workbook(path: Path) -> dict[str, Sheet]:
    """The sheets by name, in order; every part must be XML."""
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            try:
                ElementTree.fromstring(package.read(name))
            except ElementTree.ParseError as error:
                raise AssertionError(f"{name}: {error}") from error
        relations = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.attrib["Id"]: relation.attrib["Target"] for relation in relations}
        shared = _shared(package)
        sheets = {}
        for sheet in ElementTree.fromstring(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            part = package.read("xl/" + targets[sheet.attrib[_RELATION]].removeprefix("/xl/"))
            sheets[sheet.attrib["name"]] = _sheet(sheet.attrib["name"], ElementTree.fromstring(part), shared)
        return sheets


def _shared(package: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    return [_text(item) for item in ElementTree.fromstring(package.read("xl/sharedStrings.xml")).iter(f"{_MAIN}si")]


def _sheet(name: str, worksheet: ElementTree.Element, shared: list[str]) -> Sheet:
    made = Sheet(name)
    for cell in worksheet.iter(f"{_MAIN}c"):
        match = _REFERENCE.fullmatch(cell.attrib["r"])
        assert match, cell.attrib
        value = cell.findtext(f"{_MAIN}v")
        content: str | float | None = float(value) if value is not None and cell.get("t") in (None, "n") else None
        if cell.get("t") == "inlineStr":
            content = _text(cell)
        elif cell.get("t") == "s":
            content = shared[int(value or "")]
        assert content is not None or cell.get("t") is None, ElementTree.tostring(cell)
        if content is not None:
            row = made.rows.setdefault(int(match[2]), {})
            assert match[1] not in row
            row[match[1]] = content
    return made


def _text(holder: ElementTree.Element) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(node.text or "" for node in holder.iter(f"{_MAIN}t")))


def read_files(path: Path, extension: str) -> list[bytes]:
    """The file itself, or the files in a zip in order."""
    if path.suffix != ".zip":
        return [path.read_bytes()]
    with zipfile.ZipFile(path) as package:
        assert all(name.endswith(f".{extension}") and "/" not in name and "\\" not in name for name in package.namelist())
        return [package.read(name) for name in package.namelist()]


def read_csv(data: bytes) -> list[list[str | None]]:
    """The rows of a CSV file as RFC 4180 says, None for nothing between commas and "" for an empty text in quotes."""
    text = data.decode("utf-8-sig")
    rows: list[list[str | None]] = [[]]
    place = 0
    while place < len(text):
        match = _FIELD.match(text, place)
        assert match, text[place : place + 80]
        quoted, plain, ending = match.groups()
        rows[-1].append(quoted.replace('""', '"') if quoted is not None else plain or None)
        if ending != ",":
            rows.append([])
        place = match.end()
    assert rows.pop() == []
    return rows


def read_parquet(data: bytes) -> tuple[list[str], list[dict[str, Any]]]:
    """Names of the columns, and the rows; instants as milliseconds."""
    table = pq.read_table(io.BytesIO(data))
    columns = [column.cast("int64") if str(column.type).startswith("timestamp") else column for column in table.columns]
    lists = [column.to_pylist() for column in columns]
    return table.column_names, [dict(zip(table.column_names, row, strict=True)) for row in zip(*lists, strict=True)]


def read_objects(data: bytes) -> dict[str, Any]:
    """The envelope in a JSON file."""
    answer: dict[str, Any] = json.loads(data)["dataObjectOperationResponse"]
    return answer
