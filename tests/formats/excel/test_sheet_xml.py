"""The parts of the file: equal in meaning to those that XlsxWriter itself makes, in the order of ECMA-376."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from contract.errors import VerificationFailed
from formats.excel import write, write_workbook
from formats.excel.cells import CellColumn
from formats.excel.dates import FIRST_MS, LAST_MS, MS_A_DAY
from formats.excel.limits import MAX_CHARACTERS
from formats.excel.sheet_xml import _row_parts, rows_xml, text_buffers
from formats.excel.sheets import DataSheet, laid_out
from formats.excel.skeleton import build_skeleton
from formats.excel.writer import cell_columns, sheets_of
from tests.examples import examples
from tests.formats.excel.exports import export
from tests.formats.excel.frames import frames
from tests.formats.excel.readers import MAIN, cells, part, unescaped

WORKSHEET_SEQUENCE = """
sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios autoFilter
sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks printOptions
pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing
legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst
"""
"""The sequence of CT_Worksheet, ECMA-376 part 1, 18.3.1.99."""


def sample(rows: int) -> pl.DataFrame:
    start = datetime(2024, 1, 1)
    texts = [
        "plain",
        "a & b",
        "<tag>",
        " blank ",
        "_x0041_",
        "tab\tand\nline",
        "two\r\nlines",
        None,
        "",
        "bell\x07",
        "=1+1",
        "0123",
    ]
    return pl.DataFrame(
        {
            "text": [texts[n % len(texts)] for n in range(rows)],
            "whole": [None if n % 5 == 0 else n * 37 - 1000 for n in range(rows)],
            "number": [None if n % 7 == 0 else n / 7 for n in range(rows)],
            "flag": [None if n % 3 == 0 else n % 2 == 0 for n in range(rows)],
            "moment": [None if n % 4 == 0 else start + timedelta(seconds=n * 86_399.123) for n in range(rows)],
        },
        schema_overrides={"moment": pl.Datetime("ms")},
    )


def by_xlsxwriter(frame: pl.DataFrame, path: Path) -> Path:
    """The same table, cell by cell, by XlsxWriter's own row writing."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("S")
    writers = [sheet.write_string, sheet.write_number, sheet.write_number, sheet.write_boolean, sheet.write_datetime]
    formats = [book.add_format({"num_format": text}) for text in ("@", "0", "General", "General", "yyyy-mm-dd hh:mm:ss.000")]
    for column, name in enumerate(frame.columns):
        sheet.write_string(0, column, name)
    for row, record in enumerate(frame.iter_rows(), 1):
        for column, value in enumerate(record):
            if value is not None:
                writers[column](row, column, value, formats[column])
    book.close()
    return path


def meaning(path: Path) -> dict[str, tuple[str, object]]:
    """Each data cell's number format and value, whatever way it is written in."""
    with zipfile.ZipFile(path) as package:
        shared = [
            "".join(node.text or "" for node in item.iter(f"{MAIN}t"))
            for item in ElementTree.fromstring(package.read("xl/sharedStrings.xml"))
        ]
        styles = ElementTree.fromstring(package.read("xl/styles.xml"))
        sheet = ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml"))
    custom = {node.attrib["numFmtId"]: node.attrib["formatCode"] for node in styles.iter(f"{MAIN}numFmt")}
    formats = [node.attrib["numFmtId"] for node in styles.find(f"{MAIN}cellXfs") or ()]
    found: dict[str, tuple[str, object]] = {}
    for reference, (style, kind, text) in cells(sheet).items():
        if reference[1:] != "1":
            number = formats[int(style or 0)]
            found[reference] = (custom.get(number, number), _value(kind, text, shared))
    return found


def _value(kind: str | None, text: str, shared: list[str]) -> object:
    match kind:
        case "s":
            return unescaped(shared[int(text)])
        case "inlineStr":
            return unescaped(text)
        case "b":
            return text == "1"
        case _:
            return round(float(text), 10)


def test_rows_mean_what_xlsxwriter_writes_for_the_same_data(tmp_path: Path) -> None:
    frame = sample(200)
    write({"S": frame}, tmp_path / "ours.xlsx")
    theirs = meaning(by_xlsxwriter(frame, tmp_path / "theirs.xlsx"))
    assert meaning(tmp_path / "ours.xlsx") == theirs


def test_the_whole_file_is_the_one_that_xlsxwriter_makes_of_the_same_rows(tmp_path: Path) -> None:
    """Part by part and byte by byte, but for what `as_we_write_it` names."""
    frame = sample(200)
    write({"S": frame}, tmp_path / "ours.xlsx")
    [sheet] = laid_out(sheets_of({"S": frame}))
    assert isinstance(sheet, DataSheet)

    def write_rows(_: object, worksheet: Any, first: int, __: int) -> None:
        for row, record in enumerate(frame.iter_rows(), first):
            for column, value in enumerate(record):
                if value is not None:
                    # `write` takes an empty text for no cell.
                    (worksheet.write_string if isinstance(value, str) else worksheet.write)(row, column, value)

    theirs = dict(build_skeleton([replace(sheet, finish=write_rows)], {}, datetime(1980, 1, 1)).parts)
    with zipfile.ZipFile(tmp_path / "ours.xlsx") as package:
        ours = {name: package.read(name) for name in package.namelist()}
    assert as_we_write_it(ours) == as_we_write_it(theirs)


def as_we_write_it(parts: dict[str, bytes]) -> dict[str, str]:
    """The parts as texts: strings in their cells and not in a part of their own, rows without the hint of their span, numbers
    by their value, a carriage return as XML knows it, and of what looks like an escape the underscore escaped, not the x."""
    texts = {name: content.decode().replace("_x000D_", "&#13;") for name, content in parts.items()}
    texts = {name: content.replace("__x0078_", "_x005F_x") for name, content in texts.items()}
    shared = re.findall(r"<si>(.*?)</si>", texts.pop("xl/sharedStrings.xml"), re.DOTALL)
    sheet = texts["xl/worksheets/sheet1.xml"]
    sheet = re.sub(r't="s"><v>(\d+)</v>', lambda found: f't="inlineStr"><is>{shared[int(found[1])]}</is>', sheet)
    sheet = re.sub(r' spans="[\d:]+"', "", sheet)
    sheet = re.sub(r"<v>([^<]+)</v>", lambda found: f"<v>{float(found[1]):.10f}</v>", sheet)
    return texts | {"xl/worksheets/sheet1.xml": sheet}


def test_an_empty_text_is_a_cell_and_null_is_none(tmp_path: Path) -> None:
    write({"S": pl.DataFrame({"t": ["", None, "x"]})}, tmp_path / "s.xlsx")
    found = cells(part(tmp_path / "s.xlsx", "xl/worksheets/sheet1.xml"))
    assert found["A2"][1:] == ("inlineStr", "")
    assert "A3" not in found


def test_every_part_is_well_formed_and_every_sheet_in_the_order_of_the_standard(tmp_path: Path) -> None:
    path = write_workbook(export(tmp_path, 50, include_validation_data=True), tmp_path / "w.xlsx").path
    with zipfile.ZipFile(path) as package:
        roots = {name: ElementTree.fromstring(package.read(name)) for name in package.namelist()}
    worksheets = [root for name, root in roots.items() if name.startswith("xl/worksheets/sheet")]
    assert len(worksheets) == 6
    sequence = WORKSHEET_SEQUENCE.split()
    for root in worksheets:
        order = [sequence.index(child.tag.removeprefix(MAIN)) for child in root]
        assert order == sorted(order)


def test_rows_and_cells_rise_and_say_where_they_stand(tmp_path: Path) -> None:
    write({"S": sample(30)}, tmp_path / "s.xlsx")
    rows = list(part(tmp_path / "s.xlsx", "xl/worksheets/sheet1.xml").iter(f"{MAIN}row"))
    assert [row.attrib["r"] for row in rows] == [str(number) for number in range(1, 32)]
    for row in rows:
        references = [cell.attrib["r"] for cell in row]
        assert references == sorted(references)
        assert {reference[1:] for reference in references} <= {row.attrib["r"]}


def test_dimension_filter_and_ignored_errors_cover_the_data(tmp_path: Path) -> None:
    write({"S": sample(30)}, tmp_path / "s.xlsx")
    worksheet = part(tmp_path / "s.xlsx", "xl/worksheets/sheet1.xml")
    assert worksheet.find(f"{MAIN}dimension").attrib["ref"] == "A1:E31"  # type: ignore[union-attr]
    assert worksheet.find(f"{MAIN}autoFilter").attrib["ref"] == "A1:E31"  # type: ignore[union-attr]
    assert next(worksheet.iter(f"{MAIN}ignoredError")).attrib == {"sqref": "A2:E31", "numberStoredAsText": "1"}


@pytest.mark.parametrize(
    "arranged",
    [
        pl.Series.rechunk,
        pl.Series.reverse,
        lambda texts: texts[100:900],
        lambda texts: texts.append(texts.head(10)),
        lambda texts: texts.gather([5, 5, 700]),
        lambda texts: texts.head(0),
        lambda texts: texts.sort(descending=True),
    ],
)
def test_the_bytes_of_texts_are_theirs_in_order_wherever_they_lie(arranged: Callable[[pl.Series], pl.Series]) -> None:
    made = pl.DataFrame({"n": range(1_000)}).select(pl.format("the text of row {} of a sheet: ä", "n")).to_series()
    texts = arranged(made)
    assert b"".join(map(bytes, text_buffers(texts))) == "".join(texts).encode()


def test_the_bytes_of_texts_just_made_are_not_copied() -> None:
    made = pl.DataFrame({"n": range(1_000)}).select(pl.format("the text of row {} of a sheet", "n")).to_series()
    assert not any(isinstance(buffer, bytes) for buffer in text_buffers(made))


def batch_of(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[CellColumn]]:
    """The frame as the writer sees its rows, and its columns."""
    [sheet] = sheets_of({"S": frame})
    assert isinstance(sheet, DataSheet)
    [batch] = sheet.rows.batches(frame.height)
    return batch, cell_columns(sheet, list(range(1, 1 + len(sheet.columns))))


@examples(200)
@given(frames().filter(lambda frame: frame.height > 0), st.sampled_from([1, 2, 7, 8, 9, 96, 99, 1_048_570]))
def test_any_rows_are_as_long_as_their_cells_make_them_and_their_samples_are_rows(frame: pl.DataFrame, first_row: int) -> None:
    batch, columns = batch_of(frame)
    made = rows_xml(batch, columns, first_row)  # raises where they are not
    data = b"".join(map(bytes, made.buffers))
    assert made.size == len(data)
    assert {0, frame.height - 1, *made.odd} <= {sample.place for sample in made.samples}
    for place, begin, end in made.samples:
        assert ElementTree.fromstring(data[begin:end]).get("r") == str(first_row + place)


@pytest.mark.parametrize("first_row", [2, 95])
@pytest.mark.parametrize("cell", [0, 1, 2])
def test_rows_that_lack_a_cell_are_not_written(monkeypatch: pytest.MonkeyPatch, cell: int, first_row: int) -> None:
    batch, columns = batch_of(pl.DataFrame({"text": ["a", "b"] * 5, "number": [1.5, None] * 5, "flag": [True] * 10}))

    def lacking(cells: tuple[Any, ...]) -> Any:
        return _row_parts(cells[:cell] + cells[cell + 1 :])

    monkeypatch.setattr("formats.excel.sheet_xml._row_parts", lacking)
    with pytest.raises(VerificationFailed, match=f"rows from {first_row} on"):
        rows_xml(batch, columns, first_row)


def test_of_many_odd_rows_some_are_samples() -> None:
    batch, columns = batch_of(pl.DataFrame({"text": ["x" * (MAX_CHARACTERS + 9)] * 200}))
    made = rows_xml(batch, columns, 2)
    assert len(made.odd) == 200
    assert 30 < len(made.samples) < 50


@examples(100)
@given(
    st.lists(st.integers(FIRST_MS, LAST_MS), min_size=2, max_size=9),
    st.sampled_from([pl.Datetime("ms"), pl.Datetime("ms", "Europe/Paris"), pl.Duration("ms"), pl.Time]),
)
@example([20_448_902_524_083, 0], pl.Datetime("ms"))
def test_what_a_row_says_does_not_hang_on_the_rows_beside_it(instants: list[int], dtype: pl.DataType) -> None:
    numbers = [ms % MS_A_DAY * 1_000_000 for ms in instants] if dtype == pl.Time else instants
    frame = pl.DataFrame({"when": pl.Series(numbers, dtype=pl.Int64).cast(dtype)})
    batch, columns = batch_of(frame)
    alone = [batch_of(frame.slice(place, 1))[0] for place in range(frame.height)]
    made = [bytes(buffer) for buffer in rows_xml(batch, columns, 1).buffers]
    assert b"".join(made) == b"".join(
        bytes(buffer) for row, one in enumerate(alone, 1) for buffer in rows_xml(one, columns, row).buffers
    )
