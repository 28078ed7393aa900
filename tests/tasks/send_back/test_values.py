"""What an edited cell says becomes the values of its object, and everything else stays as it is."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.tasks.edited_books import Shop, edit_cells, opened, save
from tests.tasks.send_back.stocks import an_object, attribute, value


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


def merged(path: Path, label: str, rows: tuple[int, int], columns: int = 1) -> Path:
    """A copy in which cells under a header are merged with the first of them."""
    book = opened(path)
    page = book["Connector State"]
    at = next(cell.column for cell in page[2] if cell.value == label)
    page.merge_cells(start_row=rows[0], end_row=rows[1], start_column=at, end_column=at + columns - 1)
    return save(book, path)


def test_a_cell_that_was_merged_with_another_one_removes_nothing(shop: Shop, tmp_path: Path) -> None:
    """A person sees the first cell's value in all of them; in the file the others are empty."""
    path = merged(edit_cells(shop.export(), {("1", "Item State"): "fixed", ("2", "Name"): "Stool"}), "Item State", (3, 4))
    rejects = tmp_path / "rejects.xlsx"
    report = shop.send_back(path, partial=True, rejects=rejects)
    [refused] = report.refused
    assert (refused.place.row, refused.place.column, refused.conflict) == (4, "Item State", False)
    assert refused.reason.startswith("it is merged with another cell")
    assert attribute(shop, "itemState", "1")["values"][0]["value"] == "fixed"
    assert attribute(shop, "itemState", "2")["values"][0]["value"] == "new"
    # Unmerged, the cell says what the store says, and what else was edited is taken.
    again = shop.send_back(rejects)
    assert (again.updated, again.cells, again.refused) == (1, 1, [])
    assert shop.document("2")["name"] == "Stool"


def test_cells_that_were_empty_may_be_merged(shop: Shop) -> None:
    path = edit_cells(shop.export(), {("2", "Hub"): "North"})
    assert shop.send_back(merged(path, "Hub", (4, 4), columns=3)).cells == 1


def test_a_merged_cell_of_a_new_row_is_not_passed_over(shop: Shop) -> None:
    path = edit_cells(shop.export(), {("2", "ID"): "3"})
    report = shop.send_back(merged(path, "Item State", (3, 4)), partial=True)
    assert (report.created, [refused.place.column for refused in report.refused]) == (0, ["Item State"])


def test_an_action_that_was_merged_over_rows_is_not_taken_for_one_of_them(shop: Shop) -> None:
    path = merged(edit_cells(shop.export(), {("1", "Action"): "DELETE"}), "Action", (3, 4))
    report = shop.send_back(path)
    assert (report.applied, report.deleted, [refused.place.column for refused in report.refused]) == (False, 1, ["Action"])
