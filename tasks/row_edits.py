"""One row of an edited workbook beside what the store would show of its object: which cells a person changed, and what that
makes of the object's document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from contract.document_edit import MULTIPLE, CannotEdit, DocumentEdit
from contract.errors import InvalidObject
from contract.filters import Context, parse_instant
from contract.objects import parse_object
from database.rows import rows_of
from formats.excel.limits import MAX_CHARACTERS, cut, units, was_cut
from formats.excel.rewrap import is_rewrapped
from formats.reading.cells import ERROR, NoValue, Row, cell_text, date_text, is_empty, same_cell
from formats.reading.edited import Field
from tasks.stored_cells import StoredRow

_SPREADSHEET_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!"}
)


@dataclass(frozen=True)
class FieldEdit:
    """A cell that a person changed: what the store shows in it, and what it says now."""

    field: Field
    before: object
    after: object


@dataclass
class RowEdits:
    """The changed cells of a row, and those that the store changed too, to something else."""

    edits: list[FieldEdit] = field(default_factory=list)
    conflicts: list[FieldEdit] = field(default_factory=list)


class RefusedCells(Exception):
    """Some cells cannot be brought into the document: each with the reason."""

    def __init__(self, cells: Sequence[tuple[FieldEdit | None, str]]) -> None:
        self.cells = list(cells)
        super().__init__()


def compare(
    row: Row, fields: Sequence[Field], now: StoredRow, base: StoredRow | None, zone: ZoneInfo, *, exported: bool, current: bool
) -> RowEdits:
    """What the row changes. `base` is what the workbook showed when it was exported, None where that is not known.

    `exported`: the row was exported, so that an empty cell says that there is no value; `current`: the object is still the
    version that was exported then, and any other cell is an edit.
    """
    found = RowEdits()
    for place in fields:
        cell, stored = row[place.position], now.cell(place.key)
        if same(place, cell, stored, zone) or (not exported and is_empty(cell)):
            continue
        edit = FieldEdit(place, stored, cell)
        if current or not exported:
            found.edits.append(edit)
            continue
        shown = None if base is None else base.cell(place.key)
        if base is not None and same(place, cell, shown, zone):
            continue  # only the store has changed it
        in_store = base is None or not same(place, stored, shown, zone)
        (found.conflicts if in_store else found.edits).append(edit)
    return found


def same(place: Field, one: object, other: object, zone: ZoneInfo) -> bool:
    """Whether the cell `one`, which another program may have saved, says what `other` says; in a column of dates, in whichever
    way the date is written."""
    if same_cell(one, other) or is_rewrapped(one, other):
        return True
    if not place.is_instant or is_empty(one) or is_empty(other):
        return False
    dates = {instant_of(cell, zone) for cell in (one, other)}
    return len(dates) == 1 and None not in dates


def instant_of(cell: object, zone: ZoneInfo) -> int | None:
    """The milliseconds of a cell in a column of dates; None where it is no date."""
    text = date_text(cell, zone)
    return None if text is None else parse_instant(text)


def edited_document(
    document: str, edits: Sequence[FieldEdit], *, contexts: tuple[Context, ...], zone: ZoneInfo, tenant: str
) -> dict[str, object]:
    """The document with the cells' new values; raises RefusedCells where some cannot be taken."""
    edit = DocumentEdit(document, contexts)
    refused: list[tuple[FieldEdit | None, str]] = []
    for cell in edits:
        try:
            _edit(edit, cell, zone)
        except CannotEdit as error:
            refused.append((cell, str(error)))
    made = edit.finish()
    if not refused:
        refused += _problems(made, edits, tenant)
    if refused:
        raise RefusedCells(refused)
    return made


def new_text(edit: FieldEdit, zone: ZoneInfo) -> str | None:
    """The text that a changed cell has now; raises CannotEdit where the column cannot hold it."""
    cell = edit.after
    if is_empty(cell):
        return None
    if isinstance(cell, NoValue):
        raise CannotEdit(f"it is {cell}")
    if isinstance(cell, str) and cell in _SPREADSHEET_ERRORS:
        raise CannotEdit(f"{cell} is {ERROR}")
    if isinstance(cell, str) and was_cut(cell):
        raise CannotEdit(f"the value was cut at the {MAX_CHARACTERS:,} characters of a cell, which holds only its beginning")
    return _dates(edit, zone) if edit.field.is_instant else cell_text(cell, zone)


def _dates(edit: FieldEdit, zone: ZoneInfo) -> str:
    """The ISO texts of a cell in a column of dates; a part that stands as before stays as it is, be it no date."""
    is_property = edit.field.key[0] == "property"  # which has one value
    parts = edit.after.split(MULTIPLE) if isinstance(edit.after, str) and not is_property else [edit.after]
    kept = edit.before.split(MULTIPLE) if isinstance(edit.before, str) and len(parts) > 1 else []
    dates = [part if isinstance(part, str) and part in kept else date_text(part, zone) for part in parts]
    if None in dates:
        raise CannotEdit("not a date; write it as 2026-03-04 05:06:07")
    return MULTIPLE.join(date for date in dates if date is not None)


def _edit(edit: DocumentEdit, cell: FieldEdit, zone: ZoneInfo) -> None:
    area, name = cell.field.key[0], cell.field.name
    text = new_text(cell, zone)
    if area is None:
        edit.set_name(text)
        return
    shown = edit.shown(area, name)
    if shown is not None and units(shown) > MAX_CHARACTERS:
        raise CannotEdit(
            f"the value is longer than the {MAX_CHARACTERS:,} characters of a cell, which holds only its beginning"
        )
    if not cell.field.is_instant and not same_cell(cell.before, None if shown is None else cut(shown)):
        raise CannotEdit("the cell cannot be traced to its values")
    if area == "property":
        edit.set_property(name, text)
    else:
        edit.set_attribute(name, text)


def _problems(made: dict[str, object], edits: Sequence[FieldEdit], tenant: str) -> Iterator[tuple[FieldEdit | None, str]]:
    """Why the store cannot hold the document, if it cannot: at the cell that brought it about, where the error tells."""
    try:
        rows_of(tenant, parse_object(made), loaded_ms=0)
    except InvalidObject as error:
        place = error.path.rpartition(".")[2]
        at = next((cell for cell in edits if cell.field.name == place), edits[0] if len(edits) == 1 else None)
        yield at, str(error.facts["detail"])
