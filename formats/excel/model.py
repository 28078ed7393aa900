"""The hidden Model sheet: the way back from a sheet's labels to the names of the columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from formats.excel import look
from formats.excel.sheets import DataSheet, DrawnSheet

TITLE = "Model"
HEADER = ("Sheet Name", "Column", "Label", "Name", "Group", "Kind", "Type")


def model_sheet(sheets: Mapping[str, Sequence[DataSheet]]) -> DrawnSheet:
    """A row for each column of each sheet of data (`sheets` by type): which letter and label it has, and which name."""

    def draw(book: Any, sheet: Any) -> None:
        header = book.add_format({"bold": True, "bg_color": look.SYSTEM_FIELDS.fill, "font_color": look.SYSTEM_FIELDS.font})
        text = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(HEADER) - 1, 26)
        for number, label in enumerate(HEADER):
            sheet.write_string(0, number, label, header)
        row = 1
        for type_name, parts in sheets.items():
            for part in parts:
                for number, column in enumerate(part.columns):
                    kind = column.kind.value
                    facts = (part.title, xl_col_to_name(number), column.label, column.name, column.group, kind, type_name)
                    for place, fact in enumerate(facts):
                        sheet.write_string(row, place, fact, text)
                    row += 1

    return DrawnSheet(TITLE, draw, hidden=True)
