"""The workbook without its rows, made by XlsxWriter: styles, headers, panes, filters, widths, small sheets and charts.

Only its public output is used: the parts of the file that it writes. What the rows need to know, the index of each column's
cell format, stands in the `cols` element of each sheet.
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import Any

import xlsxwriter

from contract.kinds import Kind
from formats.excel.columns import Column
from formats.excel.limits import cut
from formats.excel.rows import rows_a_batch
from formats.excel.sheets import DataSheet, HeaderLook, Sheet
from formats.excel.stand_ins import StandIns, add_sheet
from formats.excel.widths import column_widths

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_COLUMNS_A_PAGE = 12
_SMALL_PRINT = 60
"""Percent: of more columns than that, four times as many cells go on a page as at full size, and can still be read."""
_FOOTER = "&L&F&C&A&RPage &P of &N"
_HEADER_HEIGHT, _GROUP_HEIGHT = 20.0, 18.0
_COL = re.compile(rb'<col min="(\d+)" max="(\d+)"[^>]*? style="(\d+)"')
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
_WITH_TEXTS = ("xl/sharedStrings", "xl/charts/")
_SHEET_DATA = re.compile(rb"<sheetData/>|</sheetData>")


@dataclass(frozen=True)
class SplitPart:
    """A worksheet part in two: `head` up to and with the header rows, `tail` from `</sheetData>` on, and the index of the cell
    format of each column."""

    head: bytes
    tail: bytes
    styles: list[int]


@dataclass(frozen=True)
class Skeleton:
    """The parts by name, in the order of the package; `sheets` are the names of the parts of the asked sheets, in order."""

    parts: Mapping[str, bytes]
    sheets: list[str]


def build_skeleton(sheets: Sequence[Sheet], properties: Mapping[str, Any], created: datetime) -> Skeleton:
    """The parts of a workbook of these sheets (laid out before) without any row of data."""
    output, stand_ins = BytesIO(), StandIns()
    book = xlsxwriter.Workbook(output, _OPTIONS)
    book.set_properties({**properties, "created": created})
    for sheet in sheets:
        worksheet = add_sheet(book, sheet.title, stand_ins)
        worksheet.set_footer(_FOOTER)
        if isinstance(sheet, DataSheet):
            _draw_data_sheet(book, worksheet, sheet)
        else:
            sheet.draw(book, worksheet)
            if sheet.hidden:
                worksheet.hide()
    book.close()
    with zipfile.ZipFile(output) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts |= {name: stand_ins.put_back(part) for name, part in parts.items() if name.startswith(_WITH_TEXTS)}
    return Skeleton(parts, [part_name(number) for number in range(1, len(sheets) + 1)])


def part_name(number: int) -> str:
    """The part of the package that holds a sheet, counted from 1."""
    return f"xl/worksheets/sheet{number}.xml"


def split_part(part: bytes, reference: str, columns: int) -> SplitPart:
    """The worksheet part, with `reference` (`A1:Y102`) as its dimension, opened where rows go in."""
    part = _DIMENSION.sub(b'<dimension ref="' + reference.encode() + b'"/>', part, count=1)
    styles = part_styles(part, columns)
    place = _SHEET_DATA.search(part)
    if place is None:
        raise ValueError("XlsxWriter wrote a worksheet without sheetData")
    if place.group() == b"<sheetData/>":
        return SplitPart(part[: place.start()] + b"<sheetData>", b"</sheetData>" + part[place.end() :], styles)
    return SplitPart(part[: place.start()], part[place.start() :], styles)


def part_styles(part: bytes, columns: int) -> list[int]:
    """The index of the cell format of each column, from the `cols` element of a worksheet part."""
    styles = [0] * columns
    for first, last, style in _COL.findall(part):
        for number in range(int(first) - 1, min(int(last), columns)):
            styles[number] = int(style)
    return styles


def _draw_data_sheet(book: Any, worksheet: Any, sheet: DataSheet) -> None:
    first = sheet.header_rows
    last = first + sheet.rows.count - 1
    right = len(sheet.columns) - 1
    _draw_columns(book, worksheet, sheet)
    _draw_header(book, worksheet, sheet)
    if right >= 0:
        worksheet.freeze_panes(first, min(sheet.frozen_columns, right))
        worksheet.autofilter(first - 1, 0, max(last, first - 1), right)
        worksheet.ignore_errors({"number_stored_as_text": _area(first, 0, max(last, first), right)})
    _set_up_page(worksheet, sheet)
    if sheet.active:
        worksheet.activate()
    if sheet.finish is not None:
        sheet.finish(book, worksheet, first, last)


def _set_up_page(worksheet: Any, sheet: DataSheet) -> None:
    """On paper: few columns on one page's width; many in small print over pages that each begin with the frozen ones, the pages
    of the same rows after each other."""
    worksheet.set_landscape()
    worksheet.repeat_rows(0, sheet.header_rows - 1)
    if len(sheet.columns) <= _COLUMNS_A_PAGE:
        worksheet.fit_to_pages(1, 0)
        return
    worksheet.set_print_scale(_SMALL_PRINT)
    worksheet.print_across()
    if sheet.frozen_columns:
        worksheet.repeat_columns(0, sheet.frozen_columns - 1)


def _draw_columns(book: Any, worksheet: Any, sheet: DataSheet) -> None:
    first = next(sheet.rows.part(0, min(sheet.rows.count, 2_000)).batches(rows_a_batch(len(sheet.columns))), None)
    formats: dict[tuple[str, Kind, bool], Any] = {}
    for number, (column, width) in enumerate(zip(sheet.columns, column_widths(sheet.columns, first), strict=True)):
        key = (column.cell_format, column.kind, column.link)
        if key not in formats:
            formats[key] = book.add_format({"num_format": column.cell_format, **_cell_look(column)})
        worksheet.set_column(number, number, width, formats[key], {"hidden": column.hidden})


def _cell_look(column: Column) -> dict[str, Any]:
    """How the cells of a column look: at the top, so that of a text of several lines the first is seen."""
    look: dict[str, Any] = {"valign": "top"}
    if column.link:
        look |= {"font_color": "#0B5CAD", "underline": 1}
    if column.kind is Kind.INSTANT or column.link:
        look["align"] = "left"  # at the right it would touch the text of the next column
    return look


def _draw_header(book: Any, worksheet: Any, sheet: DataSheet) -> None:
    label_row = sheet.header_rows - 1
    cells = {"valign": "vcenter", "bold": True, "border": 1, "border_color": "#FFFFFF"}
    formats = _Formats(book, cells)
    for number, column in enumerate(sheet.columns):
        look = sheet.marked.get(column.name) or sheet.looks.get(column.group, HeaderLook())
        worksheet.write_string(label_row, number, cut(column.label), formats.of(look))
    worksheet.set_row(label_row, _HEADER_HEIGHT)
    if label_row:
        _draw_groups(book, worksheet, sheet, cells)
        worksheet.set_row(0, _GROUP_HEIGHT)


def _draw_groups(book: Any, worksheet: Any, sheet: DataSheet, cells: Mapping[str, Any]) -> None:
    formats = _Formats(book, cells)
    start = 0
    for group, members in groupby(sheet.columns, key=_group_of):
        end = start + len(list(members)) - 1
        form = formats.of(sheet.looks.get(group, HeaderLook()))
        if end > start:
            worksheet.merge_range(0, start, 0, end, group, form)
        else:
            worksheet.write_string(0, start, group, form)
        start = end + 1


def _group_of(column: Column) -> str:
    return column.group


def _area(top: int, left: int, bottom: int, right: int) -> str:
    return str(xlsxwriter.utility.xl_range(top, left, bottom, right))


class _Formats:
    """Makes each look of a header once: two equal formats would be two styles in the file."""

    def __init__(self, book: Any, cells: Mapping[str, Any]) -> None:
        self._book = book
        self._cells = cells
        self._made: dict[HeaderLook, Any] = {}

    def of(self, look: HeaderLook) -> Any:
        if look not in self._made:
            self._made[look] = self._book.add_format({**self._cells, "bg_color": look.fill, "font_color": look.font})
        return self._made[look]
