"""Edited workbooks taken back: merged, refused, mended, and never half applied."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from contract.edits import CellChange
from contract.errors import ObjectsChanged, UnreadableFile
from database import edits
from formats.excel import sheets
from tasks import compare_book
from tests.tasks.edited_books import Shop, edit_cells, move_column, opened, save


def value(text: Any, **more: Any) -> dict[str, Any]:
    return {"id": f"id-of-{text}", "value": text, "locale": "en-US", "source": "internal", **more}


def an_object(identifier: str = "1", **attributes: Any) -> dict[str, Any]:
    held = {"itemState": {"values": [value("new")], "note": "kept"}, **attributes}
    properties = {"channelid": "shop", "retryCount": 3, "createdDate": "2019-12-17T21:06:46.521-0600"}
    return {"id": identifier, "type": "ConnectorState", "name": "Chair", "properties": properties, "data": {"attributes": held}}


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Makes stores: by default in an SQLite database of the test's own."""
    made: list[Shop] = []

    def make(raw: list[Any], url: str = f"sqlite:///{tmp_path / 'objects.db'}", zone: str = "UTC") -> Shop:
        made.append(Shop.stocked(url, tmp_path, raw, zone))
        return made[-1]

    yield make
    for shop in made:
        shop.engine.dispose()


@pytest.fixture
def shop(stock: Callable[..., Shop]) -> Shop:
    return stock(some_objects())


@pytest.fixture
def any_shop(stock: Callable[..., Shop], database_url: str) -> Shop:
    """The same, on each kind of database."""
    return stock(some_objects(), database_url)


def some_objects() -> list[dict[str, Any]]:
    error = {"sno": {"values": [value("1")]}, "error": {"values": [value("no price")]}, "id": "e1"}
    other = {"sno": {"values": [value("2")]}, "error": {"values": [value("no brand")]}, "id": "e2"}
    tags = {"values": [value("a||b"), value("c"), value("d", locale="de-DE")]}
    first = an_object("1", tags=tags, validationError={"group": [error, other]}, rank={"values": [value(5)]})
    return [first, an_object("2")]


def attribute(shop: Shop, name: str, identifier: str = "1") -> Any:
    return shop.document(identifier)["data"]["attributes"].get(name)


def test_one_value_changes_where_it_stands(any_shop: Shop) -> None:
    """Its id, its context, unknown members beside it and the type of a number stay."""
    before = any_shop.document("1")
    report = any_shop.send_back(
        edit_cells(any_shop.export(), {("1", "Item State"): "fixed", ("1", "Retry Count"): "4", ("1", "Rank"): 7})
    )
    assert (report.updated, report.cells, report.unchanged, report.applied) == (1, 3, 1, True)
    before["data"]["attributes"]["itemState"]["values"][0]["value"] = "fixed"
    before["data"]["attributes"]["rank"]["values"][0]["value"] = 7
    before["properties"]["retryCount"] = 4
    assert any_shop.document("1") == before


def test_only_the_changed_part_of_a_cell_with_many_values_is_split(shop: Shop) -> None:
    """A value that itself holds the delimiter stays whole, and so do the ids of the others."""
    shop.send_back(edit_cells(shop.export(), {("1", "Tags"): "a||b||x||d||new"}))
    assert [(item.get("id"), item["value"], item["locale"]) for item in attribute(shop, "tags")["values"]] == [
        ("id-of-a||b", "a||b", "en-US"),
        ("id-of-c", "x", "en-US"),
        ("id-of-d", "d", "de-DE"),
        (None, "new", "de-DE"),
    ]


def test_an_emptied_cell_removes_the_value(shop: Shop) -> None:
    shop.send_back(edit_cells(shop.export(), {("1", "Tags"): None, ("1", "Channel Id"): None, ("1", "Name"): None}))
    assert attribute(shop, "tags") is None
    assert "channelid" not in shop.document("1")["properties"]
    assert "name" not in shop.document("1")


def test_values_in_other_contexts_stay(shop: Shop) -> None:
    path = shop.export(contexts=[{"locale": "de-DE"}])
    shop.send_back(edit_cells(path, {("1", "Tags"): "e"}))
    assert [item["value"] for item in attribute(shop, "tags")["values"]] == ["a||b", "c", "e"]


def test_columns_that_were_not_exported_stay(shop: Shop) -> None:
    before = shop.document("1")
    path = shop.export(fields={"attributes": ["itemState"], "properties": ["channelid"]})
    shop.send_back(edit_cells(path, {("1", "Item State"): "fixed"}))
    before["data"]["attributes"]["itemState"]["values"][0]["value"] = "fixed"
    assert shop.document("1") == before


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (datetime(2024, 5, 6, 7, 8, 9, 123_000), "2024-05-06T05:08:09.123+0000"),
        ("2024-05-06 07:08", "2024-05-06T05:08:00.000+0000"),
        ("2024-05-06T07:08:09.123-0600", "2024-05-06T07:08:09.123-0600"),
        (45_000.25, "2023-03-15T05:00:00.000+0000"),
    ],
)
def test_a_changed_date_becomes_an_iso_text(shop: Shop, cell: object, text: str) -> None:
    """Of a clock in the workbook's zone, unless it says an offset."""
    shop.zone = "Europe/Berlin"
    shop.send_back(edit_cells(shop.export(), {("1", "Created Date"): cell}))
    assert shop.document("1")["properties"]["createdDate"] == text


def test_a_validation_error_is_edited_in_its_columns(shop: Shop) -> None:
    """A segment an entry: one changed, one added; and an entry that loses all is gone."""
    path = shop.export()
    shop.send_back(edit_cells(path, {("1", "Validation Error>>Error"): "no price at all||no brand||new"}))
    group = attribute(shop, "validationError")["group"]
    assert [entry["error"]["values"][0]["value"] for entry in group] == ["no price at all", "no brand", "new"]
    assert group[0]["error"]["values"][0]["id"] == "id-of-no price"
    path = shop.export()
    shop.send_back(
        edit_cells(path, {("1", "Validation Error>>Error"): "||no brand||new", ("1", "Validation Error>>Sno"): "||2||"})
    )
    assert [entry.get("id") for entry in attribute(shop, "validationError")["group"]] == ["e2", None]


def test_too_few_parts_for_a_group_are_refused(shop: Shop) -> None:
    report = shop.send_back(edit_cells(shop.export(), {("1", "Validation Error>>Error"): "no price"}))
    assert [refusal.reason for refusal in report.refused] == [
        "the group has 2 entries and the cell 1 parts: keep a || between all"
    ]


def test_the_sheet_of_validation_errors_only_shows_them(shop: Shop) -> None:
    """An edit there is refused, and not passed over in silence."""
    path = shop.export()
    book = opened(path)
    book["Validation Errors"]["G2"].value = "mended"
    before = shop.documents()
    [refusal] = shop.send_back(save(book, path)).refused
    assert "only shows them" in refusal.reason
    assert shop.documents() == before


@pytest.mark.parametrize(
    "way",
    ["the object was changed since", "the errors are edited too", "the sheet has another name", "rows above", "both of these"],
)
def test_an_edit_of_the_shown_errors_is_seen_in_any_case(shop: Shop, way: str) -> None:
    path = shop.export()
    book = opened(path)
    book["Validation Errors"]["G2"].value = "mended"
    if way in ("rows above", "both of these"):
        book["Validation Errors"].insert_rows(1, 20)
        book["Validation Errors"]["A1"].value = "Errors of the week"
    if way in ("the sheet has another name", "both of these"):
        book["Validation Errors"].title = "What is wrong"
    edited = save(book, path)
    if way == "the errors are edited too":
        edited = edit_cells(edited, {("1", "Validation Error>>Error"): "no price at all||no brand"})
    if way == "the object was changed since":
        shop.load([{**shop.document("1"), "name": "Sofa"}])
    before = shop.documents()
    [refusal] = shop.send_back(edited).refused
    assert "only shows them" in refusal.reason
    assert shop.documents() == before


def test_shown_errors_without_their_header_are_an_error_and_not_passed_over(shop: Shop) -> None:
    path = shop.export()
    book = opened(path)
    book["Validation Errors"].delete_rows(1)
    with pytest.raises(UnreadableFile, match="sheet Validation Errors: the header of the export is not in its first 21 rows"):
        shop.send_back(save(book, path))


@pytest.fixture
def small_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sheets that hold two rows of objects, or three errors."""
    monkeypatch.setattr(sheets, "MAX_ROWS", 4)


def with_errors(count: int) -> list[dict[str, Any]]:
    """Two objects; the first has one error, the other one the rest."""
    errors = [
        {"sno": {"values": [value(str(number))]}, "error": {"values": [value(f"no {number}")]}} for number in range(count)
    ]
    return [
        an_object("1", validationError={"group": errors[:1]}),
        an_object("2", validationError={"group": errors[1:]}),
    ]


@pytest.mark.usefixtures("small_sheets")
@pytest.mark.parametrize("errors", [3, 4, 8])
@pytest.mark.parametrize("way", ["as exported", "renamed", "with a copy of a sheet of errors"])
def test_errors_on_several_sheets_are_no_edit(stock: Callable[..., Shop], errors: int, way: str) -> None:
    shop = stock(with_errors(errors))
    path = shop.export()
    book = opened(path)
    pages = [page for page in book if page.title.startswith("Validation Errors")]
    assert len(pages) == -(-errors // 3)
    if way == "renamed":
        for number, page in enumerate(pages):
            page.title = f"Wrong {number}"
    elif way != "as exported":
        copy = book.copy_worksheet(pages[0])
        copy.title = f"Validation Errors ({len(pages) + 1})"
    report = shop.send_back(save(book, path))
    assert (report.unchanged, report.refused) == (2, [])


@pytest.mark.usefixtures("small_sheets")
def test_an_edit_of_the_errors_on_a_second_sheet_is_seen(stock: Callable[..., Shop]) -> None:
    shop = stock(with_errors(5))
    path = shop.export()
    book = opened(path)
    book["Validation Errors (2)"]["G2"].value = "mended"
    [refusal] = shop.send_back(save(book, path)).refused
    assert (refusal.place.id, "only shows them" in refusal.reason) == ("2", True)


@pytest.mark.parametrize("blank", [" ", "\t", " \n ", ""])
def test_an_error_of_blanks_that_openpyxl_drops_is_no_edit_of_the_shown_errors(stock: Callable[..., Shop], blank: str) -> None:
    errors = [{"sno": {"values": [value("1")]}, "error": {"values": [value(text)]}} for text in ("no price", blank)]
    shop = stock([an_object("1", validationError={"group": errors}), an_object("2")])
    path = shop.export()
    book = opened(path)
    book.save(path)
    report = shop.send_back(path)
    assert (report.refused, report.cells, report.unchanged) == ([], 0, 2)


def test_errors_that_only_the_store_has_changed_are_no_edit(shop: Shop) -> None:
    path = edit_cells(shop.export(), {("1", "Item State"): "fixed"})
    newer = shop.document("1")
    newer["data"]["attributes"]["validationError"]["group"].pop()
    shop.load([newer])
    report = shop.send_back(path)
    assert (report.refused, report.cells) == ([], 1)


@pytest.mark.parametrize("label", ["Item State", "Tags", "Channel Id", "Retry Count", "Name", "Action"])
@pytest.mark.parametrize("to", [1, 4, 7, 30])
def test_a_column_means_the_same_wherever_it_is_moved(shop: Shop, label: str, to: int) -> None:
    """Also out of its group, and where it takes the name of the group along."""
    path = shop.export()
    book = opened(path)
    page = book["Connector State"]
    move_column(page, label, to)
    moved = save(book, path)
    report = shop.send_back(moved)
    assert (report.unchanged, report.cells, report.refused) == (2, 0, [])
    if label != "Action":
        report = shop.send_back(edit_cells(moved, {("2", label): "8"}))
        assert (report.updated, report.cells, report.refused) == (1, 1, [])
    again = opened(shop.export())["Connector State"]
    assert {cell.value for cell in again[2]} == {cell.value for cell in page[2]} - {None}


def test_a_new_column_belongs_to_the_group_that_it_stands_in(shop: Shop) -> None:
    path = shop.export()
    book = opened(path)
    page = book["Connector State"]
    page.insert_cols(6)
    page.cell(2, 6).value, page.cell(3, 6).value = "Shelf", "A7"
    last = page.max_column + 1
    page.cell(2, last).value, page.cell(3, last).value = "Colour", "red"
    assert shop.send_back(save(book, path)).cells == 2
    assert shop.document("1")["properties"]["shelf"] == "A7"
    assert attribute(shop, "colour")["values"][0]["value"] == "red"


def test_a_column_among_the_system_fields_that_is_none_is_refused(shop: Shop) -> None:
    """A person who writes DELETE under another word for Action is not left to believe that it was done."""
    path = shop.export()
    book = opened(path)
    book["Connector State"]["A2"].value = "Aktion"
    with pytest.raises(UnreadableFile, match="'Aktion' is none of the System Fields Action, Type, ID, Name"):
        shop.send_back(save(book, path))


def test_sheets_of_several_types_may_get_other_names(stock: Callable[..., Shop]) -> None:
    held = {"odd_name": {"values": [value("o")]}}
    shop = stock([an_object("1"), {"id": "9", "type": "order_state", "data": {"attributes": held}}])
    path = shop.export(("connectorstate", "order_state"))
    book = opened(path)
    book["Order State"].title, book["Connector State"].title = "Connector", "Orders"
    page = book["Connector"]
    page.cell(4, 3).value = "new"
    report = shop.send_back(save(book, path))
    assert (report.unchanged, report.created, report.refused) == (2, 1, [])
    assert ("order_state", "new") in shop.documents()


def two_sheets(stock: Callable[..., Shop]) -> tuple[Shop, Path]:
    shop = stock([an_object("1"), {**an_object("9"), "type": "order_state"}])
    return shop, shop.export(("connectorstate", "order_state"))


@pytest.mark.parametrize("above", [["States of the week"], [None], ["System report", None, "as of Monday"], [None] * 20])
@pytest.mark.parametrize("title", ["Order State", "Orders"])
def test_rows_above_the_header_hide_no_sheet(stock: Callable[..., Shop], above: list[str | None], title: str) -> None:
    shop, path = two_sheets(stock)
    book = opened(edit_cells(path, {("9", "Item State"): "fixed"}, "Order State"))
    page = book["Order State"]
    for merged in list(page.merged_cells.ranges):
        page.unmerge_cells(str(merged))
    page.insert_rows(1, len(above))
    for number, text in enumerate(above, 1):
        page.cell(number, 1).value = text
    page.title = title
    changes: list[CellChange] = []
    report = shop.send_back(save(book, path), on_change=changes.append)
    assert (report.unchanged, report.updated, report.refused) == (1, 1, [])
    assert [(change.place.sheet, change.place.row) for change in changes] == [(title, 3 + len(above))]
    assert shop.document("9", "order_state")["data"]["attributes"]["itemState"]["values"][0]["value"] == "fixed"


@pytest.mark.parametrize("way", ["a row between", "no groups", "no labels", "far down"])
def test_an_exported_sheet_that_has_lost_its_header_is_an_error_and_not_passed_over(
    stock: Callable[..., Shop], way: str
) -> None:
    shop, path = two_sheets(stock)
    book = opened(path)
    page = book["Order State"]
    match way:
        case "a row between":
            page.insert_rows(2)
        case "no groups":
            page.delete_rows(1)
        case "no labels":
            page.delete_rows(2)
        case "far down":
            page.insert_rows(1, 21)
    with pytest.raises(UnreadableFile, match="sheet Order State: the two header rows of the export"):
        shop.send_back(save(book, path))


def test_a_sheet_that_a_person_made_or_emptied_says_nothing(stock: Callable[..., Shop]) -> None:
    shop, path = two_sheets(stock)
    book = opened(path)
    book["Order State"].delete_rows(1, 9)
    notes = book.create_sheet("Notes")
    for row in ["My notes"], ["System Fields"], ["ID"], ["5"]:
        notes.append(row)
    report = shop.send_back(save(book, path))
    assert (report.unchanged, report.created, report.refused) == (1, 0, [])


@pytest.mark.parametrize("way", ["gone", "emptied"])
def test_a_workbook_without_any_sheet_of_objects_is_an_error(shop: Shop, way: str) -> None:
    path = shop.export()
    book = opened(path)
    if way == "gone":
        del book["Connector State"]
    else:
        book["Connector State"].delete_rows(1, 9)
    with pytest.raises(UnreadableFile, match="no sheet with objects is left"):
        shop.send_back(save(book, path))


def test_a_hidden_sheet_of_objects_speaks_as_any_other(shop: Shop) -> None:
    path = edit_cells(shop.export(), {("2", "Item State"): "fixed"})
    book = opened(path)
    book["Connector State"].sheet_state = "hidden"
    assert shop.send_back(save(book, path)).cells == 1


def test_rows_are_made_and_deleted(any_shop: Shop) -> None:
    path = any_shop.export()
    book = opened(path)
    page = book["Connector State"]
    labels = {cell.value: cell.column for cell in page[2]}
    page.cell(3, 1).value = "Delete"
    for label, text in {
        "ID": "9",
        "Name": "Table",
        "Channel Id": "shop",
        "Tags": "x||y",
        "Validation Error>>Sno": "1||2",
    }.items():
        page.cell(5, labels[label]).value = text
    page.cell(5, labels["Created Date"]).value = datetime(2024, 1, 2)
    told: list[CellChange] = []
    report = any_shop.send_back(save(book, path), on_change=told.append)
    assert (report.created, report.deleted, report.unchanged) == (1, 1, 1)
    assert ("connectorstate", "1") not in any_shop.documents()
    made = any_shop.document("9")
    assert (made["name"], made["properties"]) == ("Table", {"channelid": "shop", "createdDate": "2024-01-02T00:00:00.000+0000"})
    assert [item["value"] for item in made["data"]["attributes"]["tags"]["values"]] == ["x", "y"]
    assert [entry["sno"]["values"][0]["value"] for entry in made["data"]["attributes"]["validationError"]["group"]] == [
        "1",
        "2",
    ]
    assert {change.place.column for change in told} == {
        "Action",
        "Name",
        "Channel Id",
        "Tags",
        "Validation Error>>Sno",
        "Created Date",
    }


def test_a_copied_row_with_a_new_id_is_a_new_object(shop: Shop) -> None:
    path = shop.export()
    book = opened(path)
    page = book["Connector State"]
    for column, cell in enumerate(page[3], start=1):
        page.cell(5, column).value = cell.value
    page.cell(5, 3).value = "copy"
    report = shop.send_back(save(book, path))
    assert (report.created, report.unchanged, report.refused) == (1, 2, [])


def test_an_id_whose_line_end_another_program_altered_is_refused_and_not_made_anew(stock: Callable[..., Shop]) -> None:
    shop = stock([an_object("a\r\nb"), an_object("2")])
    before = shop.documents()
    exported = shop.export()
    report = shop.send_back(save(opened(exported), exported))
    [refused] = report.refused
    assert (report.created, refused.place.column, "line end" in refused.reason) == (0, "ID", True)
    assert shop.documents() == before


def test_what_others_changed_meanwhile_is_kept(any_shop: Shop) -> None:
    """Edits of other cells of the same object are merged; equal ones are no conflict."""
    path = edit_cells(any_shop.export(), {("1", "Item State"): "fixed", ("1", "Rank"): "9"})
    newer = any_shop.document("1")
    newer["properties"]["channelid"] = "market"
    newer["data"]["attributes"]["rank"]["values"][0]["value"] = 9
    any_shop.load([newer])
    report = any_shop.send_back(path)
    assert (report.updated, report.cells, report.refused) == (1, 1, [])
    newer["data"]["attributes"]["itemState"]["values"][0]["value"] = "fixed"
    assert any_shop.document("1") == newer


def test_a_cell_that_both_changed_is_a_conflict_and_nothing_is_applied(any_shop: Shop) -> None:
    path = edit_cells(any_shop.export(), {("1", "Item State"): "fixed", ("2", "Item State"): "fixed"})
    newer = any_shop.document("1")
    newer["data"]["attributes"]["itemState"]["values"][0]["value"] = "broken"
    any_shop.load([newer])
    before = any_shop.documents()
    report = any_shop.send_back(path)
    assert (report.applied, report.conflicts, report.updated) == (False, 1, 1)
    assert [(r.place.row, r.place.column, r.after, r.reason, r.conflict) for r in report.refused] == [
        (3, "Item State", "fixed", "changed since the export: the store has 'broken' now", True)
    ]
    assert any_shop.documents() == before
    report = any_shop.send_back(path, partial=True)
    assert (report.applied, attribute(any_shop, "itemState", "2")["values"][0]["value"]) == (True, "fixed")
    assert attribute(any_shop, "itemState")["values"][0]["value"] == "broken"


def test_refused_rows_are_mended_in_a_workbook_of_their_own(shop: Shop, tmp_path: Path) -> None:
    """It has a comment on each refused cell, says what the store says everywhere else, and can be sent back."""
    path = edit_cells(shop.export(), {("1", "Item State"): "fixed", ("1", "Rank"): "8", ("2", "Created Date"): "soon"})
    newer = shop.document("1")
    newer["properties"]["channelid"] = "market"
    newer["data"]["attributes"]["itemState"]["values"][0]["value"] = "broken"
    shop.load([newer])
    shop.send_back(path, rejects=tmp_path / "rejects.xlsx")
    book = opened(tmp_path / "rejects.xlsx")
    page = book["Connector State"]
    comments = {cell.value: cell.comment.text for row in page.iter_rows() for cell in row if cell.comment}
    assert comments == {
        "fixed": "changed since the export: the store has 'broken' now",
        "soon": "not a date; write it as 2026-03-04 05:06:07",
    }
    mended = edit_cells(tmp_path / "rejects.xlsx", {("2", "Created Date"): None})
    report = shop.send_back(mended)
    assert (report.updated, report.cells, report.refused) == (2, 3, [])
    newer["data"]["attributes"]["itemState"]["values"][0]["value"] = "fixed"
    newer["data"]["attributes"]["rank"]["values"][0]["value"] = 8
    assert shop.document("1") == newer


def test_an_object_that_was_deleted_meanwhile_is_not_made_again(shop: Shop) -> None:
    """Unless the row says so; a row that nobody edited is none of its business."""
    path = shop.export()
    deletion = edit_cells(path, {("1", "Action"): "DELETE", ("2", "Action"): "DELETE"})
    assert shop.send_back(deletion).deleted == 2
    assert shop.documents() == {}
    assert (shop.send_back(path).unchanged, shop.send_back(deletion).unchanged) == (2, 2)
    edited = edit_cells(path, {("1", "Item State"): "fixed"})
    [refusal] = shop.send_back(edited).refused
    assert "deleted since the export" in refusal.reason
    assert refusal.conflict
    report = shop.send_back(edit_cells(edited, {("1", "Action"): "CREATE"}))
    assert (report.created, attribute(shop, "itemState")["values"][0]["value"]) == (1, "fixed")


def test_an_object_that_was_changed_meanwhile_is_not_deleted(shop: Shop) -> None:
    path = edit_cells(shop.export(), {("1", "Action"): "DELETE"})
    shop.load([{**shop.document("1"), "name": "Sofa"}])
    assert "changed since the export" in shop.send_back(path).refused[0].reason
    assert ("connectorstate", "1") in shop.documents()


def test_rows_that_say_nothing_clear_are_refused(shop: Shop) -> None:
    path = shop.export()
    book = opened(path)
    page = book["Connector State"]
    last = page.max_column
    for number, (identifier, action, surplus) in enumerate(
        (("", "", ""), ("1", "", ""), ("7", "move", ""), ("8", "", "x")), start=5
    ):
        for column, text in ((1, action), (2, "connectorstate"), (3, identifier), (last + 1, surplus)):
            page.cell(number, column).value = text or None
    report = shop.send_back(save(book, path))
    assert [(refusal.place.row, refusal.reason) for refusal in report.refused] == [
        (5, "the ID is empty"),
        (6, "an earlier row is of the same object"),
        (7, "unknown action 'move'; known is create, update, delete"),
        (8, "the cell has no header above it"),
    ]


def test_a_name_of_blanks_has_a_header_and_comes_back(stock: Callable[..., Shop]) -> None:
    names = ["", " ", "  ", "\u00a0", "\u2028", "_", "a>> "]
    shop = stock([an_object("1", **{name: {"values": [value(f"of {name!r}")]} for name in names})])
    before = shop.documents()
    path = shop.export()
    headers = [cell.value for cell in opened(path)["Connector State"][2]]
    assert all(header and header.strip() for header in headers)
    report = shop.send_back(path)
    assert report.refused == []
    assert shop.documents() == before
    report = shop.send_back(edit_cells(path, {("1", "' '"): "new"}))
    assert report.refused == []
    assert attribute(shop, " ")["values"][0]["value"] == "new"
    assert attribute(shop, "")["values"][0]["value"] == "of ''"


@pytest.mark.parametrize("typed", ["#REF!", "#N/A", "#DIV/0!", "=A1"])
def test_a_cell_that_shows_no_value_of_its_own_is_refused_and_removes_nothing(shop: Shop, typed: str) -> None:
    before = shop.documents()
    path = shop.export()
    book = opened(path)
    page = book["Connector State"]
    [place] = [cell for cell in page[2] if cell.value == "Item State"]
    page.cell(3, place.column).value = typed
    assert page.cell(3, place.column).data_type == ("f" if typed == "=A1" else "e")
    report = shop.send_back(save(book, path))
    reason = "a formula without its value" if typed == "=A1" else "an error of the spreadsheet"
    assert [(refusal.place.row, reason in refusal.reason) for refusal in report.refused] == [(3, True)]
    assert shop.documents() == before


def test_a_row_without_its_fingerprint_removes_nothing(shop: Shop) -> None:
    """It was typed by hand, or its hidden column was lost: an empty cell does not speak."""
    path = edit_cells(shop.export(), {("1", "Fingerprint"): None, ("1", "Tags"): None, ("1", "Item State"): "fixed"})
    report = shop.send_back(path)
    assert (report.cells, attribute(shop, "itemState")["values"][0]["value"]) == (1, "fixed")
    assert len(attribute(shop, "tags")["values"]) == 3


def test_another_tenants_workbook_makes_objects_of_this_one(shop: Shop, stock: Callable[..., Shop]) -> None:
    other = stock([])
    report = other.send_back(shop.export())
    assert (report.created, report.refused) == (2, [])
    assert other.document("2")["properties"]["channelid"] == "shop"


def test_a_cut_cell_cannot_be_edited(stock: Callable[..., Shop]) -> None:
    """The workbook has only its beginning; left alone, the value stays whole."""
    shop = stock([an_object("1", text={"values": [value("x" * 40_000)]})])
    path = shop.export()
    assert shop.send_back(path).unchanged == 1
    [refusal] = shop.send_back(edit_cells(path, {("1", "Text"): "short"})).refused
    assert "longer than" in refusal.reason


def test_a_cut_text_makes_no_value_of_a_new_object(stock: Callable[..., Shop]) -> None:
    """Be it a copied row or an object that is made anew."""
    shop = stock([an_object("1", text={"values": [value("x" * 40_000)]})])
    path = shop.export()
    book = opened(path)
    page = book["Connector State"]
    for cell in page[3]:
        page.cell(4, cell.column).value = cell.value
    page["C4"].value = "copy"
    [refusal] = shop.send_back(save(book, path)).refused
    assert (refusal.place.id, refusal.place.column) == ("copy", "Text")
    assert "was cut" in refusal.reason


def test_of_several_dates_in_a_cell_only_the_changed_one_is_written_anew(stock: Callable[..., Shop]) -> None:
    dates = {"values": [value("2024-01-01"), value("2024-02-02T00:00:00Z"), value("some day")]}
    shop = stock([an_object("1", itemStateDate=dates)], zone="Europe/Berlin")
    edited = "2024-01-01||2024-02-03 01:00:00||some day"
    assert shop.send_back(edit_cells(shop.export(), {("1", "Item State Date"): edited})).refused == []
    found = [held["value"] for held in attribute(shop, "itemStateDate")["values"]]
    assert found == ["2024-01-01", "2024-02-03T00:00:00.000+0000", "some day"]


def test_a_date_of_a_property_is_one(shop: Shop) -> None:
    [refusal] = shop.send_back(edit_cells(shop.export(), {("1", "Created Date"): "2024-01-01||2024-01-02"})).refused
    assert "not a date" in refusal.reason


@pytest.mark.parametrize("shows", ["an error", "no value of its formula"])
def test_a_cell_without_a_value_has_none_in_the_workbook_of_refused_rows_either(shop: Shop, tmp_path: Path, shows: str) -> None:
    """Also where the row was refused for something else."""
    path = shop.export()
    formula = "=1/0" if shows == "an error" else "=A1"  # openpyxl calculates nothing
    edited = edit_cells(path, {("1", "Item State"): formula, ("1", "Action"): "bogus"})
    shop.send_back(edited, rejects=tmp_path / "rejects.xlsx")
    mended = edit_cells(tmp_path / "rejects.xlsx", {("1", "Action"): None})
    before = shop.documents()
    [refusal] = shop.send_back(mended, rejects=tmp_path / "again.xlsx").refused
    assert refusal.place.column == "Item State"
    assert shop.documents() == before


def test_a_workbook_of_refused_rows_keeps_texts_that_look_like_an_escape(stock: Callable[..., Shop], tmp_path: Path) -> None:
    shop = stock([an_object("1", code={"values": [value("_x0041_")]})])
    shop.send_back(edit_cells(shop.export(), {("1", "Created Date"): "soon"}), rejects=tmp_path / "rejects.xlsx")
    mended = edit_cells(tmp_path / "rejects.xlsx", {("1", "Created Date"): None})
    report = shop.send_back(mended)
    assert (report.cells, report.refused) == (1, [])
    assert attribute(shop, "code")["values"][0]["value"] == "_x0041_"


def test_what_changes_between_comparing_and_writing_is_compared_again(any_shop: Shop) -> None:
    """Nothing that others write is overwritten; it is given up after some times."""
    path = edit_cells(any_shop.export(), {("1", "Item State"): "fixed"})
    times: list[int] = []

    def meddle(limit: int) -> None:
        if len(times) < limit:
            times.append(1)
            any_shop.load([{**any_shop.document("1"), "name": f"Sofa {len(times)}"}])

    assert any_shop.send_back(path, on_progress=lambda _done: meddle(2)).applied
    assert (any_shop.document("1")["name"], attribute(any_shop, "itemState")["values"][0]["value"]) == ("Sofa 2", "fixed")
    times.clear()
    path = edit_cells(any_shop.export(), {("1", "Item State"): "again"})
    with pytest.raises(ObjectsChanged):
        any_shop.send_back(path, on_progress=lambda _done: meddle(9))
    assert (any_shop.document("1")["name"], attribute(any_shop, "itemState")["values"][0]["value"]) == ("Sofa 3", "fixed")


def test_all_of_a_workbook_is_written_in_one_transaction(any_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is compared and written in several lots."""
    monkeypatch.setattr(edits, "CHUNK", 1)
    monkeypatch.setattr(compare_book, "ROWS_AT_ONCE", 1)
    path = edit_cells(any_shop.export(), {("1", "Item State"): "fixed", ("2", "Item State"): "fixed"})
    commits: list[object] = []

    def count(connection: object) -> None:
        commits.append(connection)

    event.listen(any_shop.engine, "commit", count)
    assert any_shop.send_back(path).updated == 2
    event.remove(any_shop.engine, "commit", count)
    assert len(commits) == 1


def test_a_dry_run_writes_nothing(shop: Shop) -> None:
    before = shop.documents()
    told: list[CellChange] = []
    report = shop.send_back(edit_cells(shop.export(), {("1", "Rank"): "6"}), apply=False, on_change=told.append)
    assert [(c.place.sheet, c.place.row, c.place.id, c.place.column, c.before, c.after) for c in told] == [
        ("Connector State", 3, "1", "Rank", "5", "6")
    ]
    assert (report.applied, shop.documents()) == (False, before)
    assert json.loads(before["connectorstate", "1"])["data"]["attributes"]["rank"]["values"][0]["value"] == 5
