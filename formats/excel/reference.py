"""The Reference Data sheet: the values that the drop-downs offer, a column each. Hidden, as in the template."""

from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import xl_range_abs

from formats.excel import look
from formats.excel.sheets import DrawnSheet
from formats.tables import DataTable, TableColumn

TITLE = "Reference Data"
ACTIONS = ("DELETE",)
_WIDTH = 22


class ReferenceData:
    """The choices of all tables' columns; equal lists stand once."""

    def __init__(self, tables: Sequence[DataTable]) -> None:
        self._lists: dict[tuple[str, ...], tuple[int, str]] = {}
        for table in tables:
            for column in table.columns:
                if choices := _choices(column):
                    self._lists.setdefault(choices, (len(self._lists), column.label))

    def source(self, column: TableColumn) -> str | None:
        """The formula of the cells that hold the column's choices; None where it has none."""
        choices = _choices(column)
        if not choices:
            return None
        place = self._lists[choices][0]
        return f"='{TITLE}'!{xl_range_abs(1, place, len(choices), place)}"

    def sheet(self) -> DrawnSheet:
        """The sheet that `source` points to."""

        def draw(book: Any, sheet: Any) -> None:
            header = book.add_format({"bold": True, "bg_color": look.PROPERTIES.fill, "font_color": look.PROPERTIES.font})
            text = book.add_format({"num_format": "@"})
            for choices, (column, label) in self._lists.items():
                sheet.set_column(column, column, _WIDTH)
                sheet.write_string(0, column, label, header)
                for row, choice in enumerate(choices, 1):
                    sheet.write_string(row, column, choice, text)
            sheet.freeze_panes(1, 0)

        return DrawnSheet(TITLE, draw, hidden=True)


def _choices(column: TableColumn) -> tuple[str, ...]:
    return column.choices or (ACTIONS if column.name == "Action" else ())
