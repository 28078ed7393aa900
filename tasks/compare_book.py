"""An edited workbook beside the store: what it changes, cell by cell, and what of it is refused. Nothing is written.

The rows are taken some thousand at a time; of each lot the store is asked what an export would show now. Where an object is no
longer the version that its row was made of, the history gives that version, and the export's own steps its cells: what only
the person changed is an edit, what only the store changed stays, and what both changed is a conflict.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from contract.edits import CellChange, CellRefusal, Edit, EditReport
from contract.errors import ObjectsChanged
from contract.filters import fold
from contract.objects import fingerprint
from contract.phrases import counted
from database.edits import Key, current_documents, earlier_documents, scratch_database
from formats.headers import ACTION, CREATE, DELETE, ID, TYPE, UPDATE
from formats.reading.cells import cell_text
from formats.reading.edited import EditedBook, Field
from formats.reading.sheets import Errors
from tasks.edit_rows import MERGED, BadRow, EditedRow, read_rows
from tasks.rejects import Rejects
from tasks.row_edits import FieldEdit, RefusedCells, compare, edited_document, new_text
from tasks.stored_cells import Shown, StoredRow, shown

ROWS_AT_ONCE = 4_000
"""Rows that are compared together."""
MOST_REFUSALS = 10_000
"""Refused cells and rows that are kept with their reasons; later ones are only counted."""

_LINE_END = (
    "there is no object of this ID; it has a line end, which programs that save a workbook may alter: CREATE makes a new object"
)
_NUMBER = "there is no object of this ID; it stands as a number, which drops zeros and digits: CREATE makes a new object"
_BLANK_END = "there is no object of this ID; it begins or ends with a blank: CREATE makes a new object"
_OTHER_TYPE = "there is no object of this type and ID; the row was exported as another type: CREATE makes a new object"
_PUT_BACK = "give it that one back; to sort, sort whole rows, and not one column"
_BLANKS = " \t\r\n"  # those that XML knows
_VIEW = "the sheet Validation Errors only shows them: edit the columns Validation Error>>..."


@dataclass(frozen=True)
class Store:
    """Where the objects are: the same database as URL and as engine."""

    url: str
    engine: Engine
    tenant: str


@dataclass
class Comparison:
    """What comes out: `edit` takes each object to be written, `change` each changed cell, `rejects` each refused row."""

    book: EditedBook
    store: Store
    edit: Callable[[Edit], None]
    change: Callable[[CellChange], None]
    rejects: Rejects
    report: EditReport = field(default_factory=EditReport)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the workbook's dates."""
        return self.book.facts.zone

    def refuse(
        self,
        row: EditedRow,
        cells: Sequence[tuple[int | None, str, str]],
        *,
        newer: StoredRow | None = None,
        mine: Collection[int] = (),
        conflict: bool = False,
    ) -> None:
        """Refuse a row for some of its cells: position, header and reason of each. `newer`: what the store shows, which is to
        stand in the other cells than `mine`, those that a person changed; `conflict`: the object was changed or deleted since
        the export."""
        self.report.refused_rows += 1
        self.report.conflicts += conflict
        self.rejects.add(row, {position: reason for position, _, reason in cells}, newer, mine)
        for position, column, reason in cells:
            if len(self.report.refused) < MOST_REFUSALS:
                after = None if position is None else cell_text(row.cells[position], self.zone)
                self.report.refused.append(CellRefusal(row.place(column), after, reason, conflict))


def compare_book(comparison: Comparison, on_progress: Callable[[int], None]) -> EditReport:
    """Compare the whole workbook; `on_progress` gets the number of rows done.

    Raises ObjectsChanged where an object changed while it was being compared, UnreadableFile and DatabaseUnavailable.
    """
    own = comparison.book.facts.tenant == comparison.store.tenant
    seen: set[Key] = set()
    for sheet in comparison.book.sheets():
        rows = read_rows(sheet, fingerprints=own)
        while lot := list(islice(rows, ROWS_AT_ONCE)):
            comparison.report.rows += len(lot)
            _compare_lot(comparison, list(_usable(comparison, lot, seen)))
            on_progress(comparison.report.rows)
    return comparison.report


def _usable(comparison: Comparison, lot: Iterable[EditedRow | BadRow], seen: set[Key]) -> Iterator[EditedRow]:
    for row in lot:
        if isinstance(row, BadRow):
            comparison.refuse(row.row, [(row.position, row.column, row.reason)])
        elif row.key in seen:
            comparison.refuse(row, [(row.sheet.system[ID], ID, "an earlier row is of the same object")])
        else:
            seen.add(row.key)
            yield row


def _compare_lot(comparison: Comparison, lot: Sequence[EditedRow]) -> None:
    now, errors = _shown(comparison, comparison.store.url, comparison.store.tenant, (row.key for row in lot))
    moved = {row.key: row.fingerprint for row in lot if row.fingerprint and _version(now.get(row.key)) != row.fingerprint}
    base, errors_then = _earlier(comparison, moved) if moved else ({}, {})
    exported_as = {stored.fingerprint: key for key, stored in now.items()}
    edits = {
        row.key: found
        for row in lot
        if (stored := now.get(row.key)) is not None
        and row.action != DELETE
        and not _misplaced(comparison, row, stored, exported_as)
        and (found := _edits(comparison, row, stored, base.get(row.key), errors_then if row.key in base else errors))
    }
    documents = _documents(comparison.store, {key: now[key] for key in edits})
    for row in lot:
        if row.key not in now:
            _absent(comparison, row, base.get(row.key))
        elif row.action == DELETE:
            _delete(comparison, row, now[row.key])
        elif row.key in edits:
            _update(comparison, row, edits[row.key], documents[row.key])


def _misplaced(comparison: Comparison, row: EditedRow, stored: StoredRow, exported_as: Mapping[str, Key]) -> bool:
    """Whether the row is of another object of the lot than its ID says, as where the column of IDs was sorted alone; it is
    refused then, unless it says what the store says."""
    origin = exported_as.get(row.fingerprint, row.key)
    if (
        origin == row.key
        or not compare(row.cells, row.sheet.fields, stored, None, comparison.zone, exported=True, current=True).edits
    ):
        return False
    comparison.refuse(row, [(row.sheet.system[ID], ID, f"the row was exported with the ID {origin[1]!r}: {_PUT_BACK}")])
    return True


def _version(stored: StoredRow | None) -> str:
    return "" if stored is None else stored.fingerprint


def _shown(comparison: Comparison, url: str, tenant: str, keys: Iterable[Key]) -> tuple[dict[Key, StoredRow], Errors]:
    """What a workbook would show of the objects with these keys: their cells and their validation errors."""
    by_type: dict[str, list[str]] = defaultdict(list)
    for type_name, identifier in keys:
        by_type[type_name].append(identifier)
    found: dict[Key, StoredRow] = {}
    errors: Errors = {}
    facts = comparison.book.facts
    for type_name, ids in by_type.items():
        part: Shown = shown(url, tenant, type_name, ids, contexts=facts.contexts, zone=facts.zone)
        found.update({(type_name, identifier): row for identifier, row in part.rows.items()})
        errors.update(part.errors)
    return found, errors


def _earlier(comparison: Comparison, versions: dict[Key, str]) -> tuple[dict[Key, StoredRow], Errors]:
    """What the workbook showed of objects that have changed since, as far as the history tells."""
    store = comparison.store
    documents = earlier_documents(store.engine, store.tenant, versions)
    if not documents:
        return {}, {}
    with tempfile.TemporaryDirectory(prefix="statesheet-earlier-") as folder:
        url = scratch_database(Path(folder), store.tenant, map(json.loads, documents.values()))
        return _shown(comparison, url, store.tenant, documents)


def _absent(comparison: Comparison, row: EditedRow, before: StoredRow | None) -> None:
    """A row whose object is not there: a new one, or one that was deleted since the export."""
    action = row.sheet.system.get(ACTION)
    altered = _altered(row) if row.fingerprint and row.action != CREATE else None
    if altered:
        comparison.refuse(row, [altered])
    elif row.action == DELETE:
        comparison.report.unchanged += 1
    elif row.action == UPDATE:
        comparison.refuse(row, [(action, ACTION, "there is no object of this type and ID")])
    elif before is None or row.action == CREATE:
        _create(comparison, row)
    elif compare(row.cells, row.sheet.fields, before, None, comparison.zone, exported=True, current=True).edits:
        reason = "the object was deleted since the export; CREATE makes it anew"
        comparison.refuse(row, [(action, ACTION, reason)], conflict=True)
    else:
        comparison.report.unchanged += 1


def _altered(row: EditedRow) -> tuple[int, str, str] | None:
    """What of an exported row names no object any more, and is more likely a slip, or a program's doing, than a new object."""
    at_id = row.sheet.system[ID]
    if "\n" in row.id:
        return at_id, ID, _LINE_END
    if not isinstance(row.cells[at_id], str):
        return at_id, ID, _NUMBER
    if row.id != row.id.strip(_BLANKS):
        return at_id, ID, _BLANK_END
    if fold(row.type) != fold(row.sheet.type):
        return row.sheet.system[TYPE], TYPE, _OTHER_TYPE
    return None


def _create(comparison: Comparison, row: EditedRow) -> None:
    if merged := [field for field in row.sheet.fields if field.position in row.covered]:
        comparison.refuse(row, list(map(_merged, merged)))
        return
    edits = [FieldEdit(field, None, row.cells[field.position]) for field in row.filled()]
    made = json.dumps({"id": row.id, "type": row.type})
    document = _edited(comparison, row, made, edits)
    if document is None:
        return
    comparison.report.created += 1
    comparison.edit(Edit(*row.key, None, document))
    _tell(comparison, row, edits)
    if not edits:
        comparison.change(CellChange(row.place(ID), None, row.id))


def _delete(comparison: Comparison, row: EditedRow, stored: StoredRow) -> None:
    if row.fingerprint and row.fingerprint != stored.fingerprint:
        reason = "the object was changed since the export; look at it again before it is deleted"
        comparison.refuse(row, [(row.sheet.system[ACTION], ACTION, reason)], newer=stored, conflict=True)
        return
    comparison.report.deleted += 1
    comparison.edit(Edit(*row.key, stored.fingerprint, None))
    comparison.change(CellChange(row.place(ACTION), None, DELETE.upper()))


def _edits(
    comparison: Comparison, row: EditedRow, stored: StoredRow, before: StoredRow | None, errors: Errors
) -> list[FieldEdit] | None:
    """The cells of a row to be written; None where there are none, or where the row is refused. `errors` are the validation
    errors that the workbook showed, as far as that is known."""
    current = row.fingerprint == stored.fingerprint
    exported = bool(row.fingerprint)
    found = compare(row.cells, row.sheet.fields, stored, before, comparison.zone, exported=exported, current=current)
    changed = [*found.edits, *found.conflicts]
    merged = [cell.field for cell in changed if cell.field.position in row.covered]
    if found.conflicts or merged:
        conflicts = [cell for cell in found.conflicts if cell.field not in merged]
        mine = [cell.field.position for cell in changed if cell.field not in merged]
        cells = [*map(_merged, merged), *(_conflict(comparison, cell) for cell in conflicts)]
        comparison.refuse(row, cells, newer=stored, mine=mine, conflict=bool(conflicts))
        return None
    if exported and _view_edited(comparison, row, errors):
        comparison.refuse(row, [(None, "Validation Errors", _VIEW)])
        return None
    if not found.edits:
        comparison.report.unchanged += 1
        return None
    return found.edits


def _merged(field: Field) -> tuple[int, str, str]:
    return field.position, field.label, MERGED


def _conflict(comparison: Comparison, cell: FieldEdit) -> tuple[int, str, str]:
    in_store = cell_text(cell.before, comparison.zone)
    said = "the store has no value now" if in_store is None else f"the store has {in_store!r} now"
    return cell.field.position, cell.field.label, f"changed since the export: {said}"


def _view_edited(comparison: Comparison, row: EditedRow, errors: Errors) -> bool:
    """Whether a person edited the errors of the row's object where they are only shown."""
    shown_errors = comparison.book.errors
    if shown_errors is None:
        return False
    mine, stored = (found.get(row.key, []) for found in (shown_errors, errors))
    return sorted(map(_plain, mine)) != sorted(map(_plain, stored))


def _plain(parts: Sequence[str | None]) -> tuple[str, ...]:
    """The texts as any program saves them: line ends are line feeds, and blanks alone, which openpyxl drops, are nothing."""
    texts = ((part or "").replace("\r\n", "\n").replace("\r", "\n") for part in parts)
    return tuple(text if text.strip(_BLANKS) else "" for text in texts)


def _documents(store: Store, rows: Mapping[Key, StoredRow]) -> dict[Key, str]:
    """The documents of objects; raises ObjectsChanged where one is no longer of the version that was shown."""
    documents = current_documents(store.engine, store.tenant, rows) if rows else {}
    changed = sum(key not in documents or fingerprint(documents[key]) != row.fingerprint for key, row in rows.items())
    if changed:
        raise ObjectsChanged(objects=counted(changed, "object"))
    return documents


def _update(comparison: Comparison, row: EditedRow, edits: Sequence[FieldEdit], document: str) -> None:
    made = _edited(comparison, row, document, edits)
    if made is not None:
        comparison.report.updated += 1
        comparison.edit(Edit(*row.key, fingerprint(document), made))
        _tell(comparison, row, edits)


def _edited(comparison: Comparison, row: EditedRow, document: str, edits: Sequence[FieldEdit]) -> dict[str, object] | None:
    """The document with the edits; None where the row is refused."""
    facts, tenant = comparison.book.facts, comparison.store.tenant
    try:
        return edited_document(document, edits, contexts=facts.contexts, zone=facts.zone, tenant=tenant)
    except RefusedCells as refused:
        cells = [
            (None, "", reason) if edit is None else (edit.field.position, edit.field.label, reason)
            for edit, reason in refused.cells
        ]
        comparison.refuse(row, cells)
        return None


def _tell(comparison: Comparison, row: EditedRow, edits: Sequence[FieldEdit]) -> None:
    comparison.report.cells += len(edits)
    for edit in edits:
        after = new_text(edit, comparison.zone)
        comparison.change(CellChange(row.place(edit.field.label), cell_text(edit.before, comparison.zone), after))
