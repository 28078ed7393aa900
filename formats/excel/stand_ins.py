"""Texts that XlsxWriter would alter, taken past it: another text stands in for each until the parts are written.

XlsxWriter takes a text from `<r>` to `</r>` for XML that is ready, and shields the first only of two escapes that share an
underscore (`_x0041_x0042_`). So the one gives a workbook that nothing can open, the other reads back as another text.
"""

import re
from typing import Any

import polars as pl
from xlsxwriter.worksheet import Worksheet

from formats.excel import escape

_MARK = "\ufdd0"
"""Around the number of a text; a character that XML and texts may hold, and that means nothing."""
_READY_XML = "<r>"
_ESCAPE = "_x"
_OTHER_SHIELD = ("_x005F_x", "__x0078_")
"""For the underscore of what looks like an escape, and how its `x` is escaped instead: openpyxl takes `x005F_` out of shared
texts, and a workbook that it saves would say `A` for the name `_x0041_`."""
_STAND_IN = re.compile(f"<(t|c:v)(?: [^>]*)?>{_MARK}([0-9]+){_MARK}<".encode())


class StandIns:
    """The texts of one workbook that something stands in for."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, text: str) -> str:
        """What to give XlsxWriter: the text itself, unless it may alter it."""
        if not (text.startswith(_READY_XML) or _ESCAPE in text or _MARK in text):
            return text
        return f"{_MARK}{self._numbers.setdefault(text, len(self._numbers))}{_MARK}"

    def put_back(self, part: bytes) -> bytes:
        """A part of the workbook, of cells, shared texts or a chart, with the texts themselves where something stood in."""
        if not self._numbers or _MARK.encode() not in part:
            return part
        text = pl.Series("text", list(self._numbers)).to_frame()
        here = pl.col("text")
        shielded = escape.escaped(here).str.replace_all(*_OTHER_SHIELD, literal=True)
        [contents, blanks] = text.select(shielded, blank=escape.has_outer_blank(here))

        def content(found: re.Match[bytes]) -> bytes:
            number = int(found[2])
            keep = ' xml:space="preserve"' if blanks[number] and found[1] == b"t" else ""
            return f"<{found[1].decode()}{keep}>{contents[number]}<".encode()

        return _STAND_IN.sub(content, part)


class TextSheet(Worksheet):  # type: ignore[misc]
    """A worksheet of XlsxWriter that gives back every text that is written to it."""

    stand_ins: StandIns

    def write_string(self, row: int, column: int, text: str, cell_format: Any = None) -> Any:
        """As XlsxWriter's."""
        return super().write_string(row, column, self.stand_ins.of(text), cell_format)


def add_sheet(book: Any, title: str, stand_ins: StandIns) -> Any:
    """A new worksheet of the workbook `book` of XlsxWriter. Once that is closed, `stand_ins` puts the texts back."""
    sheet = book.add_worksheet(title, TextSheet)
    sheet.stand_ins = stand_ins
    return sheet
