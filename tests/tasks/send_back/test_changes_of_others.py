"""What others changed since the export stays, and a workbook is written whole or not at all."""

import json

import pytest
from sqlalchemy import event

from contract.edits import CellChange
from contract.errors import ObjectsChanged
from database import edits
from tasks import compare_book
from tests.tasks.edited_books import Shop, edit_cells
from tests.tasks.send_back.stocks import attribute


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


def test_an_emptied_cell_of_an_object_that_was_deleted_meanwhile_is_an_edit(shop: Shop) -> None:
    path = shop.export()
    assert shop.send_back(edit_cells(path, {("1", "Action"): "DELETE"})).deleted == 1
    [refusal] = shop.send_back(edit_cells(path, {("1", "Item State"): None})).refused
    assert "deleted since the export" in refusal.reason


def test_an_object_that_was_changed_meanwhile_is_not_deleted(shop: Shop) -> None:
    path = edit_cells(shop.export(), {("1", "Action"): "DELETE"})
    shop.load([{**shop.document("1"), "name": "Sofa"}])
    assert "changed since the export" in shop.send_back(path).refused[0].reason
    assert ("connectorstate", "1") in shop.documents()


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
    with pytest.raises(ObjectsChanged, match="1 object changed while"):
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
