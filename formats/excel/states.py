"""The sheets of data: one a type, laid out as the template has them."""

from collections.abc import Callable, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from contract.filters import fold
from contract.kinds import Kind
from contract.objects import NESTING
from contract.well_known import VALIDATION_ERROR
from formats.excel import look
from formats.excel.columns import Column
from formats.excel.limits import MAX_ROWS
from formats.excel.reference import ReferenceData
from formats.excel.rows import ipc_rows
from formats.excel.sheets import DataSheet, HeaderLook
from formats.fields import EXACT_TEXT, FINGERPRINT
from formats.headers import FINGERPRINT_LABEL
from formats.tables import DataTable, Receipt, TableColumn

MANDATORY = frozenset({"Type", "ID"})
_FROZEN = ("Action", "Type", "ID")
_STATE_ENDS = "state"
_ERROR_STATES = ("errored", "error", "failed")
_ERROR_PARTS = fold(VALIDATION_ERROR + NESTING)
_MOST_TESTS = 255
"""Arguments of a function in Excel; any attribute may be named as a state."""
_SPARE_ROWS = 1_000
"""Rows below the data where a person may add objects with the help of the drop-downs."""


def data_sheet(table: DataTable, receipt: Receipt, reference: ReferenceData | None, *, active: bool) -> DataSheet:
    """The sheet of one type. Rows with a state that is an error, or with validation errors, are tinted; with `reference`,
    columns get their drop-downs."""
    columns = tuple(column_of(column, receipt) for column in table.columns)
    if table.fingerprints:
        # Last, and within the filter: a sort moves it with its row.
        columns += (Column(FINGERPRINT, FINGERPRINT_LABEL, group="System Fields", hidden=True),)
    return DataSheet(
        title=table.title,
        columns=columns,
        rows=ipc_rows(table.path, [field for column in columns for field in (column.name, column.name + EXACT_TEXT)]),
        looks=look.BY_GROUP,
        marked=dict(_marks(table.columns)),
        frozen_columns=sum(column.name in _FROZEN for column in table.columns[: len(_FROZEN)]),
        finish=_finisher(table.columns, reference),
        active=active,
    )


def column_of(column: TableColumn, receipt: Receipt) -> Column:
    """A table's column as one of a sheet."""
    return Column(column.name, column.label, column.kind, column.group, zone=receipt.zone)


def _marks(columns: Sequence[TableColumn]) -> list[tuple[str, HeaderLook]]:
    collections = [(column.name, look.COLLECTION) for column in columns if NESTING in column.name]
    mandatory = [(column.name, look.MANDATORY) for column in columns if column.name in MANDATORY]
    return collections + mandatory


def _finisher(columns: Sequence[TableColumn], reference: ReferenceData | None) -> Callable[[Any, Any, int, int], None]:
    def finish(book: Any, worksheet: Any, first: int, last: int) -> None:
        if last >= first:
            _tint(book, worksheet, columns, first, last)
        if reference is not None:
            # XlsxWriter draws nothing at all, and raises nothing, where a rule reaches past the sheet.
            below = min(max(last, first) + _SPARE_ROWS, MAX_ROWS - 1)
            for number, column in enumerate(columns):
                if (source := reference.source(column)) is not None:
                    worksheet.data_validation(first, number, below, number, _drop_down(column, source))

    return finish


def _tint(book: Any, worksheet: Any, columns: Sequence[TableColumn], first: int, last: int) -> None:
    """Mark the states that are errors, and the rows that have such a state or a validation error in any state."""
    states = [number for number, column in enumerate(columns) if _is_state(column)]
    errors = [number for number, column in enumerate(columns) if fold(column.name).startswith(_ERROR_PARTS)]
    if states:
        state = book.add_format(look.ERROR_STATE)
        for number in states:
            rule = {"type": "formula", "criteria": _any_of(_in_error([number], first)), "format": state}
            worksheet.conditional_format(first, number, last, number, rule)
    tests = [*_in_error(states, first), *(f'{_cell(number, first)}<>""' for number in errors)]
    tint = book.add_format(look.ERROR_ROW) if tests else None
    for start in range(0, len(tests), _MOST_TESTS):
        row = {"type": "formula", "criteria": _any_of(tests[start : start + _MOST_TESTS]), "format": tint}
        worksheet.conditional_format(first, 0, last, len(columns) - 1, row)


def _is_state(column: TableColumn) -> bool:
    return column.group == "Attributes" and column.kind is Kind.TEXT and fold(column.name).endswith(_STATE_ENDS)


def _in_error(states: Sequence[int], first: int) -> list[str]:
    return [f'{_cell(number, first)}="{state}"' for number in states for state in _ERROR_STATES]


def _cell(number: int, first: int) -> str:
    """A column's cell in the row that a rule is looked at in, beginning with the row `first`."""
    return f"${xl_col_to_name(number)}{first + 1}"


def _any_of(tests: Sequence[str]) -> str:
    return f"=OR({','.join(tests)})"


def _drop_down(column: TableColumn, source: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "error_title": "Not in the list",
        "error_message": f"This value is not among the known ones of {column.label}."[:255],
    }
