"""The Triage sheet: which errors are frequent, where they come from, and how long objects have stood in their states."""

from collections.abc import Sequence
from typing import Any

from contract.phrases import counted
from formats.excel import look
from formats.excel.errors import TITLE as ERRORS_TITLE
from formats.excel.errors import place_of
from formats.excel.limits import clip, units
from formats.excel.sheets import DataSheet, DrawnSheet
from formats.excel.widths import row_height
from formats.tables import AGES, Ages, FrequentError, Tally, Triage

TITLE = "Triage"
_SHOWN_VALUES = 12
_OTHER, _NOTHING = "All others", "(none)"
_TEXT_COLUMN, _FIRST_WIDTH, _WIDTH = 0, 58, 13
_LONGEST = 400
_LINE_HEIGHT = 16
_LAST_COLUMN = len(AGES) + 1
_NOTE = (
    f"Each text leads to its first row in {ERRORS_TITLE}, as that sheet was exported: before it is sorted. "
    "To see all rows of one, filter the column Error there by its text."
)
_AGES_NOTE = "Objects by the whole days since the date of their state, at the time of the data."
_RIGHT = {"align": "right", "indent": 1, "valign": "top"}
_PALE, _MANY_ERRORS, _MANY_OBJECTS = "#FFFFFF", "#DDBFCE", "#F0B775"


def triage_sheet(triage: Triage, errors: Sequence[DataSheet], count: int) -> DrawnSheet:
    """The sheet for an export with `count` validation errors, which stand on the sheets `errors`."""

    def draw(book: Any, sheet: Any) -> None:
        page = _Page(book, sheet)
        errors_in = f"{counted(count, 'validation error')} in {counted(triage.objects, 'object')}"
        page.title("Triage", errors_in if count else "")
        if triage.frequent and errors:
            page.frequent(triage.frequent, errors, count)
        for tally in triage.tallies:
            page.tally(tally, count)
        for ages in triage.ages:
            page.ages(ages)
        if triage.ages:
            page.note(_AGES_NOTE)

    return DrawnSheet(TITLE, draw)


class _Page:
    """Draws from top to bottom; `_row` is the next free row."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self._sheet, self._row = sheet, 0
        self._title = book.add_format(look.TITLE)
        self._heading = book.add_format(look.HEADING)
        self._number_heading = book.add_format({**look.HEADING, **_RIGHT})
        self._text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self._link = book.add_format(
            {"font_color": look.PROPERTIES.fill, "valign": "top", "text_wrap": True, "num_format": "@"}
        )
        self._count = book.add_format({"num_format": "#,##0", **_RIGHT})
        self._sum = book.add_format({"num_format": "#,##0", "bold": True, **_RIGHT})
        self._age = book.add_format({"num_format": '#,##0;-#,##0;"·"', **_RIGHT})
        self._share = book.add_format({"num_format": "0.0%", "font_color": look.FAINT, **_RIGHT})
        self._note = book.add_format({"font_color": look.FAINT, "italic": True})
        sheet.hide_gridlines(2)
        sheet.set_column(_TEXT_COLUMN, _TEXT_COLUMN, _FIRST_WIDTH)
        sheet.set_column(1, _LAST_COLUMN, _WIDTH)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def title(self, text: str, below: str) -> None:
        self._sheet.set_row(self._row, 26)
        self._sheet.write_string(self._row, 0, text, self._title)
        if below:
            self._sheet.write_string(self._row + 1, 0, below, self._note)
        self._row += 3 if below else 2

    def note(self, text: str) -> None:
        """A remark under what was drawn last."""
        self._sheet.write_string(self._row, 0, text, self._note)
        self._row += 1

    def frequent(self, errors: Sequence[FrequentError], sheets: Sequence[DataSheet], total: int) -> None:
        """The most frequent texts, each a link to its first row."""
        self._head("Most frequent errors", "Errors", "Share", "Objects")
        top = self._row
        for error in errors:
            text = _shortened(error.text) or _NOTHING
            place = f"internal:{place_of(error.row, sheets)}"
            # Not with the text of the cell: XlsxWriter puts it into an attribute too, where it escapes no control character.
            self._sheet.write_url(self._row, 0, place, self._link, ERRORS_TITLE, f"Its first row in {ERRORS_TITLE}")
            self._sheet.write_string(self._row, 0, text, self._link)
            self._sheet.write_number(self._row, 1, error.times, self._count)
            self._sheet.write_number(self._row, 2, error.times / total, self._share)
            self._sheet.write_number(self._row, 3, error.objects, self._count)
            self._sheet.set_row(self._row, row_height(text, _FIRST_WIDTH, _LINE_HEIGHT))
            self._row += 1
        self._shade(top, 1, 1, _MANY_ERRORS)
        self.note(_NOTE)
        self._row += 1

    def tally(self, tally: Tally, total: int) -> None:
        """Errors by value; the rarest values stand together in one line."""
        self._head(f"Errors by {tally.column}", "Errors", "Share")
        top = self._row
        shown = list(tally.counts[:_SHOWN_VALUES])
        if rest := sum(count for _, count in tally.counts[_SHOWN_VALUES:]):
            shown.append((_OTHER, rest))
        for value, count in shown:
            text = _shortened(value) or _NOTHING
            self._sheet.write_string(self._row, 0, text, self._text)
            self._sheet.write_number(self._row, 1, count, self._count)
            self._sheet.write_number(self._row, 2, count / total if total else 0, self._share)
            self._sheet.set_row(self._row, row_height(text, _FIRST_WIDTH, _LINE_HEIGHT))
            self._row += 1
        self._shade(top, 1, 1, _MANY_ERRORS)
        self._row += 1

    def ages(self, ages: Ages) -> None:
        """A row a state, a column an age, the fuller the stronger."""
        self._head(f"Time in {ages.column}", "Objects", *AGES)
        top = self._row
        for state, counts in ages.counts[:_SHOWN_VALUES]:
            self._sheet.write_string(self._row, 0, _shortened(state) or _NOTHING, self._text)
            self._sheet.write_number(self._row, 1, sum(counts), self._sum)
            for number, count in enumerate(counts, 2):
                self._sheet.write_number(self._row, number, count, self._age)
            self._row += 1
        self._shade(top, 2, _LAST_COLUMN - 1, _MANY_OBJECTS)
        self._row += 1

    def _head(self, first: str, *numbers: str) -> None:
        self._sheet.write_string(self._row, 0, first, self._heading)
        for column, text in enumerate(numbers, 1):
            self._sheet.write_string(self._row, column, text, self._number_heading)
        self._row += 1

    def _shade(self, top: int, first: int, last: int, strong: str) -> None:
        """The greater the count, the stronger its colour. Bars would need an extension that some readers warn of."""
        scale = {"type": "2_color_scale", "min_type": "num", "min_value": 0, "min_color": _PALE, "max_color": strong}
        self._sheet.conditional_format(top, first, self._row - 1, last, scale)


def _shortened(text: str) -> str:
    """In one paragraph: a linked cell shows no line feeds in LibreOffice, and words would run together."""
    lines = text.replace("\r", "\n").split("\n")
    text = " ".join(filter(None, map(str.strip, lines)))
    return text if units(text) <= _LONGEST else clip(text, _LONGEST) + "…"
