"""The Help sheet: the facts of the template, where its readers look for them, and what the colours mean.

Source: the `RS EXCEL` generic-object template; rows 4 to 13 of columns A and B are as there.
"""

from typing import Any

from contract.objects import NESTING
from formats.excel import look
from formats.excel.sheets import DrawnSheet
from formats.headers import MULTIPLE
from formats.tables import Receipt

TEMPLATE_NAME, TEMPLATE_VERSION = "RS EXCEL", "V0.18"

_GUIDE = (
    (
        "HOW TO READ",
        "Each row is one object. Row 1 names the group of the columns below it, row 2 the column; data begins in row 3.",
    ),
    (
        "HOW TO SEND BACK",
        "Edit cells and hand the file in again. Type and ID say which object a row is: leave them as they are.",
    ),
    ("ACTION", "Leave it empty to have the row taken as it stands; write DELETE to have the object removed."),
    ("OTHER SHEETS", "Validation Errors, Changes, Triage and Summary are for reading: what is altered there is not taken in."),
)


def help_sheet(receipt: Receipt) -> DrawnSheet:
    """Template facts, legend, zone and time of the data."""

    def draw(book: Any, sheet: Any) -> None:
        key, value = book.add_format(look.KEY), book.add_format(look.VALUE)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 100)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_row(0, 26)
        sheet.write_string(0, 0, "How to use this workbook", book.add_format(look.TITLE))
        for row, (name, text) in enumerate(_template_facts(receipt), 3):
            sheet.write_string(row, 0, name, key)
            sheet.write_string(row, 1, text, value)
        _draw_legend(book, sheet, 8, key)
        for row, (name, text) in enumerate(_export_facts(receipt), 14):
            sheet.write_string(row, 0, name, key)
            sheet.write_string(row, 1, text, value)

    return DrawnSheet("Help", draw)


def _draw_legend(book: Any, sheet: Any, top: int, key: Any) -> None:
    sheet.write_string(top, 0, "LEGENDS", key)
    for row, (name, colours) in enumerate(look.LEGEND, top):
        swatch = {"bg_color": colours.fill, "font_color": colours.font, "bold": True, "indent": 1}
        sheet.write_string(row, 1, name, book.add_format(swatch))


def _template_facts(receipt: Receipt) -> tuple[tuple[str, str], ...]:
    return (
        ("TEMPLATE NAME", TEMPLATE_NAME),
        ("TEMPLATE VERSION", TEMPLATE_VERSION),
        ("MULTI VALUES DELIMITER", MULTIPLE),
        ("CONTEXT PATH DELIMITER", NESTING),
        ("TENANT ID", receipt.tenant),
    )


def _export_facts(receipt: Receipt) -> tuple[tuple[str, str], ...]:
    return (
        ("TIME ZONE", f"Dates and times are those of {receipt.zone.key}. A date that Excel cannot hold stands as its text."),
        ("DATA AS OF", receipt.as_of.astimezone(receipt.zone).isoformat(sep=" ", timespec="milliseconds")),
        *_GUIDE,
    )
