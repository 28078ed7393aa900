"""Rows are made, deleted, or refused and mended in a workbook of their own."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from contract.edits import CellChange
from tasks import compare_book
from tests.tasks.edited_books import Shop, edit_cells, opened, save
from tests.tasks.send_back.stocks import an_object, attribute, value


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


def test_how_many_rows_were_compared_is_told_lot_by_lot(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare_book, "ROWS_AT_ONCE", 1)
    told: list[int] = []
    report = shop.send_back(shop.export(), on_progress=told.append)
    assert (report.rows, told) == (2, [1, 2])


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


def unclear_rows(shop: Shop) -> Path:
    """An export with four more rows, each unclear in its own way."""
    path = shop.export()
    book = opened(path)
    page = book["Connector State"]
    last = page.max_column
    for number, (identifier, action, surplus) in enumerate(
        (("", "", ""), ("1", "", ""), ("7", "move", ""), ("8", "", "x")), start=5
    ):
        for column, text in ((1, action), (2, "connectorstate"), (3, identifier), (last + 1, surplus)):
            page.cell(number, column).value = text or None
    return save(book, path)


def test_rows_that_say_nothing_clear_are_refused(shop: Shop) -> None:
    report = shop.send_back(unclear_rows(shop))
    assert [(refusal.place.row, refusal.reason) for refusal in report.refused] == [
        (5, "the ID is empty"),
        (6, "an earlier row is of the same object"),
        (7, "unknown action 'move'; known are create, update, delete"),
        (8, "the cell has no header above it"),
    ]
    assert (report.refused_rows, report.conflicts) == (4, 0)
    assert not any(refusal.conflict for refusal in report.refused)


def test_of_very_many_refused_rows_the_first_are_kept_with_their_reasons_and_all_are_counted(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_book, "MOST_REFUSALS", 2)
    report = shop.send_back(unclear_rows(shop))
    assert [refusal.place.row for refusal in report.refused] == [5, 6]
    assert report.refused_rows == 4


def test_a_row_without_its_fingerprint_removes_nothing(shop: Shop) -> None:
    """It was typed by hand, or its hidden column was lost: an empty cell does not speak."""
    path = edit_cells(shop.export(), {("1", "Fingerprint"): None, ("1", "Tags"): None, ("1", "Item State"): "fixed"})
    report = shop.send_back(path)
    assert (report.cells, attribute(shop, "itemState")["values"][0]["value"]) == (1, "fixed")
    assert len(attribute(shop, "tags")["values"]) == 3


def test_a_row_without_its_fingerprint_deletes_where_it_says_so(shop: Shop) -> None:
    """A list of ids typed by hand is of no version that could have changed since."""
    path = edit_cells(shop.export(), {("1", "Fingerprint"): None, ("1", "Action"): "DELETE"})
    report = shop.send_back(path)
    assert (report.deleted, report.refused) == (1, [])
    assert ("connectorstate", "1") not in shop.documents()


def test_a_row_whose_line_end_was_altered_is_made_anew_where_it_says_so(stock: Callable[..., Shop]) -> None:
    """The refusal says that CREATE does it."""
    shop = stock([an_object("a\r\nb")])
    path = shop.export()
    book = opened(path)
    book["Connector State"].cell(3, 1).value = "CREATE"
    report = shop.send_back(save(book, path))
    assert (report.created, report.refused) == (1, [])


def test_a_new_id_with_a_line_end_is_one_as_any_other(shop: Shop) -> None:
    """No program has altered it on the way out: the row has no fingerprint."""
    path = shop.export()
    book = opened(path)
    book["Connector State"].cell(5, 3).value = "a\nb"
    report = shop.send_back(save(book, path))
    assert (report.created, report.refused) == (1, [])
    assert ("connectorstate", "a\nb") in shop.documents()


def test_another_tenants_workbook_makes_objects_of_this_one(shop: Shop, stock: Callable[..., Shop]) -> None:
    other = stock([])
    report = other.send_back(shop.export())
    assert (report.created, report.refused) == (2, [])
    assert other.document("2")["properties"]["channelid"] == "shop"


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


def test_refused_rows_show_the_first_line_of_a_text_and_all_of_an_instant(shop: Shop, tmp_path: Path) -> None:
    path = edit_cells(shop.export(), {("1", "Name"): "one\ntwo", ("1", "Created Date"): "soon"})
    shop.send_back(path, rejects=tmp_path / "rejects.xlsx")
    page = opened(tmp_path / "rejects.xlsx")["Connector State"]
    assert {cell.alignment.vertical for cell in page[3] if cell.value is not None} == {"top"}
    assert page.column_dimensions["A"].width >= len("2026-03-04 05:06:07.890")


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


@pytest.mark.parametrize("column", ["ID", "Type", "Action", "Fingerprint"])
@pytest.mark.parametrize("shows", ["#REF!", "=A1"])
def test_a_row_whose_system_cell_has_no_value_is_refused_and_names_no_object(shop: Shop, column: str, shows: str) -> None:
    """Neither an error nor a formula that was not calculated is the name of anything."""
    path = shop.export()
    book = opened(path)
    page = book["Connector State"]
    cell = page.cell(3, next(cell.column for cell in page[2] if cell.value == column))
    cell.value = shows
    report = shop.send_back(save(book, path))
    [refused] = report.refused
    assert (report.created, report.unchanged, refused.place.column, refused.place.row) == (0, 1, column, 3)
    assert refused.reason.startswith("it is a formula without" if shows == "=A1" else "it is an error of the spreadsheet")


@pytest.mark.parametrize(
    ("column", "typed", "reason"),
    [
        ("ID", 7, "it stands as a number"),
        ("ID", 1e20, "it stands as a number"),
        ("ID", "007 ", "ends with a blank"),
        ("Type", "Connector State", "exported as another type"),
    ],
)
def test_an_exported_row_that_a_slip_has_given_another_name_makes_no_object(
    stock: Callable[..., Shop], column: str, typed: object, reason: str
) -> None:
    """A spreadsheet's offer to make numbers of texts would else make each object anew under a shorter ID."""
    shop = stock([an_object("007")])
    path = edit_cells(shop.export(), {("007", column): typed})
    [refused] = shop.send_back(path, partial=True).refused
    assert refused.place.column == column
    assert reason in refused.reason
    assert set(shop.documents()) == {("connectorstate", "007")}
    book = opened(path)
    book["Connector State"].cell(3, 1).value = "CREATE"
    assert shop.send_back(save(book, path)).created == 1


def test_a_number_typed_as_the_id_of_a_new_row_is_one(shop: Shop) -> None:
    path = shop.export()
    book = opened(path)
    book["Connector State"].cell(5, 3).value = 7
    assert shop.send_back(save(book, path)).created == 1
    assert ("connectorstate", "7") in shop.documents()


def test_ids_that_were_sorted_without_their_rows_are_told_of_as_that(shop: Shop) -> None:
    before = shop.documents()
    path = edit_cells(edit_cells(shop.export(), {("1", "ID"): "other", ("2", "ID"): "1"}), {("other", "ID"): "2"})
    report = shop.send_back(path, partial=True)
    assert [refused.place.column for refused in report.refused] == ["ID", "ID"]
    assert [refused.reason[:39] for refused in report.refused] == [
        "the row was exported with the ID '1': g",
        "the row was exported with the ID '2': g",
    ]
    assert (report.conflicts, shop.documents()) == (0, before)
