"""From a workbook's sheets to changes: the template's layout, its own list of names, its zone and its validation errors."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from itertools import chain, islice
from zoneinfo import ZoneInfo, available_timezones

from config.catalogue import ERROR_PARTS, label_of
from contract.changes import Unreadable
from contract.errors import UnreadableFile
from contract.filters import fold
from contract.objects import NESTING
from contract.well_known import VALIDATION_ERROR
from formats.headers import FINGERPRINT_LABEL, ID, TYPE
from formats.reading.cells import Row
from formats.reading.changes import Change, Said
from formats.reading.columns import (
    Column,
    change_of,
    has_id,
    is_template,
    plain_columns,
    template_columns,
)
from formats.reading.merged import with_covered
from formats.reading.model import ERRORS, MODEL, error_sheets, read_facts, read_models
from formats.reading.model_columns import BadHeader, Model
from formats.reading.workbook import Workbook, has_cells, rows_if_there

HELP = "Help"
_ZONE_LABEL = "time zone"
NO_DATA = frozenset(map(fold, (HELP, MODEL, ERRORS, "Triage", "Summary", "Reference Data")))
"""The sheets that hold no objects, by folded names."""

ROWS_ABOVE = 20
"""Rows that a person may have put above the header of an exported sheet."""

_WITHOUT_MODEL = (
    f"it was exported, and the hidden sheet {MODEL} of its workbook, which says what its dates and cut texts stand for, is not "
    f"here: send the whole workbook back, or remove the column {FINGERPRINT_LABEL} to have each object replaced by its row"
)

Errors = dict[tuple[str, str], list[tuple[str | None, ...]]]
"""The validation errors by type and id of their object, each the texts of `ERROR_PARTS`."""


def read_sheets(workbook: Workbook, zone: tzinfo) -> Iterator[tuple[str, Change | Unreadable]]:
    """What every row of every data sheet says, with its place. Dates are those of the zone that the Help sheet names, else of
    `zone`.

    Raises UnreadableFile where no sheet has objects, a header is not clear, or an exported sheet has left its workbook.
    """
    zone = zone_of(workbook) or zone
    models = read_models(workbook)
    errors = read_errors(workbook) or {}
    found, lone = False, read_facts(workbook) is None
    for sheet in workbook.visible:
        if fold(sheet) in NO_DATA:
            continue
        cells, merged = workbook.rows_and_merged(sheet)
        rows = with_covered(enumerate(cells, start=1), merged)
        first = list(islice(rows, 2))
        head = [row for _, row, _ in first]
        template = is_template(head)
        if not template and not (head and has_id(head[0])):
            continue
        found = True
        model = models.get(fold(sheet), Model())
        try:
            columns = template_columns(head[0], head[1], model) if template else plain_columns(head[0])
        except BadHeader as error:
            raise UnreadableFile(name=workbook.path.name, reason=f"sheet {sheet}: {error}") from error
        if template and lone and any(column.area is None and column.name == FINGERPRINT_LABEL for column in columns):
            raise UnreadableFile(name=workbook.path.name, reason=f"sheet {sheet}: {_WITHOUT_MODEL}")
        for number, row, covered in rows if template else chain(first[1:], rows):
            if (change := change_of(row, columns, zone, model.type)) is not None:
                yield f"sheet {sheet}, row {number}", _with_errors(_whole(change, columns, covered), errors)
    if not found:
        raise UnreadableFile(name=workbook.path.name, reason=f"no sheet has a column {ID}")


def _whole(change: Change | Unreadable, columns: Sequence[Column], covered: frozenset[int]) -> Change | Unreadable:
    """The change, unless a merged cell hides some of what a person sees of it."""
    lost = [column.position for column in columns if column.position in covered] if covered else []
    if not lost or isinstance(change, Unreadable) or change.delete:
        return change
    return Unreadable(f"the cell in column {lost[0] + 1} is merged with another one, and so it is empty in the file")


def zone_of(workbook: Workbook) -> tzinfo | None:
    """The zone that the Help sheet names, in the words that stand beside `TIME ZONE`."""
    for label, said, *_ in rows_if_there(workbook, HELP):
        if fold(str(label)) == _ZONE_LABEL:
            words = (word.strip(".,;") for word in str(said).split())
            return next((ZoneInfo(word) for word in words if word in available_timezones()), None)
    return None


def read_errors(workbook: Workbook, titles: Sequence[str] | None = None, *, strict: bool = False) -> Errors | None:
    """The rows of the sheets of validation errors, each known by its name (of `titles`, else as the workbook says), or by its
    header where it has got another one; None where there is no such sheet.

    `strict`: raises UnreadableFile for one that has its name and not its header, for an edit there would go unnoticed.
    """
    of_objects = read_models(workbook)  # to open one of those takes as long as to read it
    names = list(map(fold, error_sheets(workbook) if titles is None else titles))
    possible = [sheet for sheet in workbook.sheets if fold(sheet) not in of_objects]
    has_renamed = not set(names) <= set(map(fold, workbook.sheets))
    errors: Errors = {}
    found = 0
    for sheet in sorted(possible, key=lambda sheet: names.index(fold(sheet)) if fold(sheet) in names else len(names)):
        rows = workbook.rows(sheet)
        is_named = fold(sheet) in names
        above = ROWS_ABOVE if is_named or has_renamed else 0
        if positions := next(filter(None, map(_error_columns, islice(rows, above + 1))), None):
            _add_errors(errors, rows, positions)
            found += 1
        elif strict and is_named and has_cells(workbook.rows(sheet)):
            reason = f"sheet {sheet}: the header of the export is not in its first {ROWS_ABOVE + 1} rows; put it back"
            raise UnreadableFile(name=workbook.path.name, reason=reason)
        if found == len(names):
            break
    return errors if found else None


def _error_columns(header: Row) -> list[int]:
    """Where the columns of validation errors stand; none in a sheet of anything else."""
    wanted = [fold(label) for label in (TYPE, ID, *(label_of(part, "attribute") for part in ERROR_PARTS))]
    cells = [fold(str(cell)) for cell in header]
    return [cells.index(label) for label in wanted] if set(wanted) <= set(cells) else []


def _add_errors(errors: Errors, rows: Iterator[Row], positions: Sequence[int]) -> None:
    for row in rows:
        type_name, identifier, *parts = (None if row[at] in (None, "") else str(row[at]) for at in positions)
        if type_name and identifier:
            errors.setdefault((fold(type_name), identifier), []).append(tuple(parts))


def _with_errors(change: Change | Unreadable, errors: Errors) -> Change | Unreadable:
    """The change with its validation errors, unless its own row has that group."""
    if isinstance(change, Unreadable) or (fold(change.type), change.id) not in errors:
        return change
    own = fold(VALIDATION_ERROR) + NESTING
    if any(fold(said.name).startswith(own) for said in change.values):
        return change
    columns = zip(*errors[fold(change.type), change.id], strict=True)
    said = tuple(
        Said("attribute", f"{VALIDATION_ERROR}{NESTING}{part}", texts)
        for part, texts in zip(ERROR_PARTS, columns, strict=True)
        if any(text is not None for text in texts)
    )
    return replace(change, values=change.values + said)
