"""The workbook of an export, as people and programs get it."""

import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from contract.kinds import Kind
from formats.excel import sheets, verify_workbook, write_workbook
from formats.excel.reference import ReferenceData
from formats.excel.states import data_sheet
from formats.tables import Ages, Content, DataTable, FrequentError, TableColumn, Tally, Triage
from tests.formats.excel.exports import ERROR_COLUMNS, SYSTEM, export, receipt, table
from tests.formats.excel.readers import MAIN, by_calamine, by_openpyxl, part

SMALL = (*SYSTEM, TableColumn("entityid", "Entity Id", "Properties"), TableColumn("itemState", "Item State", "Attributes"))
WHEN = TableColumn("itemStateDate", "Item State Date", "Attributes", Kind.INSTANT)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("book")
    path = write_workbook(export(folder, 300, include_validation_data=True), folder / "w.xlsx").path
    return openpyxl.load_workbook(path)


def small(folder: Path, rows: int = 3, **facts: str) -> DataTable:
    ids = [f"{number:05}" for number in range(rows)]
    values = {"Type": ["connectorstate"] * rows, "ID": ids, "entityid": ids, "itemState": ["errored"] * rows}
    return table(folder / f"{facts.get('type', 'small')}.arrow", SMALL, values, **facts)


def test_the_sheets_stand_in_their_order_and_the_first_data_sheet_is_open(book: Any) -> None:
    assert book.sheetnames == ["Help", "Connector State", "Validation Errors", "Summary", "Model", "Reference Data"]
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == ["Model", "Reference Data"]
    assert book.active.title == "Connector State"


def test_help_holds_the_facts_of_the_template_where_its_readers_look(book: Any) -> None:
    help_sheet = book["Help"]
    assert [[cell.value for cell in row] for row in help_sheet["A4:B13"]] == [
        ["TEMPLATE NAME", "RS EXCEL"],
        ["TEMPLATE VERSION", "V0.18"],
        ["MULTI VALUES DELIMITER", "||"],
        ["CONTEXT PATH DELIMITER", ">>"],
        ["TENANT ID", "acme"],
        ["LEGENDS", "SYSTEM FIELDS"],
        [None, "ATTRIBUTES"],
        [None, "COLLECTION ATTRIBUTES"],
        [None, "PROPERTIES"],
        [None, "MANDATORY"],
    ]
    assert "UTC" in help_sheet["B15"].value


def test_the_data_sheet_has_groups_labels_and_rows_from_the_third(book: Any) -> None:
    sheet = book["Connector State"]
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:D1", "E1:R1", "S1:AE1"}
    assert [sheet[cell].value for cell in ("A1", "E1", "S1")] == ["System Fields", "Properties", "Attributes"]
    assert [cell.value for cell in sheet[2]][:8] == ["Action", "Type", "ID", "Name", "Hub", "Self", "Tenant Id", "Entity Id"]
    assert sheet["C3"].value == "cs-0000000"
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.dimensions) == ("D3", "A2:AE302", "A1:AE302")


def test_headers_wear_the_colours_that_the_legend_explains(book: Any) -> None:
    legend = {book["Help"][f"B{row}"].value: book["Help"][f"B{row}"].fill.fgColor.rgb for row in range(9, 14)}
    sheet = book["Connector State"]
    worn = {cell: sheet[cell].fill.fgColor.rgb for cell in ("A2", "C2", "E2", "S2", "AE2")}
    assert worn == {
        "A2": legend["SYSTEM FIELDS"],
        "C2": legend["MANDATORY"],
        "E2": legend["PROPERTIES"],
        "S2": legend["ATTRIBUTES"],
        "AE2": legend["COLLECTION ATTRIBUTES"],
    }


def test_on_paper_a_wide_sheet_is_small_and_its_pages_follow_the_rows(book: Any) -> None:
    sheet = book["Connector State"]
    setup = sheet.page_setup
    assert (setup.orientation, setup.scale, setup.pageOrder) == ("landscape", 60, "overThenDown")
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$2", "$A:$C")


def test_on_paper_a_narrow_sheet_is_as_wide_as_the_page(book: Any) -> None:
    sheet = book["Validation Errors"]
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0


def test_each_page_says_of_which_file_and_sheet_it_is(book: Any) -> None:
    for sheet in book:
        footer = sheet.oddFooter
        assert [footer.left.text, footer.center.text, footer.right.text] == ["&F", "&A", "Page &P of &N"], sheet.title


def test_texts_stand_at_the_top_of_their_cells_so_that_the_first_line_is_seen(book: Any) -> None:
    for name in ("Connector State", "Validation Errors"):
        filled = [cell for row in book[name].iter_rows(min_row=3) for cell in row if cell.value is not None]
        assert {cell.alignment.vertical for cell in filled} == {"top"}


def test_codes_are_texts_and_dates_are_dates(book: Any) -> None:
    sheet = book["Connector State"]
    assert (sheet["H3"].value, sheet["H3"].number_format, sheet["H3"].data_type) == ("000000000000", "@", "s")
    moment = next(cell for cell in sheet["O"][2:] if cell.value is not None)
    assert isinstance(moment.value, datetime)
    assert moment.number_format == "yyyy-mm-dd hh:mm:ss.000"


def rules(sheet: Any) -> dict[str, list[str]]:
    """The formulas that tint, by the area that they tint."""
    found = sheet.conditional_formatting._cf_rules.items()
    return {str(area.sqref): [rule.formula[0] for rule in tinting] for area, tinting in found}


def test_rows_in_error_are_tinted_by_their_states_and_by_their_validation_errors(book: Any) -> None:
    """An object with validation errors is one to look at, whatever its states say."""
    areas = rules(book["Connector State"])
    assert '$S3="errored"' in areas["A3:AE302"][0]
    assert areas["A3:AE302"][0].endswith(',$AE3<>"")')
    assert book["Connector State"]["AE2"].value == "Validation Error>>Error"
    assert areas["S3:S302"] == ['OR($S3="errored",$S3="error",$S3="failed")']


def test_rows_are_tinted_by_validation_errors_alone_where_no_state_is_asked_for(tmp_path: Path) -> None:
    columns = (*SYSTEM, TableColumn("validationError>>sno", "Validation Error>>Sno", "Attributes"))
    data = table(tmp_path / "t.arrow", columns, {"Type": ["t"], "ID": ["1"], "validationError>>sno": ["1"]}, title="T")
    path = write_workbook(Content(receipt(matched=1, exported=1), (data,)), tmp_path / "w.xlsx").path
    assert rules(openpyxl.load_workbook(path)["T"]) == {"A3:E3": ['OR($E3<>"")']}


def test_no_rule_has_more_arguments_than_a_function_takes(tmp_path: Path) -> None:
    """Any attribute may be named as a state; Excel takes 255 arguments, and repairs a file with more."""
    names = [f"a{number}State" for number in range(200)]
    columns = (*SYSTEM, *(TableColumn(name, name, "Attributes") for name in names))
    data = table(tmp_path / "t.arrow", columns, {"Type": ["t"], "ID": ["1"]}, title="T")
    path = write_workbook(Content(receipt(matched=1, exported=1), (data,)), tmp_path / "w.xlsx").path
    of_rows = rules(openpyxl.load_workbook(path)["T"])["A3:GV3"]
    assert [rule.count("=") for rule in of_rows] == [255, 255, 90]


def test_each_validation_error_is_linked_to_the_row_of_its_object(book: Any) -> None:
    errors, data = book["Validation Errors"], book["Connector State"]
    assert [cell.value for cell in errors[1]] == ["Type", "ID", "Row", "Sno", "Source Attribute", "Target Attribute", "Error"]
    for row in errors.iter_rows(min_row=2):
        sheet, cell = row[2].hyperlink.location.split("!")
        assert (sheet, cell) == ("'Connector State'", f"A{row[2].value}")
        assert data.cell(row[2].value, 3).value == row[1].value


def test_triage_leads_from_each_frequent_error_to_its_first_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the errors go on on a next sheet."""
    monkeypatch.setattr(sheets, "MAX_ROWS", 9)
    content = export(tmp_path, 90)
    assert content.errors is not None
    texts = [row["error"] for row in pl.read_ipc(content.errors.path).to_dicts()]
    assert len(texts) > 8
    frequent = tuple(FrequentError(text, texts.count(text), 1, texts.index(text)) for text in dict.fromkeys(texts))
    frequent += (FrequentError("=1+1 " + "long " * 200, 1, 1, 8),)
    told = Triage(
        (Tally("Channel Id", (("shop-eu", 3), ("", 1))),), frequent, 2, (Ages("Channel State", (("new", (1, 2, 3, 4, 5, 0)),)),)
    )
    content = replace(content, receipt=replace(content.receipt, triage=told))
    path = write_workbook(content, tmp_path / "w.xlsx").path
    verify_workbook(content, path)
    book = openpyxl.load_workbook(path)
    triage = book["Triage"]
    linked = [row[0] for row in triage.iter_rows() if row[0].hyperlink is not None]
    assert len(linked) == len(frequent)
    for cell, error in zip(linked, frequent, strict=True):
        title, place = cell.hyperlink.location.split("!")
        assert book[title.strip("'")][place].value == texts[error.row]
    assert linked[-1].data_type == "s"
    assert linked[-1].hyperlink.location.startswith("'Validation Errors (2)'!G")
    said = [[cell.value for cell in row] for row in triage.iter_rows()]
    assert ["new", 15, 1, 2, 3, 4, 5, 0] in said
    assert ["(none)", 1] in [row[:2] for row in said]


def test_triage_shows_an_error_of_several_lines_as_one_paragraph(tmp_path: Path) -> None:
    content = export(tmp_path, 90)
    told = Triage((), (FrequentError("refused:\r\n - no price\n\n - no image\n", 1, 1, 0),), 1, ())
    content = replace(content, receipt=replace(content.receipt, triage=told))
    sheet = openpyxl.load_workbook(write_workbook(content, tmp_path / "w.xlsx").path)["Triage"]
    [linked] = [row[0] for row in sheet.iter_rows() if row[0].hyperlink is not None]
    assert linked.value == "refused: - no price - no image"


def test_triage_takes_no_longer_for_an_error_with_many_blanks(tmp_path: Path) -> None:
    content = export(tmp_path, 90)
    told = Triage((), (FrequentError(f"no{' ' * 60_000}price", 1, 1, 0),), 1, ())
    content = replace(content, receipt=replace(content.receipt, triage=told))
    began = process_time()
    write_workbook(content, tmp_path / "w.xlsx")
    assert process_time() - began < 3


def test_without_anything_to_look_at_there_is_no_triage(book: Any) -> None:
    assert "Triage" not in book.sheetnames


def test_the_receipt_says_how_to_make_it_again(tmp_path: Path) -> None:
    told = receipt(tenant="acme", file_name="it's here.xlsx")
    path = write_workbook(Content(told, (small(tmp_path),)), tmp_path / "w.xlsx").path
    said = [cell for row in by_openpyxl(path, "Summary") for cell in row if isinstance(cell, str)]
    assert any(text.endswith("""statesheet export request.json --tenant acme --output 'it'"'"'s here.xlsx'""") for text in said)


def test_the_model_leads_from_labels_back_to_names(book: Any) -> None:
    rows = [[cell.value for cell in row] for row in book["Model"].iter_rows()]
    assert rows[0] == ["Sheet Name", "Column", "Label", "Name", "Group", "Kind", "Type", None, "Fact", "Value"]
    columns = [row[:7] for row in rows]
    assert ["Connector State", "I", "Channel Id", "channelid", "Properties", "text", "connectorstate"] in columns
    assert len(rows) == 32
    assert dict(row[8:] for row in rows[1:6]) == {
        "tenant": "acme",
        "workAutomationId": "5f0c7f5e-0000-4000-8000-000000000001",
        "asOf": "2024-05-17T09:30:12.345000+00:00",
        "timeZone": "UTC",
        "contexts": "[]",
    }


def test_summary_says_what_was_asked_and_what_came_out(book: Any) -> None:
    texts = {cell.value for row in book["Summary"].iter_rows() for cell in row if cell.value is not None}
    assert {"Channel is any of shop-eu, shop-us", "2024-05-17 09:30:12.345+00:00", 300, "market-asia", "Item State"} <= texts
    assert len(book["Summary"]._charts) == 2
    assert not any("Not everything" in str(text) for text in texts)


def test_summary_says_when_not_everything_was_exported(tmp_path: Path) -> None:
    content = Content(receipt(matched=1_234_567, exported=3), (small(tmp_path),))
    path = write_workbook(content, tmp_path / "w.xlsx").path
    said = [cell for row in by_openpyxl(path, "Summary") for cell in row if isinstance(cell, str)]
    assert "Not everything was exported: 3 of 1,234,567 matching objects are in this file." in said


def test_drop_downs_come_only_with_validation_data(book: Any, tmp_path: Path) -> None:
    rules = {str(rule.sqref): rule.formula1 for rule in book["Connector State"].data_validations.dataValidation}
    assert rules["A3:A1302"] == "'Reference Data'!$A$2"
    assert any(area.startswith("S3") for area in rules)
    bare = openpyxl.load_workbook(write_workbook(export(tmp_path, 5), tmp_path / "w.xlsx").path)
    assert "Reference Data" not in bare.sheetnames
    assert not bare["Connector State"].data_validations.dataValidation


@pytest.mark.parametrize(
    ("last", "end"), [(1, 1_003), (4, 1_005), (1_047_574, 1_048_575), (1_047_575, 1_048_576), (1_048_575, 1_048_576)]
)
def test_drop_downs_reach_below_the_rows_as_far_as_the_sheet_does(tmp_path: Path, last: int, end: int) -> None:
    """`last` is the 0-based row of the last object; a sheet of so many rows need not be written for this."""
    data = small(tmp_path)
    finish = data_sheet(data, receipt(), ReferenceData([data]), active=True).finish
    assert finish is not None
    with xlsxwriter.Workbook(str(tmp_path / "w.xlsx")) as workbook:
        finish(workbook, workbook.add_worksheet("Data"), 2, last)
    [rule] = openpyxl.load_workbook(tmp_path / "w.xlsx")["Data"].data_validations.dataValidation
    assert str(rule.sqref) == f"A3:A{end}"


def test_properties_are_neutral_and_equal_exports_equal_bytes(tmp_path: Path) -> None:
    content = export(tmp_path, 20)
    first, second = (write_workbook(content, tmp_path / name).path for name in ("a.xlsx", "b.xlsx"))
    assert first.read_bytes() == second.read_bytes()
    properties = openpyxl.load_workbook(first).properties
    assert (properties.creator or "", properties.title) == ("", "Connector states.xlsx")
    assert properties.created == datetime(2024, 5, 17, 9, 30, 12)


def test_instants_that_are_no_excel_dates_stand_as_their_exact_text(tmp_path: Path) -> None:
    values = {
        "ID": ["a", "b", "c", "d"],
        "itemStateDate": [1_700_000_000_123, None, None, -2_208_988_800_000],
        "itemStateDate#text": [None, "yesterday", "0001-01-01T00:00:00.000+0000", None],
    }
    data = table(tmp_path / "t.arrow", (*SYSTEM, WHEN), values)
    content = Content(receipt(zone=ZoneInfo("Asia/Kolkata")), (data,))
    path = write_workbook(content, tmp_path / "w.xlsx").path
    verify_workbook(content, path)
    shown = [row[4] for row in by_openpyxl(path, "Connector State")[2:]]
    assert shown[0] == datetime(2023, 11, 15, 3, 43, 20, 123000)
    assert shown[1:] == ["yesterday", "0001-01-01T00:00:00.000+0000", "1900-01-01T00:00:00.000+0000"]


def test_several_types_get_a_sheet_each_and_names_that_collide_get_a_number(tmp_path: Path) -> None:
    tables = (
        small(tmp_path, title="Connector State"),
        small(tmp_path, title="Summary", type="summary"),
        small(tmp_path, title="History", type="history"),
        small(tmp_path, title="A: very/long title of a type that does not fit", type="long"),
    )
    content = Content(receipt(), tables)
    path = write_workbook(content, tmp_path / "w.xlsx").path
    verify_workbook(content, path)
    names = openpyxl.load_workbook(path).sheetnames
    assert names[1:5] == ["Connector State", "Summary (2)", "History (2)", "A  very long title of a type th"]
    assert names[5:] == ["Summary", "Model"]


def test_errors_of_rolled_over_rows_lead_to_the_sheet_that_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 102)
    rows = [5, 99, 100, 250]
    errors = table(
        tmp_path / "e.arrow", ERROR_COLUMNS, {"Type": ["ConnectorState"] * 4, "ID": [f"{n:05}" for n in rows], "row": rows}
    )
    content = Content(receipt(), (small(tmp_path, 260),), errors)
    path = write_workbook(content, tmp_path / "w.xlsx").path
    verify_workbook(content, path)
    book = openpyxl.load_workbook(path)
    places = [row[2].hyperlink.location for row in book["Validation Errors"].iter_rows(min_row=2)]
    assert places == ["'Connector State'!A8", "'Connector State'!A102", "'Connector State (2)'!A3", "'Connector State (3)'!A53"]


def test_more_errors_than_a_sheet_has_links_leave_the_later_ones_plain(tmp_path: Path) -> None:
    count = 100_000
    values = {
        "Type": ["connectorstate"] * count,
        "ID": ["00001"] * count,
        "row": [1] * count,
        "error": ["Price is missing"] * count,
    }
    content = Content(receipt(), (small(tmp_path),), table(tmp_path / "e.arrow", ERROR_COLUMNS, values))
    path = write_workbook(content, tmp_path / "w.xlsx").path
    verify_workbook(content, path)
    with zipfile.ZipFile(path) as package:
        assert package.read("xl/worksheets/sheet3.xml").count(b"<hyperlink ") == 65_530
    assert len(by_calamine(path, 2)) == count + 1


def test_an_export_of_nothing_is_a_workbook_with_its_headers(tmp_path: Path) -> None:
    save_empty = small(tmp_path, 0)
    content = Content(receipt(), (save_empty,))
    written = write_workbook(content, tmp_path / "w.xlsx")
    assert (written.rows, written.warnings) == (0, ())
    verify_workbook(content, written.path)
    assert [len(list(part(written.path, "xl/worksheets/sheet2.xml").iter(f"{MAIN}row")))] == [2]
    assert write_workbook(Content(receipt()), tmp_path / "none.xlsx").rows == 0
