"""A file into the store, whole, on both databases."""

import json
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import select

from contract.errors import NoDataInFile
from database.engine import connect, reading
from database.loader import Refusal
from database.tables import document
from tasks.demo_objects import demo_objects
from tasks.load import load_file


def test_objects_edits_and_deletions_arrive(database_url: str, tmp_path: Path) -> None:
    """JSON lines first, then a table with an edit, a deletion and a row without an id."""
    objects = [raw for _, raw in demo_objects(30)]
    (lines := tmp_path / "all.jsonl").write_text("".join(json.dumps(raw) + "\n" for raw in objects) + "oops\n")
    with xlsxwriter.Workbook(str(tmp_path / "edit.xlsx")) as book:
        sheet = book.add_worksheet("Edits")
        rows = [
            ("Action", "ID", "Channel Id"),
            ("", objects[0]["id"], "rs-new-self"),
            ("Delete", objects[1]["id"]),
            ("", "", "x"),
        ]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    engine = connect(database_url)
    seen: list[int] = []
    first = load_file(lines, engine=engine, tenant="acme", on_progress=seen.append)
    second = load_file(tmp_path / "edit.xlsx", engine=engine, tenant="acme")
    with reading(engine) as connection:
        documents = {row.id: json.loads(row.document) for row in connection.execute(select(document))}
    with pytest.raises(NoDataInFile):
        load_file(_empty(tmp_path), engine=engine, tenant="acme")
    engine.dispose()

    assert (first.loaded, first.deleted, [refusal.place for refusal in first.refused], seen) == (30, 0, ["line 31"], [31])
    assert (second.loaded, second.deleted) == (1, 1)
    assert second.refused == [Refusal("sheet Edits, row 4", "the ID is empty")]
    edited = {"id": objects[0]["id"], "type": "connectorstate", "properties": {"channelid": "rs-new-self"}}
    assert documents == {objects[0]["id"]: edited, **{raw["id"]: raw for raw in objects[2:]}}


def _empty(folder: Path) -> Path:
    (path := folder / "empty.json").write_text("[]")
    return path
