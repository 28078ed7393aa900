"""The hidden Model sheet: the way back from labels to the names of columns, and from the workbook to its export."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from xlsxwriter.utility import xl_col_to_name

from contract.filters import Context
from formats.excel import look
from formats.excel.sheets import DataSheet, DrawnSheet
from formats.tables import Receipt

TITLE = "Model"
HEADER = ("Sheet Name", "Column", "Label", "Name", "Group", "Kind", "Type")
FACTS_HEADER = ("Fact", "Value")
ERROR_SHEETS = "errorSheets"
"""The fact of which sheets the validation errors are on, where one was too short for them: a copy that a person made of such a
sheet is none of them."""
_FACTS_COLUMN = len(HEADER) + 1


def model_sheet(sheets: Mapping[str, Sequence[DataSheet]], errors: Sequence[DataSheet], receipt: Receipt) -> DrawnSheet:
    """A row for each column of each sheet of data (`sheets` by type): which letter and label it has, and which name. At the
    right, apart from them, the facts of the export that reading an edited workbook needs; `errors` are the sheets of errors."""

    rows = [
        (part.title, xl_col_to_name(number), column.label, column.name, column.group, column.kind.value, type_name)
        for type_name, parts in sheets.items()
        for part in parts
        for number, column in enumerate(part.columns)
    ]
    facts = facts_of(receipt.tenant, receipt.job_id, receipt.as_of, receipt.zone, receipt.contexts)
    if len(errors) > 1:
        facts[ERROR_SHEETS] = json.dumps([sheet.title for sheet in errors])
    return DrawnSheet(TITLE, lambda book, sheet: draw_model(book, sheet, rows, facts), hidden=True)


def draw_model(book: Any, sheet: Any, rows: Iterable[Sequence[str]], facts: Mapping[str, str]) -> None:
    """Draw the list of columns, each row as `HEADER` says, and the facts beside it."""
    header = book.add_format({"bold": True, "bg_color": look.SYSTEM_FIELDS.fill, "font_color": look.SYSTEM_FIELDS.font})
    text = book.add_format({"num_format": "@"})
    sheet.set_column(0, _FACTS_COLUMN + 1, 26)
    for first, labels in ((0, HEADER), (_FACTS_COLUMN, FACTS_HEADER)):
        for number, label in enumerate(labels, first):
            sheet.write_string(0, number, label, header)
    # Row by row, for a workbook that keeps no row which was left.
    for row, tables in enumerate(zip_longest(rows, facts.items(), fillvalue=()), 1):
        for first, parts in zip((0, _FACTS_COLUMN), tables, strict=True):
            for number, part in enumerate(parts, first):
                sheet.write_string(row, number, part, text)


def facts_of(tenant: str, job_id: str, as_of: datetime, zone: ZoneInfo, contexts: Iterable[Context]) -> dict[str, str]:
    """The facts by name, each as text."""
    picked = [{"locale": context.locale, "source": context.source} for context in contexts]
    return {
        "tenant": tenant,
        "workAutomationId": job_id,
        "asOf": as_of.isoformat(),
        "timeZone": zone.key,
        "contexts": json.dumps(picked, ensure_ascii=False),
    }
