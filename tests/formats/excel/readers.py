"""Workbooks read by others: openpyxl, python-calamine, pandas, and the parts of the package as XML."""

import re
import zipfile
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pandas as pd
from python_calamine import CalamineWorkbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(value: object) -> object:
    """ST_Xstring undone, which openpyxl leaves to its users."""
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), value) if isinstance(value, str) else value


def by_openpyxl(path: Path, sheet: str | int = 0) -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    worksheet = book.worksheets[sheet] if isinstance(sheet, int) else book[sheet]
    return [[unescaped(value) for value in row] for row in worksheet.iter_rows(values_only=True)]


def by_calamine(path: Path, sheet: int = 0) -> list[list[Any]]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)
    return [[_by_rust(value) for value in row] for row in rows]


def by_pandas(path: Path, sheet: int = 0) -> list[list[Any]]:
    frame = pd.read_excel(path, sheet_name=sheet, header=None, engine="calamine", keep_default_na=False, na_values=[])
    return [[None if value is pd.NaT else _by_rust(value) for value in row] for row in frame.astype(object).to_numpy().tolist()]


def part(path: Path, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(path) as package:
        return ElementTree.fromstring(package.read(name))


def cells(worksheet: ElementTree.Element) -> dict[str, tuple[str | None, str | None, str]]:
    """Style, type and text of each cell by its reference."""
    found = {}
    for cell in worksheet.iter(f"{MAIN}c"):
        texts = [node.text or "" for node in cell.iter() if node.tag in (f"{MAIN}v", f"{MAIN}t")]
        found[cell.attrib["r"]] = (cell.get("s"), cell.get("t"), "".join(texts))
    return found


def rewritten(path: Path, name: str, old: bytes, new: bytes) -> Path:
    """A copy of the package with one place of a part changed, and everything around it right for that."""
    output = BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == name:
                assert old in content
                content = content.replace(old, new, 1)
            target.writestr(info.filename, content)
    copy = path.with_name("rewritten.xlsx")
    copy.write_bytes(output.getvalue())
    return copy


def _by_rust(value: object) -> object:
    """python-calamine undoes ST_Xstring but for the two characters that are none."""
    if isinstance(value, str):
        return value.replace("_xFFFE_", "\ufffe").replace("_xFFFF_", "\uffff")
    return _as_moment(value)


def _as_moment(value: object) -> object:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value
