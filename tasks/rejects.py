"""What is refused of an edited workbook, gathered for a workbook of its own."""

from collections.abc import Collection, Mapping
from pathlib import Path

from xlsxwriter.utility import xl_col_to_name

from formats.excel.model import facts_of
from formats.excel.rejects import RejectedRow, RejectedSheet, write_rejects
from formats.headers import FINGERPRINT_LABEL, GROUPS, ID, flat_name
from formats.reading.edited import EditedSheet
from formats.reading.model import ExportFacts
from tasks.edit_rows import EditedRow
from tasks.stored_cells import StoredRow

MOST_ROWS = 10_000
"""Rows that a workbook of refused ones holds; later ones are only counted."""


class Rejects:
    """The refused rows by sheet; with `keep` false none is kept."""

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._sheets: dict[str, RejectedSheet] = {}
        self._rows = 0

    def add(
        self, row: EditedRow, comments: Mapping[int | None, str], newer: StoredRow | None = None, mine: Collection[int] = ()
    ) -> None:
        """Keep a row, with comments by the position of the cell (None: at the ID).

        `newer`: what the store shows now. The row is then of that version, and but for the cells `mine`, which a person
        changed, says what the store says: sent back, it changes nothing else.
        """
        self._rows += 1
        if not self._keep or self._rows > MOST_ROWS:
            return
        sheet = self._sheets.get(row.sheet.title) or self._open(row.sheet)
        cells = list(row.cells)
        if newer is not None:
            for place in row.sheet.fields:
                if place.position not in mine:
                    cells[place.position] = newer.cell(place.key)
            if sheet.hidden is not None:
                cells[sheet.hidden] = newer.fingerprint
        at_id = row.sheet.system[ID]
        sheet.rows.append(RejectedRow(cells, {at_id if at is None else at: text for at, text in comments.items()}))

    def write(self, facts: ExportFacts, path: Path) -> bool:
        """Write the workbook to `path`, unless nothing was refused; whether it was written."""
        if not self._sheets:
            return False
        said = facts_of(facts.tenant, facts.job_id, facts.as_of, facts.zone, facts.contexts)
        write_rejects(list(self._sheets.values()), said, path)
        return True

    def _open(self, sheet: EditedSheet) -> RejectedSheet:
        labels = sheet.header[1]
        model = []
        for column in sheet.columns:
            name = column.name if column.area is None else flat_name(column.area, column.name)
            label = str(labels[column.position])
            model.append((sheet.title, xl_col_to_name(column.position), label, name, GROUPS[column.area], "", sheet.type))
        made = RejectedSheet(sheet.title, _header(sheet), sheet.system.get(FINGERPRINT_LABEL), model)
        self._sheets[sheet.title] = made
        return made


def _header(sheet: EditedSheet) -> tuple[list[object], list[object]]:
    """The two header rows, with its group above every column that has a label."""
    groups: list[object] = [""] * len(sheet.header[1])
    for column in sheet.columns:
        groups[column.position] = GROUPS[column.area]
    return groups, list(sheet.header[1])
