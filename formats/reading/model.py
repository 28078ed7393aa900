"""The hidden sheet of a workbook that this project made: what its columns are called, and what it was exported from."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contract.errors import UnreadableFile
from contract.filters import Context, fold
from contract.objects import CONNECTOR_STATE
from formats.reading.extent import column_number
from formats.reading.model_columns import Model, ModelColumn
from formats.reading.workbook import Workbook, rows_if_there

MODEL, ERRORS = "Model", "Validation Errors"
_HEADER = ("sheet name", "column", "label", "name", "group")
_FACTS_HEADER = ("fact", "value")
_ERROR_SHEETS = "errorSheets"


@dataclass(frozen=True)
class ExportFacts:
    """What an exported workbook says of its export; `contexts` are those that values were picked by."""

    tenant: str
    job_id: str
    as_of: datetime
    zone: ZoneInfo
    contexts: tuple[Context, ...]


def read_models(workbook: Workbook) -> dict[str, Model]:
    """What the hidden list in the file says of the headers of each sheet, by folded names; the template's own list says
    nothing of them."""
    rows = rows_if_there(workbook, MODEL)
    header = [fold(str(cell)) for cell in next(rows, ())]
    if not set(_HEADER) <= set(header):
        return {}
    positions = [header.index(word) for word in _HEADER]
    models: dict[str, Model] = {}
    for row in rows:
        sheet, letters, label, name, group = (str(row[position]) for position in positions)
        type_name = str(row[header.index("type")]) if "type" in header else CONNECTOR_STATE
        if letters:
            column = ModelColumn(column_number(letters) - 1, group, label, name)
            models.setdefault(fold(sheet), Model(type_name)).columns.append(column)
    return models


def read_facts(workbook: Workbook) -> ExportFacts | None:
    """The facts of the export that the workbook was made by; None where it is none of this project's.

    Raises UnreadableFile where they are not as they were written.
    """
    said = _facts(workbook)
    if said is None:
        return None
    with _as_written(workbook):
        return ExportFacts(
            tenant=said["tenant"],
            job_id=said["workAutomationId"],
            as_of=datetime.fromisoformat(said["asOf"]),
            zone=ZoneInfo(said["timeZone"]),
            contexts=tuple(Context(part["locale"], part["source"]) for part in json.loads(said["contexts"])),
        )


def error_sheets(workbook: Workbook) -> tuple[str, ...]:
    """The names that the sheets of validation errors were exported under; raises UnreadableFile as `read_facts` does."""
    with _as_written(workbook):
        titles = json.loads((_facts(workbook) or {}).get(_ERROR_SHEETS, "[]"))
        return tuple(map(str, titles)) or (ERRORS,)


def _facts(workbook: Workbook) -> dict[str, str] | None:
    rows = rows_if_there(workbook, MODEL)
    header = [fold(str(cell)) for cell in next(rows, ())]
    if not set(_FACTS_HEADER) <= set(header):
        return None
    fact, value = (header.index(word) for word in _FACTS_HEADER)
    return {str(row[fact]): str(row[value]) for row in rows if row[fact]}


@contextmanager
def _as_written(workbook: Workbook) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, OSError) as error:
        reason = f"what sheet {MODEL} says of its export is not as it was written: {error}"
        raise UnreadableFile(name=workbook.path.name, reason=reason) from error
