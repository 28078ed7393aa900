"""A column and a sheet mean the same wherever a person puts them; what is lost is never passed over."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.edits import CellChange
from contract.errors import UnreadableFile
from tests.tasks.edited_books import Shop, edit_cells, move_column, opened, save
from tests.tasks.send_back.stocks import an_object, attribute, value


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
