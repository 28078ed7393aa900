"""The Summary sheet: what was asked for, what came out, and how it is spread, with a chart for each tally."""

import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from formats.excel import look
from formats.excel.limits import cut
from formats.excel.sheets import DrawnSheet
from formats.excel.widths import row_height
from formats.tables import Receipt, Tally

TITLE = "Summary"
_SHOWN_VALUES = 12
_CHART_ROWS = 15
_ROW_PIXELS = 20
_CHART_COLUMN = 4
_TEXT_WIDTH = 100  # characters of the merged cells that hold texts
_LINE_HEIGHT = 15
_BAR_COLOURS = ("#2F75B5", "#3A7D44", "#8A6D1B", "#7B3F61", "#1F3A5F", "#B03A2E")
_OTHER = "All others"


def summary_sheet(receipt: Receipt, errors: int) -> DrawnSheet:
    """The summary of an export with so many validation errors."""

    def draw(book: Any, sheet: Any) -> None:
        page = _Page(book, sheet)
        page.title("Summary")
        if receipt.matched != receipt.exported:
            page.notice(
                f"Not everything was exported: {receipt.exported:,} of {receipt.matched:,} matching objects"
                f" {'is' if receipt.exported == 1 else 'are'} in this file."
            )
        page.lines("Request", receipt.words)
        page.section("Result", _result(receipt, errors))
        for number, tally in enumerate(receipt.tallies):
            page.tally(tally, _BAR_COLOURS[number % len(_BAR_COLOURS)], receipt.exported)
        page.section("Receipt", _receipt(receipt))

    return DrawnSheet(TITLE, draw)


def _result(receipt: Receipt, errors: int) -> Iterable[tuple[str, str | int]]:
    yield "Data as of", receipt.as_of.astimezone(receipt.zone).isoformat(sep=" ", timespec="milliseconds")
    yield "Time zone", receipt.zone.key
    if receipt.since:
        yield "Changes since", receipt.since
    yield "Objects matched", receipt.matched
    yield "Objects exported", receipt.exported
    yield "Validation errors", errors


def _receipt(receipt: Receipt) -> Iterable[tuple[str, str | int]]:
    yield "Tenant", receipt.tenant
    yield "Job", receipt.job_id
    yield "File", receipt.file_name
    yield "Version", receipt.version
    yield "Run it again", _command(receipt)
    yield "Request as sent", json.dumps(receipt.request, ensure_ascii=False)


def _command(receipt: Receipt) -> str:
    words = ("statesheet", "export", "request.json", "--tenant", receipt.tenant, "--output", receipt.file_name)
    return f"Save the request below as request.json, then: {shlex.join(words)}"


@dataclass
class _Formats:
    title: Any
    heading: Any
    number_heading: Any
    key: Any
    value: Any
    plain: Any
    count: Any
    tally: Any
    share: Any
    notice: Any


class _Page:
    """Draws from top to bottom; `_row` is the next free row."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self._book, self._sheet, self._row = book, sheet, 0
        self._formats = _Formats(
            title=book.add_format(look.TITLE),
            heading=book.add_format(look.HEADING),
            number_heading=book.add_format({**look.HEADING, "align": "right"}),
            key=book.add_format(look.KEY),
            value=book.add_format(look.VALUE),
            plain=book.add_format({"num_format": "@"}),
            count=book.add_format({"num_format": "#,##0", "align": "left", "valign": "top"}),
            tally=book.add_format({"num_format": "#,##0"}),
            share=book.add_format({"num_format": "0.0%", "font_color": "#7F7F7F"}),
            notice=book.add_format(look.NOTICE),
        )
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 38)
        sheet.set_column(1, 1, 14)
        sheet.set_column(2, 2, 10)
        sheet.set_column(3, 3, 3)
        sheet.set_column(_CHART_COLUMN, _CHART_COLUMN, 76)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def title(self, text: str) -> None:
        self._sheet.set_row(self._row, 26)
        self._sheet.write_string(self._row, 0, text, self._formats.title)
        self._row += 2

    def notice(self, text: str) -> None:
        self._sheet.set_row(self._row, 28)
        self._sheet.merge_range(self._row, 0, self._row, _CHART_COLUMN, text, self._formats.notice)
        self._row += 2

    def lines(self, heading: str, lines: Iterable[str]) -> None:
        """Sentences under each other."""
        self._heading((heading,), to_the_right=True)
        for line in lines:
            self._text(0, line)
            self._row += 1
        self._row += 1

    def section(self, heading: str, facts: Iterable[tuple[str, str | int]]) -> None:
        """Facts under each other, each with its name."""
        self._heading((heading,), to_the_right=True)
        for key, value in facts:
            self._sheet.write_string(self._row, 0, key, self._formats.key)
            if isinstance(value, int):
                self._sheet.write_number(self._row, 1, value, self._formats.count)
            else:
                self._text(1, value)
            self._row += 1
        self._row += 1

    def tally(self, tally: Tally, colour: str, total: int) -> None:
        """A table of values and counts with a chart beside it; the rarest values stand together in one line."""
        top = self._row
        self._heading((tally.column, "Objects", "Share"), numbers=True)
        counts = _shown(tally)
        for value, count in counts:
            self._sheet.write_string(self._row, 0, cut(value) or "(empty)", self._formats.plain)
            self._sheet.write_number(self._row, 1, count, self._formats.tally)
            self._sheet.write_number(self._row, 2, count / total if total else 0, self._formats.share)
            self._row += 1
        if counts:
            self._chart(tally.column, colour, top, len(counts))
        self._row = max(self._row, top + _chart_rows(len(counts))) + 1

    def _heading(self, texts: Sequence[str], *, to_the_right: bool = False, numbers: bool = False) -> None:
        for column, text in enumerate(texts):
            form = self._formats.number_heading if numbers and column else self._formats.heading
            self._sheet.write_string(self._row, column, text, form)
        for column in range(len(texts), _CHART_COLUMN + 1 if to_the_right else 0):
            self._sheet.write_blank(self._row, column, None, self._formats.heading)
        self._row += 1

    def _text(self, column: int, text: str) -> None:
        """A text over the columns up to the last one, in as many lines as it needs."""
        self._sheet.merge_range(self._row, column, self._row, _CHART_COLUMN, "", self._formats.value)
        self._sheet.write_string(self._row, column, cut(text), self._formats.value)
        height = row_height(text, _TEXT_WIDTH, _LINE_HEIGHT)
        if height > _LINE_HEIGHT:
            self._sheet.set_row(self._row, height)

    def _chart(self, title: str, colour: str, top: int, count: int) -> None:
        chart = self._book.add_chart({"type": "bar"})
        first, last = top + 1, top + count
        chart.add_series(
            {
                "name": "Objects",
                "categories": [TITLE, first, 0, last, 0],
                "values": [TITLE, first, 1, last, 1],
                "fill": {"color": colour},
                "gap": 40,
                "data_labels": {"value": True, "num_format": "#,##0"},
            }
        )
        chart.set_title({"name": f"Objects by {title}", "name_font": {"size": 11, "bold": True, "color": "#44546A"}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True, "interval_unit": 1, "line": {"color": "#BFBFBF"}, "major_tick_mark": "none"})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
        chart.set_chartarea({"border": {"color": "#D9D9D9"}})
        chart.set_size({"width": 520, "height": _chart_rows(count) * _ROW_PIXELS})
        self._sheet.insert_chart(top, _CHART_COLUMN, chart, {"object_position": 3})


def _chart_rows(count: int) -> int:
    return min(_CHART_ROWS, max(6, count + 3))


def _shown(tally: Tally) -> list[tuple[str, int]]:
    shown = list(tally.counts[:_SHOWN_VALUES])
    if rest := sum(count for _, count in tally.counts[_SHOWN_VALUES:]):
        shown.append((_OTHER, rest))
    return shown
