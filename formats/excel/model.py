"""The hidden Model sheet: the way back from labels to the names of columns, and from the workbook to its export."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from formats.excel import look
from formats.excel.sheets import DataSheet, DrawnSheet
from formats.tables import Receipt

TITLE = "Model"
HEADER = ("Sheet Name", "Column", "Label", "Name", "Group", "Kind", "Type")
FACTS_HEADER = ("Fact", "Value")
_FACTS_COLUMN = len(HEADER) + 1


def model_sheet(sheets: Mapping[str, Sequence[DataSheet]], receipt: Receipt) -> DrawnSheet:
    """A row for each column of each sheet of data (`sheets` by type): which letter and label it has, and which name. At the
    right, apart from them, the facts of the export that reading an edited workbook needs."""

    def draw(book: Any, sheet: Any) -> None:
        header = book.add_format({"bold": True, "bg_color": look.SYSTEM_FIELDS.fill, "font_color": look.SYSTEM_FIELDS.font})
        text = book.add_format({"num_format": "@"})
        sheet.set_column(0, _FACTS_COLUMN + 1, 26)
        for number, label in enumerate(HEADER):
            sheet.write_string(0, number, label, header)
        for number, label in enumerate(FACTS_HEADER, _FACTS_COLUMN):
            sheet.write_string(0, number, label, header)
        for row, fact in enumerate(facts_of(receipt).items(), 1):
            for place, said in enumerate(fact, _FACTS_COLUMN):
                sheet.write_string(row, place, said, text)
        row = 1
        for type_name, parts in sheets.items():
            for part in parts:
                for number, column in enumerate(part.columns):
                    kind = column.kind.value
                    facts = (part.title, xl_col_to_name(number), column.label, column.name, column.group, kind, type_name)
                    for place, fact in enumerate(facts):
                        sheet.write_string(row, place, fact, text)
                    row += 1

    return DrawnSheet(TITLE, draw, hidden=True)


def facts_of(receipt: Receipt) -> dict[str, str]:
    """The facts by name, each as text."""
    contexts = [{"locale": context.locale, "source": context.source} for context in receipt.contexts]
    return {
        "tenant": receipt.tenant,
        "workAutomationId": receipt.job_id,
        "asOf": receipt.as_of.isoformat(),
        "timeZone": receipt.zone.key,
        "contexts": json.dumps(contexts, ensure_ascii=False),
    }
