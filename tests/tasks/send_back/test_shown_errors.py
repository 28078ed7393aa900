"""Errors that are only shown: an edit of them is refused, and nothing else is taken for one."""

from collections.abc import Callable
from typing import Any

import pytest

from contract.errors import UnreadableFile
from formats.excel import sheets
from tests.tasks.edited_books import Shop, edit_cells, opened, save
from tests.tasks.send_back.stocks import an_object, value


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
