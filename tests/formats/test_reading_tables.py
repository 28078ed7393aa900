"""Tables and workbooks: every cell arrives as the text that it shows, under the name that its header means."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import from_excel

from config.catalogue import BY_KEY, COLUMNS, Area
from contract.changes import Deletion, Unreadable
from contract.errors import NoDataInFile, UnreadableFile
from contract.filters import fold, parse_instant
from contract.objects import parse_object
from formats.formulas import neutralised
from formats.headers import SYSTEM, flat_name
from formats.reading import read_objects
from formats.reading.cells import date_text
from formats.reading.columns import plain_columns
from tests.examples import examples
from tests.formats.excel.readers import rewritten

CONTEXT = {"source": "internal", "locale": "en-US"}


def values(*texts: str) -> dict[str, Any]:
    return {"values": [{**CONTEXT, "value": text} for text in texts]}


def read_text(folder: Path, text: str | bytes, name: str = "table.csv") -> list[tuple[str, object]]:
    (path := folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_objects(path))


@pytest.mark.parametrize("days", [1, 5.5, 59, 61, 45_000.75, 2_958_465])
def test_a_number_in_a_column_of_dates_is_the_date_that_excel_shows(days: float) -> None:
    assert date_text(days, UTC) == from_excel(days).isoformat(timespec="milliseconds") + "+0000"


@pytest.mark.parametrize("days", [-1, 0, 60, 60.5, 2_958_466, True])
def test_a_number_that_excel_shows_no_date_for_is_none(days: float) -> None:
    assert date_text(days, UTC) is None


def test_a_plain_table_needs_only_an_id(tmp_path: Path) -> None:
    """Known names and labels are found without case, others become attributes; everything stays text."""
    table = (
        "ID,Channel Id,ENTITYTYPE,item state,retryCount,properties.shelf,Name\n007,rs-shop-self,sku,new,1.50,NA,Käse\n8,,,,,,\n"
    )
    assert read_text(tmp_path, table) == [
        (
            "row 2",
            {
                "id": "007",
                "type": "connectorstate",
                "name": "Käse",
                "properties": {"channelid": "rs-shop-self", "entitytype": "sku", "shelf": "NA"},
                "data": {"attributes": {"itemState": values("new"), "retryCount": values("1.50")}},
            },
        ),
        ("row 3", {"id": "8", "type": "connectorstate"}),
    ]


AREAS: list[Area] = ["property", "attribute"]
LABELS = [column.label for column in COLUMNS] + [column.name for column in COLUMNS] + list(SYSTEM)
NAMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", " ", "attributes.", "Properties.", "#", "^", "\t"]),
    st.sampled_from(LABELS) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
    st.sampled_from(["", " ", "\u3000", "#text", "$", "\n"]),
)


@examples(200)
@given(st.sampled_from(AREAS), NAMES)
def test_the_header_of_any_name_in_a_flat_file_means_that_name(area: Area, name: str) -> None:
    [_, column] = plain_columns(("ID", flat_name(area, name)))
    known = BY_KEY.get((area, fold(name)))
    assert (column.area, column.name) == (area, known.name if known else name)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_delimiter_and_the_encoding_are_found_out(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = f'id{delimiter}type{delimiter}color\r\n1{delimiter}t{delimiter}"a{delimiter}Größe\nb"\r\n'
    [(place, item)] = read_text(tmp_path, text.encode(encoding))
    assert place == "row 2"
    assert item == {"id": "1", "type": "t", "data": {"attributes": {"color": values(f"a{delimiter}Größe\nb")}}}


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8).filter(
            lambda text: "||" not in text
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_text_in_a_cell_arrives_as_it_is(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    """Save that the apostrophe before what a spreadsheet would run is taken away again, as this project's CSV has it."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", *(f"a{number}" for number in range(len(cells)))])
    writer.writerow(["1", *pl.select(neutralised(pl.lit(pl.Series(cells, dtype=pl.String)))).to_series()])
    [(_, item)] = read_text(tmp_path_factory.mktemp("any"), written.getvalue())
    assert isinstance(item, dict)
    assert [holder["values"][0]["value"] for holder in item["data"]["attributes"].values()] == cells


def test_rows_that_say_something_unclear_are_refused_and_the_others_kept(tmp_path: Path) -> None:
    read = read_text(tmp_path, "id,color,action\n1,red\n,red\n\n2,red,,\n3,red,,blue\n4,red,fly\n5,a,,,,e\n6,red,Delete\n")
    assert read == [
        ("row 2", {"id": "1", "type": "connectorstate", "data": {"attributes": {"color": values("red")}}}),
        ("row 3", Unreadable("the ID is empty")),
        ("row 5", {"id": "2", "type": "connectorstate", "data": {"attributes": {"color": values("red")}}}),
        ("row 6", Unreadable("the cell in column 4 has no header")),
        ("row 7", Unreadable("unknown action 'fly'; known are create, update, delete")),
        ("row 8", Unreadable("the cell in column 6 has no header")),
        ("row 9", Deletion("connectorstate", "6")),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name,type\na,b\n", "no column ID"),
        ("id,color,COLOR\n1,a,b\n", "the column COLOR is there twice"),
        ("id,channelid,Channel Id\n1,a,b\n", "the column channelid is there twice"),
        (b"id,color\n1,\xff\n", "not text in UTF-8"),
        ('id,color\n1,"never closed\n', "EOF inside string starting at row 2"),
        ("id,color\n1,a\n2,b" + "," * 20 + "c\n", "Expected 10 fields in row 3, saw 22"),
    ],
)
def test_a_table_that_cannot_be_understood_is_an_error(tmp_path: Path, text: str | bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_text(tmp_path, text)


@pytest.mark.parametrize("text", ["", "id,color\n", "id,color\n\n,\n"])
def test_a_table_without_rows_says_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoDataInFile):
        read_text(tmp_path, text)


def test_a_column_may_hold_many_values_and_groups(tmp_path: Path) -> None:
    """A nested name has a text for each entry of its group; an empty one means that the entry has none."""
    header = "id,url,validationError>>sno,validationError>>error,deep>>in>>side\n"
    [(_, item)] = read_text(tmp_path, header + "1,a||b,1||2,||gone,x\n")
    assert isinstance(item, dict)
    assert item["data"]["attributes"] == {
        "url": values("a", "b"),
        "validationError": {"group": [{"sno": values("1")}, {"sno": values("2"), "error": values("gone")}]},
        "deep": {"group": [{"in": {"group": [{"side": values("x")}]}}]},
    }
    parsed = parse_object(item)
    assert [(value.text, value.entry) for value in parsed.attributes["validationerror>>sno"].values] == [("1", 0), ("2", 1)]


Sheet = tuple[str, Sequence[Sequence[object]]]

HEAD: tuple[Sequence[object], ...] = (
    ("System Fields", None, None, None, "Properties", None, "Attributes"),
    (
        "Action",
        "Type",
        "ID",
        "Name",
        "Channel Id",
        "Retry Count",
        "Item State",
        "Item State Date",
        "Listing Url",
        "Data Object Id",
    ),
)


def a_workbook(path: Path, *sheets: Sheet, hidden: Sequence[str] = ()) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        for title, rows in sheets:
            sheet = book.add_worksheet(title)
            if title in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for position, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(number, position, cell, date)
                    elif cell is not None:
                        sheet.write(number, position, cell)
    return path


def test_the_template_is_read_by_its_groups_and_labels(tmp_path: Path) -> None:
    """Sheets that hold no objects are left alone; a label without a name in the file is read by the template's rule."""
    path = a_workbook(
        tmp_path / "a.xlsx",
        ("Help", [(), (), (), ("TEMPLATE NAME", "RS EXCEL")]),
        (
            "Connector State",
            [
                *HEAD,
                (
                    None,
                    "connectorstate",
                    "007",
                    "=1+1",
                    "rs-shop-self",
                    3,
                    "new",
                    datetime(2020, 1, 2, 3, 4, 5, 678000),
                    "a||b",
                    True,
                ),
                ("DELETE", "connectorstate", "8"),
                (),
                (None, "task", 9, None, None, 1.5),
            ],
        ),
        ("Summary", [("ID", "is not a table")]),
        ("Reference Data", [("ID",), ("x",)]),
        hidden=["Reference Data"],
    )
    assert list(read_objects(path)) == [
        (
            "sheet Connector State, row 3",
            {
                "id": "007",
                "type": "connectorstate",
                "name": "=1+1",
                "properties": {"channelid": "rs-shop-self", "retryCount": "3"},
                "data": {
                    "attributes": {
                        "itemState": values("new"),
                        "itemStateDate": values("2020-01-02T03:04:05.678+0000"),
                        "listingUrl": values("a", "b"),
                        "dataObjectId": values("true"),
                    }
                },
            },
        ),
        ("sheet Connector State, row 4", Deletion("connectorstate", "8")),
        ("sheet Connector State, row 6", {"id": "9", "type": "task", "properties": {"retryCount": "1.5"}}),
    ]


def test_the_hidden_model_gives_the_names_behind_the_labels(tmp_path: Path) -> None:
    """Wherever a person has moved the columns; only where two have the same header does their place count."""
    path = a_workbook(
        tmp_path / "a.xlsx",
        (
            "Things",
            [
                ("System Fields", None, "Attributes"),
                ("ID", "Type", "Shelf No", "Retry Count", "Retry Count"),
                ("1", None, "a", "b", "c"),
            ],
        ),
        (
            "Model",
            [
                ("Sheet Name", "Column", "Label", "Name", "Group", "Kind", "Type"),
                ("Things", "Z", "Shelf No", "SHELF_no", "Attributes", "text", "thing"),
                ("Things", "D", "Retry Count", "retryCount", "Attributes", "text", "thing"),
                ("Things", "E", "Retry Count", "attributes.retry_count", "Attributes", "text", "thing"),
                ("Other", "C", "Shelf No", "wrong", "Attributes", "text", "other"),
            ],
        ),
        hidden=["Model"],
    )
    [(_, item)] = read_objects(path)
    assert isinstance(item, dict)
    assert item["type"] == "thing"
    assert item["data"]["attributes"] == {"SHELF_no": values("a"), "retryCount": values("b"), "retry_count": values("c")}


@pytest.mark.parametrize("named", [True, False])
def test_dates_are_those_of_the_zone_that_help_names_or_else_of_the_caller(tmp_path: Path, named: bool) -> None:
    moment = datetime(2020, 7, 1, 12, 30, 15, 999000)
    help_rows = [("TIME ZONE", "Dates and times are those of Europe/Berlin. A date that Excel cannot hold stands as its text.")]
    path = a_workbook(
        tmp_path / "a.xlsx", ("Help", help_rows if named else [()]), ("T", [("id", "createdDate"), ("1", moment)])
    )
    zone: tzinfo = ZoneInfo("Asia/Tokyo")
    [(_, item)] = read_objects(path, zone=zone)
    assert isinstance(item, dict)
    expected = moment.replace(tzinfo=ZoneInfo("Europe/Berlin") if named else zone)
    assert parse_instant(item["properties"]["createdDate"]) == round(expected.timestamp() * 1000)


def test_validation_errors_come_from_their_own_sheet(tmp_path: Path) -> None:
    """Unless the object's row has them itself."""
    error_rows = [
        ("Type", "ID", "Row", "Sno", "Source Attribute", "Target Attribute", "Error"),
        ("connectorstate", "1", 3, "1", "msrp", "price", "msrp is missing"),
        ("ConnectorState", "1", 3, "2", None, None, "too long"),
        ("connectorstate", "2", 4, "1", None, None, "not this one"),
    ]
    path = a_workbook(
        tmp_path / "a.xlsx",
        ("T", [("id", "type", "validationError>>error"), ("1", "connectorstate"), ("2", "connectorstate", "own")]),
        ("Validation Errors", error_rows),
    )
    (_, first), (_, second) = read_objects(path)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["data"]["attributes"]["validationError"]["group"] == [
        {
            "sno": values("1"),
            "sourceAttribute": values("msrp"),
            "targetAttribute": values("price"),
            "error": values("msrp is missing"),
        },
        {"sno": values("2"), "error": values("too long")},
    ]
    assert second["data"]["attributes"]["validationError"]["group"] == [{"error": values("own")}]


@pytest.mark.parametrize(
    ("sheets", "reason"),
    [
        ([("T", [("name",), ("x",)])], "no sheet has a column ID"),
        ([("T", [("id", "a", "A"), ("1",)])], "sheet T: the column A is there twice"),
        ([("Help", [("ID",), ("1",)])], "no sheet has a column ID"),
    ],
)
def test_a_workbook_that_cannot_be_understood_is_an_error(tmp_path: Path, sheets: list[Sheet], reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        list(read_objects(a_workbook(tmp_path / "a.xlsx", *sheets)))


def test_a_row_with_a_cell_that_another_one_covers_is_refused_and_the_others_kept(tmp_path: Path) -> None:
    """A person sees the merged cell's value in each of its rows; the object would be stored without it."""
    with xlsxwriter.Workbook(str(path := tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("T")
        sheet.write_row(0, 0, ["Action", "ID", "Channel Id", "Note", "Self"])
        for number in range(1, 6):
            sheet.write_row(number, 1, [str(number), "shop"])
        sheet.write(2, 0, "DELETE")
        sheet.merge_range(1, 2, 3, 2, "all of them")
        sheet.merge_range(4, 3, 5, 4, "")
    reason = "the cell in column 3 is merged with another one, and so it is empty in the file"
    found = dict(read_objects(path))
    assert found.pop("sheet T, row 3") == Deletion("connectorstate", "2")
    assert found.pop("sheet T, row 4") == Unreadable(reason)
    assert [one["properties"]["channelid"] for one in found.values() if isinstance(one, dict)] == [
        "all of them",
        "shop",
        "shop",
    ]


def test_an_exported_sheet_that_was_taken_out_of_its_workbook_is_refused(tmp_path: Path) -> None:
    """Loaded as any table it would put cut texts in place of whole ones, and move its dates by the offset of their zone."""
    exported = [("System Fields",), ("ID", "Name", "Fingerprint"), ("1", "Chair", "0a1b")]
    with pytest.raises(UnreadableFile, match="the hidden sheet Model of its workbook"):
        list(read_objects(a_workbook(tmp_path / "a.xlsx", ("Connector State", exported))))
    facts = ("Fact", "Value"), ("tenant", "plum"), ("workAutomationId", "j"), ("asOf", "2026-03-04T00:00:00+00:00")
    model = ("Model", [*facts, ("timeZone", "UTC"), ("contexts", "[]")])
    assert len(list(read_objects(a_workbook(tmp_path / "b.xlsx", ("Connector State", exported), model)))) == 1


def test_a_workbook_without_rows_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoDataInFile):
        list(read_objects(a_workbook(tmp_path / "a.xlsx", ("Connector State", HEAD))))


def formulas(path: Path, *cells: tuple[str, object]) -> Path:
    """A plain table whose first row has formulas, each with the value that its program stored."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, ["ID", *(f"c{number}" for number in range(len(cells)))])
        sheet.write_row(1, 0, ["1"])
        sheet.write_row(2, 0, ["2", "kept"])
        for column, (formula, value) in enumerate(cells, start=1):
            sheet.write_formula(1, column, formula, None, value)
    return path


def test_a_formula_is_its_value_be_it_an_empty_text(tmp_path: Path) -> None:
    path = formulas(tmp_path / "t.xlsx", ('="a"', "a"), ("=1+1", 2), ('=""', ""), ("=1=1", True))
    # As Excel stores it.
    path = rewritten(path, "xl/worksheets/sheet1.xml", b'<c r="D2"><f>', b'<c r="D2" t="str"><f>')
    read = list(read_objects(path))
    told = {name: values(text) for name, text in (("c0", "a"), ("c1", "2"), ("c3", "true"))}
    assert read[0] == ("sheet Data, row 2", {"id": "1", "type": "connectorstate", "data": {"attributes": told}})


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"<f>1+1</f><v>2</v>", b"<f>1+1</f>", "a formula without its value"),
        (b"<f>1+1</f><v>2</v>", b"<f>1+1</f><v></v>", "a formula without its value"),
        (b"<f>1+1</f><v>2</v>", b"<f>1+1</f><v/> ", "a formula without its value"),
        (b'<c r="B2"><f>1+1</f><v>2</v></c>', b'<c r="B2" t="e"><v>#N/A</v></c>', "an error of the spreadsheet"),
        (b'<c r="B2"><f>1+1</f><v>2</v></c>', b'<c t="e" r="B2"><f>1+1</f><v>#N/A</v></c>', "an error of the spreadsheet"),
    ],
)
def test_a_row_with_a_cell_that_shows_no_value_is_refused_and_the_others_kept(
    tmp_path: Path, old: bytes, new: bytes, reason: str
) -> None:
    path = rewritten(formulas(tmp_path / "t.xlsx", ("=1+1", 2)), "xl/worksheets/sheet1.xml", old, new)
    [(place, refused), (_, kept)] = read_objects(path)
    assert place == "sheet Data, row 2"
    assert isinstance(refused, Unreadable)
    assert refused.reason.startswith(f"the cell in column 2 is {reason}")
    assert isinstance(kept, dict)


def test_a_formula_that_stands_in_no_cell_says_nothing(tmp_path: Path) -> None:
    path = formulas(tmp_path / "t.xlsx", ("=1+1", 2))
    path = rewritten(path, "xl/worksheets/sheet1.xml", b'<row r="3"', b'<row r="9"><f>1+1</f></row><row r="3"')
    assert [isinstance(found, dict) for _, found in read_objects(path)] == [True, True]


def test_a_sheet_is_found_by_its_relationship_however_its_part_is_called(tmp_path: Path) -> None:
    path = formulas(tmp_path / "t.xlsx", ("=1+1", 2))
    path = rewritten(path, "xl/worksheets/sheet1.xml", b"</f><v>2</v>", b"</f>")
    path = rewritten(path, "xl/_rels/workbook.xml.rels", b'"worksheets/sheet1.xml"', b'"/xl/worksheets/sheet1.xml"')
    assert [isinstance(found, Unreadable) for _, found in read_objects(path)] == [True, False]
