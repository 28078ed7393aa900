"""The workbook of an export: which sheets there are, in which order, and what each holds."""

from dataclasses import replace
from pathlib import Path

from contract.filters import fold
from formats.excel import look
from formats.excel.errors import TITLE as ERRORS_TITLE
from formats.excel.errors import errors_sheet
from formats.excel.help import help_sheet
from formats.excel.limits import MAX_COLUMNS, sheet_names
from formats.excel.losses import missing_columns
from formats.excel.model import TITLE as MODEL_TITLE
from formats.excel.model import model_sheet
from formats.excel.reference import TITLE as REFERENCE_TITLE
from formats.excel.reference import ReferenceData
from formats.excel.sending_back import too_large_to_send_back
from formats.excel.sheets import DataSheet, Sheet, laid_out
from formats.excel.states import data_sheet
from formats.excel.summary import TITLE as SUMMARY_TITLE
from formats.excel.summary import summary_sheet
from formats.excel.triage import TITLE as TRIAGE_TITLE
from formats.excel.triage import triage_sheet
from formats.excel.writer import write
from formats.tables import Content, Triage
from formats.written import Written

CHANGES_TITLE = "Changes"
_OWN_NAMES = ("Help", CHANGES_TITLE, ERRORS_TITLE, TRIAGE_TITLE, SUMMARY_TITLE, MODEL_TITLE, REFERENCE_TITLE)


def write_workbook(content: Content, path: Path) -> Written:
    """Writes the workbook of an export to `path`. `rows` of the result are those of the tables of objects.

    Instants are shown in the receipt's zone. Equal content gives equal bytes.
    """
    properties = {"title": content.receipt.file_name, "subject": "Export", "author": "", "company": ""}
    created = content.receipt.as_of.replace(tzinfo=None)
    sheets = workbook_sheets(content)
    written = write(sheets, path, properties=properties, created=created)
    missing = [
        w for table in content.tables for w in missing_columns(table.title, [c.label for c in table.columns[MAX_COLUMNS:]])
    ]
    rows = sum(table.rows for table in content.tables)
    return replace(written, rows=rows, warnings=(*written.warnings, *missing, *too_large_to_send_back(sheets, path)))


def write_data(content: Content, path: Path) -> Written:
    """Writes only the sheets of objects, and of validation errors where there are any, as `write_workbook` has them."""
    by_type = _data_sheets(content, None)
    sheets: list[Sheet] = [sheet for parts in by_type.values() for sheet in parts]
    return write([*sheets, *_errors_sheets(content, by_type)], path)


def workbook_sheets(content: Content) -> list[Sheet]:
    """The sheets in order: Help, one or more a type, Changes (of a delta), Validation Errors, Triage, Summary, Model,
    Reference Data."""
    receipt = content.receipt
    reference = ReferenceData(content.tables) if content.include_validation_data else None
    by_type = _data_sheets(content, reference)
    sheets: list[Sheet] = [help_sheet(receipt), *(sheet for parts in by_type.values() for sheet in parts)]
    sheets += _changes_sheets(content, by_type)
    errors = content.errors
    problems = _errors_sheets(content, by_type)
    sheets += problems
    if receipt.triage != Triage():
        sheets.append(triage_sheet(receipt.triage, problems, errors.rows if errors is not None else 0))
    sheets += [summary_sheet(receipt, errors.rows if errors is not None else 0), model_sheet(by_type, problems, receipt)]
    return [*sheets, reference.sheet()] if reference is not None else sheets


def _changes_sheets(content: Content, by_type: dict[str, list[DataSheet]]) -> list[Sheet]:
    if content.changes is None:
        return []
    changes = replace(content.changes, title=CHANGES_TITLE)
    return list(laid_out([errors_sheet(changes, content.receipt, by_type, look.SYSTEM_FIELDS)]))


def _errors_sheets(content: Content, by_type: dict[str, list[DataSheet]]) -> list[DataSheet]:
    errors = content.errors
    if errors is None or not errors.rows:
        return []
    sheet = errors_sheet(replace(errors, title=ERRORS_TITLE), content.receipt, by_type)
    return [part for part in laid_out([sheet]) if isinstance(part, DataSheet)]


def _data_sheets(content: Content, reference: ReferenceData | None) -> dict[str, list[DataSheet]]:
    """The sheets of each type (folded), under the names that they will have: links and the model say these names."""
    by_type: dict[str, list[DataSheet]] = {}
    taken: list[str] = list(_OWN_NAMES)
    for number, table in enumerate(content.tables):
        parts = laid_out([data_sheet(table, content.receipt, reference, active=number == 0)])
        names = sheet_names([part.title for part in parts], taken)
        taken += names
        named = [replace(part, title=name) for part, name in zip(parts, names, strict=True) if isinstance(part, DataSheet)]
        by_type[fold(table.type)] = named
    return by_type
