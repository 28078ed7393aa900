"""What an edited workbook says, cell by cell: what it changes, what is refused and why, and what is to be written."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a workbook, and the object that its row is of; `column` is the header, empty for the whole row."""

    sheet: str
    row: int
    type: str
    id: str
    column: str


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that says something else than the store: texts for people, None for nothing."""

    place: Place
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class CellRefusal:
    """A cell that cannot be taken. `conflict`: the object was changed or deleted in the store since the export."""

    place: Place
    after: str | None
    reason: str
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """One object to be written: its new document (None: it is to be deleted) in place of the version with the fingerprint
    `seen` (None: there is no object)."""

    type: str
    id: str
    seen: str | None
    document: dict[str, Any] | None


@dataclass
class EditReport:
    """What an edited workbook amounts to. Counts are of rows (`unchanged`, `created`, `updated`, `deleted`) and cells.

    `applied`: whether it was written. With anything refused, nothing is, unless the good rows were asked for.
    """

    rows: int = 0
    unchanged: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    cells: int = 0
    refused_rows: int = 0
    conflicts: int = 0
    refused: list[CellRefusal] = field(default_factory=list)
    applied: bool = False
