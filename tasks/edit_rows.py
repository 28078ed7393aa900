"""The rows of an edited workbook, read far enough to know which object each is of and what is to become of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from contract.edits import Place
from contract.filters import fold
from formats.headers import ACTION, ACTIONS, FINGERPRINT_LABEL, ID, NAME, TYPE, unknown_action
from formats.reading.cells import NoValue, Row, is_empty
from formats.reading.edited import EditedSheet, Field
from formats.reading.merged import with_covered

MERGED = "it is merged with another cell, and so it is empty in the file: unmerge them, and write into each what it is to say"


@dataclass(frozen=True)
class EditedRow:
    """A row with an id. `type` is as it is written; `action` is one of `formats.headers.ACTIONS`; `fingerprint` is empty where
    the row was not exported; `covered` are the positions of cells that a merged one covers."""

    sheet: EditedSheet
    number: int
    cells: Row
    type: str
    id: str
    action: str
    fingerprint: str
    covered: frozenset[int]

    @property
    def key(self) -> tuple[str, str]:
        """Type (folded) and id."""
        return fold(self.type), self.id

    def place(self, column: str = "") -> Place:
        """A cell of the row, for people."""
        return Place(self.sheet.title, self.number, self.type, self.id, column)

    def filled(self) -> Iterator[Field]:
        """The columns that the row has a value in."""
        return (field for field in self.sheet.fields if not is_empty(self.cells[field.position]))


@dataclass(frozen=True)
class BadRow:
    """A row that nothing can be taken from: `position` is the cell to blame."""

    row: EditedRow
    position: int | None
    column: str
    reason: str


def read_rows(sheet: EditedSheet, *, fingerprints: bool) -> Iterator[EditedRow | BadRow]:
    """The rows of a sheet that hold anything. Without `fingerprints` none is looked at: the export was of other objects."""
    known = {column.position for column in sheet.columns}
    for number, cells, covered in with_covered(sheet.rows, sheet.merged):
        filled = [position for position, cell in enumerate(cells) if not is_empty(cell)]
        if not filled:
            continue
        action = sheet.said(cells, ACTION).strip()
        row = EditedRow(
            sheet=sheet,
            number=number,
            cells=cells,
            type=sheet.said(cells, TYPE) or sheet.type,
            id=sheet.said(cells, ID),
            action=fold(action),
            fingerprint=sheet.said(cells, FINGERPRINT_LABEL) if fingerprints else "",
            covered=covered,
        )
        surplus = [position for position in filled if position not in known]
        valueless = _valueless(sheet, cells)
        if valueless is not None:
            yield BadRow(row, sheet.system[valueless], valueless, f"it is {cells[sheet.system[valueless]]}")
        elif not row.id:
            yield BadRow(row, sheet.system[ID], ID, "the ID is empty")
        elif sheet.system.get(ACTION) in covered:
            yield BadRow(row, sheet.system[ACTION], ACTION, MERGED)
        elif row.action not in ACTIONS:
            yield BadRow(row, sheet.system[ACTION], ACTION, unknown_action(action))
        elif surplus:
            yield BadRow(row, surplus[0], f"column {surplus[0] + 1}", "the cell has no header above it")
        else:
            yield row


def _valueless(sheet: EditedSheet, cells: Row) -> str | None:
    """The system column whose cell shows an error, or has a formula that was not calculated; None where there is none."""
    columns = ((name, position) for name, position in sheet.system.items() if name != NAME)
    return next((name for name, position in columns if isinstance(cells[position], NoValue)), None)
