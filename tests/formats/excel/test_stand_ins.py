"""Texts that XlsxWriter takes for something else stand in the sheets and charts that it draws as they are."""

import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from formats.excel import write_workbook
from formats.excel.rejects import RejectedRow, RejectedSheet, write_rejects
from formats.tables import FrequentError, TableColumn, Tally, Triage
from tests.formats.excel.exports import SYSTEM, export, table
from tests.formats.excel.readers import by_calamine, unescaped
from tests.generative.readers import Sheet, read_workbook
from tests.tasks.edited_books import opened

TEXTS = [
    "<r>Q&A</r>",
    "<r><t>red</t></r>",
    "_x0041_x0042_",
    "a\x01_x0041\x02",
    "_x005F_x0041_",
    " _x0041_ ",
    "_x",
    "\ufdd00\ufdd0",
    "\ufdd0",
    "plain & simple",
]
COUNTS = tuple((text, 1) for text in TEXTS)


def texts_of(sheet: Sheet, letter: str) -> list[object]:
    return [row.get(letter) for _, row in sorted(sheet.rows.items())]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook that has these texts as names, headers, states and errors."""
    folder = tmp_path_factory.mktemp("texts")
    content = export(folder, 40)
    frequent = tuple(FrequentError(text, 1, 1, 0) for text in TEXTS)
    triage = Triage((Tally("Target Attribute", COUNTS),), frequent, 1, ())
    receipt = replace(content.receipt, tallies=(Tally("Item State", COUNTS),), triage=triage)
    columns = (*SYSTEM, *(TableColumn(f"{number}{text}", text, "Attributes") for number, text in enumerate(TEXTS)))
    named = table(folder / "named.arrow", columns, {"Type": ["named"], "ID": ["1"]}, type="named", title="Named")
    return write_workbook(replace(content, receipt=receipt, tables=(*content.tables, named)), folder / "texts.xlsx").path


def test_each_cell_that_is_drawn_says_its_text(path: Path) -> None:
    sheets = read_workbook(path)  # every part must be XML
    assert list(sheets["Named"].rows[2].values())[len(SYSTEM) :] == TEXTS
    states = texts_of(sheets["Summary"], "A")
    assert states[states.index("Item State") + 1 :][: len(TEXTS)] == TEXTS
    errors = texts_of(sheets["Triage"], "A")
    shown = [text.strip() for text in TEXTS]
    for heading in ("Most frequent errors", "Errors by Target Attribute"):
        assert errors[errors.index(heading) + 1 :][: len(TEXTS)] == shown
    names = texts_of(sheets["Model"], "D")
    assert names[-len(TEXTS) :] == [f"{number}{text}" for number, text in enumerate(TEXTS)]


def test_the_names_of_columns_survive_a_program_that_saves_the_workbook(path: Path, tmp_path: Path) -> None:
    """openpyxl takes `x005F_` out of shared texts, and writes what is left as it is."""
    book = opened(path)
    book.save(tmp_path / "saved.xlsx")
    names = [row[3] for row in by_calamine(tmp_path / "saved.xlsx", book.sheetnames.index("Model"))]
    assert names[-len(TEXTS) :] == [f"{number}{text}" for number, text in enumerate(TEXTS)]


def test_a_chart_names_its_bars_as_the_cells_do(path: Path) -> None:
    with zipfile.ZipFile(path) as package:
        chart = ElementTree.fromstring(package.read("xl/charts/chart1.xml"))
    namespace = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    kept = [node.findtext(f"{namespace}v") for node in chart.iterfind(f".//{namespace}cat//{namespace}pt")]
    assert [unescaped(text) for text in kept] == TEXTS


def test_refused_rows_say_what_was_sent(tmp_path: Path) -> None:
    header = (["Attributes"] * len(TEXTS), TEXTS)
    sheet = RejectedSheet("Named", header, None, [("Named", "A", text, text) for text in TEXTS], [RejectedRow(TEXTS, {})])
    write_rejects([sheet], {"tenant": "acme"}, tmp_path / "rejects.xlsx")
    sheets = read_workbook(tmp_path / "rejects.xlsx")
    assert [list(sheets["Named"].rows[number].values()) for number in (2, 3)] == [TEXTS, TEXTS]
    assert texts_of(sheets["Model"], "D")[1:] == TEXTS
