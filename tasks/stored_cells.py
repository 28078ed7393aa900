"""What a workbook that is exported now would show of stored objects: by the export's own steps and the reader of workbooks, so
that an edited workbook is compared with exactly what it would otherwise hold."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from config.profiles import DEFAULT_PROFILE
from contract.filters import Context, fold
from contract.request import ExportRequest
from formats.excel import write_data
from formats.excel.limits import MAX_COLUMNS
from formats.fields import FINGERPRINT
from formats.headers import ID, NAME, SYSTEM, named_by
from formats.ipc import read_batches
from formats.reading.cells import Row
from formats.reading.edited import OWN_NAME, FieldName
from formats.reading.sheets import Errors, read_errors
from formats.reading.workbook import Workbook, open_workbook
from formats.tables import Content, DataTable
from tasks.extract import extract
from tasks.plan import ExportPlan
from tasks.transform import transform

_HEADER_ROWS = 2


@dataclass(frozen=True)
class StoredRow:
    """The cells of one object, and the fingerprint of its version."""

    row: Row
    positions: Mapping[FieldName, int]
    fingerprint: str

    def cell(self, name: FieldName) -> object:
        """The cell under a name; None where the object has no such column."""
        position = self.positions.get(name)
        return None if position is None else self.row[position]


@dataclass(frozen=True)
class Shown:
    """Rows by id, and the sheet of validation errors."""

    rows: Mapping[str, StoredRow]
    errors: Errors


def shown(url: str, tenant: str, type_name: str, ids: Sequence[str], *, contexts: tuple[Context, ...], zone: ZoneInfo) -> Shown:
    """What a workbook would show of the objects of one type (folded) with these ids, in the database at `url`.

    No connection to an SQLite database may be open in this process. Raises DatabaseUnavailable and DiskFull.
    """
    with tempfile.TemporaryDirectory(prefix="statesheet-cells-") as name:
        folder = Path(name)
        request = ExportRequest(types=(type_name,), ids=tuple(ids), contexts=contexts)
        plan = ExportPlan("", tenant, request, {}, DEFAULT_PROFILE, "cells", None, folder)
        extracted = extract(plan, database_url=url, on_progress=lambda _done: None)
        if not extracted.exported:
            return Shown({}, {})
        content = transform(plan, extracted, zone=zone)
        path = folder / "cells.xlsx"
        write_data(replace(content, include_validation_data=False), path)
        with open_workbook(path) as workbook:
            return _read(workbook, content)


def _read(workbook: Workbook, content: Content) -> Shown:
    [table] = content.tables
    positions = _positions(table)
    cells = islice(workbook.rows(workbook.sheets[0]), _HEADER_ROWS, None)
    keys = (key for batch in read_batches(table.path) for key in batch.select([ID, FINGERPRINT]).to_pylist())
    rows = {key[ID]: StoredRow(row, positions, key[FINGERPRINT]) for key, row in zip(keys, cells, strict=True)}
    return Shown(rows, read_errors(workbook, workbook.sheets[1:]) or {})


def _positions(table: DataTable) -> dict[FieldName, int]:
    """Where each name stands on the sheet, which may have no room for all."""
    positions: dict[FieldName, int] = {OWN_NAME: next(n for n, column in enumerate(table.columns) if column.name == NAME)}
    for number, column in enumerate(table.columns[len(SYSTEM) : MAX_COLUMNS], start=len(SYSTEM)):
        area, name = named_by(column.name)
        positions[area, fold(name)] = number
    return positions
