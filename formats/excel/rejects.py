"""The workbook of refused rows: as they were sent, each refused cell marked and with the reason in a comment, ready to be
mended and sent back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from formats.excel import look
from formats.excel.columns import INSTANT_FORMAT
from formats.excel.escape import visible
from formats.excel.model import TITLE as MODEL_TITLE
from formats.excel.model import draw_model
from formats.excel.package import Package
from formats.excel.stand_ins import StandIns, add_sheet
from formats.reading.cells import NoValue

_REFUSED = {"bg_color": "#F6C7C1"}
_FIRST_ROW = 2
_WIDTH = 24
"""Of every column, in characters: an instant has 23."""


@dataclass(frozen=True)
class RejectedRow:
    """The cells of a row, and the comments by position."""

    cells: Sequence[object]
    comments: Mapping[int, str]


@dataclass
class RejectedSheet:
    """A sheet with its two header rows, the position of its column of fingerprints, and what the Model sheet says of its
    columns."""

    title: str
    header: tuple[Sequence[object], Sequence[object]]
    hidden: int | None
    model: Sequence[Sequence[str]]
    rows: list[RejectedRow] = field(default_factory=list)


def write_rejects(sheets: Sequence[RejectedSheet], facts: Mapping[str, str], path: Path) -> None:
    """Write the workbook to `path`; `facts` are those of the export, as `formats.excel.model.facts_of` gives them."""
    import xlsxwriter

    output, stand_ins = BytesIO(), StandIns()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        # Texts stand in their cells, as in an export: openpyxl alters shared ones that look like an escape (`_x0041_`).
        "constant_memory": True,
    }
    with xlsxwriter.Workbook(output, options) as book:
        for sheet in sheets:
            _Page(book, sheet, stand_ins).draw()
        model = add_sheet(book, MODEL_TITLE, stand_ins)
        draw_model(book, model, [row for sheet in sheets for row in sheet.model], facts)
        model.hide()
    with ZipFile(output) as written, Package(path) as package:
        for name in written.namelist():
            part = written.read(name)
            package.add(name, stand_ins.put_back(part) if name.startswith("xl/worksheets/sheet") else part)


class _Page:
    """Draws one sheet."""

    def __init__(self, book: Any, sheet: RejectedSheet, stand_ins: StandIns) -> None:
        self._sheet = sheet
        self._page = add_sheet(book, sheet.title, stand_ins)
        self._header = book.add_format(
            {"bold": True, "bg_color": look.SYSTEM_FIELDS.fill, "font_color": look.SYSTEM_FIELDS.font}
        )
        self._formats = {
            (form, refused): book.add_format({"num_format": form, "valign": "top", **(_REFUSED if refused else {})})
            for form in ("@", "General", INSTANT_FORMAT)
            for refused in (False, True)
        }

    def draw(self) -> None:
        page, width = self._page, max(map(len, self._sheet.header))
        page.set_column(0, max(width - 1, 0), _WIDTH, self._formats["@", False])
        if self._sheet.hidden is not None:
            page.set_column(self._sheet.hidden, self._sheet.hidden, _WIDTH, self._formats["@", False], {"hidden": True})
        for top, labels in enumerate(self._sheet.header):
            for number, label in enumerate(labels):
                page.write_string(top, number, str(label or ""), self._header)
        page.freeze_panes(_FIRST_ROW, 0)
        for number, row in enumerate(self._sheet.rows, _FIRST_ROW):
            for position, cell in enumerate(row.cells):
                self._write(number, position, cell, refused=position in row.comments)
            for position, text in row.comments.items():
                page.write_comment(number, position, visible(text), {"author": "Statesheet", "x_scale": 2})

    def _write(self, row: int, column: int, cell: object, *, refused: bool) -> None:
        page = self._page
        match cell:
            case None | "":
                page.write_blank(row, column, None, self._formats["@", refused])
            case bool():
                page.write_boolean(row, column, cell, self._formats["General", refused])
            case int() | float():
                page.write_number(row, column, cell, self._formats["General", refused])
            case datetime():
                page.write_datetime(row, column, cell, self._formats[INSTANT_FORMAT, refused])
            case date():
                page.write_datetime(row, column, datetime.combine(cell, time()), self._formats[INSTANT_FORMAT, refused])
            case NoValue():
                # What has no value may have none either when the mended workbook comes back.
                page.write_formula(row, column, "=NA()", self._formats["General", True], "#N/A")
            case _:
                page.write_string(row, column, str(cell), self._formats["@", refused])
