"""Comparing the tables of an export with the slow reference, cell by cell."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from contract.filters import fold, parse_instant
from contract.kinds import Kind
from contract.objects import StateObject
from contract.request import ExportRequest
from formats.headers import SYSTEM, named_by
from formats.tables import Content, DataTable
from tests.tasks.reference import cells_of, errors_of

FIRST_DATE, LAST_DATE = parse_instant("1900-01-01") or 0, parse_instant("9999-12-31T23:59:59.999") or 0

Rows = dict[str, list[dict[str, Any]]]
"""Rows by the type of their table, and those of the table of errors under `""`."""


def rows_of_table(table: DataTable) -> list[dict[str, Any]]:
    """All rows of a table on disk."""
    with pa.ipc.open_file(str(table.path)) as file:
        rows = file.read_all().to_pylist()
    assert len(rows) == table.rows
    return rows


def check_tables(content: Content, rows: Rows, objects: Sequence[StateObject], asked: ExportRequest) -> None:
    """Each cell of each table, each error and the order of all are those of `objects`."""
    types = list(dict.fromkeys([*asked.types, *(item.type for item in objects)]))
    assert [table.type for table in content.tables] == types
    errors: list[tuple[Any, ...]] = []
    for table in content.tables:
        own = [item for item in objects if item.type == table.type]
        _check_rows(table, rows[table.type], own, asked)
        errors += [(table.type, item.id, n, *parts) for n, item in enumerate(own) for parts in errors_of(item, asked.contexts)]
    wanted = asked.attributes is None or any(fold(name).startswith("validationerror") for name in asked.attributes)
    found = [tuple(row.values()) for row in rows.get("", [])]
    places = {(item.type, item.id): place for place, item in enumerate(objects)}
    errors.sort(key=lambda error: places[error[0], error[1]])
    assert found == (errors if wanted else [])


def _check_rows(table: DataTable, rows: list[dict[str, Any]], own: Sequence[StateObject], asked: ExportRequest) -> None:
    system = [(row["Action"], row["Type"], row["ID"], row["Name"]) for row in rows]
    assert system == [(None, item.type, item.id, item.name) for item in own]
    for item, row in zip(own, rows, strict=True):
        cells = cells_of(item, asked.contexts)
        for column in table.columns[len(SYSTEM) :]:
            area, name = named_by(column.name)
            expected = _expected(column.kind, cells.get((area, fold(name))))
            assert (row[column.name], row.get(column.name + "#text")) == expected, column.name


def _expected(kind: Kind, text: str | None) -> tuple[int | str | None, str | None]:
    """The value and the exact text of a cell that says `text`."""
    if kind is not Kind.INSTANT or text is None:
        return text, None
    instant = parse_instant(text)
    return (instant, None) if instant is not None and FIRST_DATE <= instant <= LAST_DATE else (None, text)
