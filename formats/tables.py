"""What a format gets to write: tables on disk with typed, named columns, and the facts of the export.

The rows of a table lie in one Arrow IPC file, in order, with a field for each column, named by its `name`:
TEXT as String, INTEGER as Int64, NUMBER as Float64, BOOLEAN as Boolean, INSTANT as Int64 milliseconds since 1970 UTC with a
second field `NAME + EXACT_TEXT` (String) that is set where the instant is null but a text is there, be it none or one of a
time that not every format can hold as a date: such a cell is that text.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contract.filters import Context
from contract.kinds import Kind


@dataclass(frozen=True)
class TableColumn:
    """`name` is unique in its table, also without case: `formats.headers` makes it from an object's name and gives the way
    back. `group` is the header above, one of `formats.headers.GROUPS`.
    """

    name: str
    label: str
    group: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataTable:
    """The rows of one type. `title` is what a sheet is called, before it is made to fit the format.

    `fingerprints`: the file has the field `FINGERPRINT` (String) beside those of the columns.
    """

    type: str
    title: str
    columns: tuple[TableColumn, ...]
    path: Path
    rows: int
    fingerprints: bool = False


@dataclass(frozen=True)
class Tally:
    """How many rows say what: of `column` (a label), `counts` from the most to the least."""

    column: str
    counts: tuple[tuple[str, int], ...]


AGES = ("Under 1 day", "1 to 7 days", "8 to 30 days", "31 to 90 days", "Over 90 days", "No date")
"""How long an object has been in a state, in whole days."""


@dataclass(frozen=True)
class Ages:
    """How long objects have been in their states: of `column` (a label), for each state the objects by `AGES`."""

    column: str
    counts: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class FrequentError:
    """A text that `times` validation errors of `objects` objects have; `row` is the first of them in the table of errors,
    0-based."""

    text: str
    times: int
    objects: int
    row: int


@dataclass(frozen=True)
class Triage:
    """What needs a look first. `tallies` count errors (by channel, by attribute), `frequent` are from the most to the least,
    `objects` have errors."""

    tallies: tuple[Tally, ...] = ()
    frequent: tuple[FrequentError, ...] = ()
    objects: int = 0
    ages: tuple[Ages, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """The facts of one export, for Help, Summary and the way back. `words`: the request in words, a line each; `contexts`:
    those that values were picked by; `since`: what a delta is told from, for people.
    """

    tenant: str
    job_id: str
    file_name: str
    words: tuple[str, ...]
    as_of: datetime
    zone: ZoneInfo
    matched: int
    exported: int
    request: dict[str, Any]
    version: str
    tallies: tuple[Tally, ...] = ()
    contexts: tuple[Context, ...] = ()
    triage: Triage = Triage()
    since: str = ""


@dataclass(frozen=True)
class Content:
    """Everything that a format may write. `errors` holds a row a validation error: `Type`, `ID` of its object, `row` (the
    0-based row of the object in its table) and the error's parts; None where no object has any.

    `changes` lists what a delta found, a row a cell; beside its columns its file has `row`, as in `errors`. None: no delta.

    `documents` is set instead of `tables` for formats that write whole objects: JSON lines, in order.
    """

    receipt: Receipt
    tables: tuple[DataTable, ...] = ()
    errors: DataTable | None = None
    changes: DataTable | None = None
    documents: Path | None = None
    include_validation_data: bool = False
    bom: bool = True

    @property
    def listed(self) -> tuple[DataTable, ...]:
        """The tables with that of the changes, for formats of one file a table."""
        return self.tables if self.changes is None else (*self.tables, self.changes)
