"""A file that is taken in: what its job is asked to do, and the report of what became of each part of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from contract.errors import BadOperand, InvalidRequest, Missing, Mistake

MOST_TOLD = 10_000
"""Changed cells, and refused ones, that a report tells one by one; later ones are only counted."""
MOST_TEXT = 1_000
"""Characters of a text that a report tells: it is read by people, and is held in memory whole."""


class Apply(StrEnum):
    """What is written of a file: nothing (a look at it), all of it or nothing, or what of it can be taken."""

    NOTHING = "nothing"
    ALL = "all"
    PARTIAL = "partial"


@dataclass(frozen=True)
class ImportRequest:
    """The request of an import: `upload` is the id that its file is kept under."""

    upload: str
    file_name: str
    apply: Apply = Apply.ALL
    user: str | None = None

    def body(self) -> dict[str, Any]:
        """As a job keeps it."""
        said = {"upload": self.upload, "fileName": self.file_name, "apply": self.apply.value, "userId": self.user}
        return {name: value for name, value in said.items() if value is not None}


def read_import(body: object) -> ImportRequest:
    """What `ImportRequest.body` gave. Raises InvalidRequest: a run that began in Prefect's UI may say anything."""
    said: Mapping[str, Any] = body if isinstance(body, dict) else {}
    mistakes: list[Mistake] = [
        Missing(path=name, what=name) for name in ("upload", "fileName") if not isinstance(said.get(name), str)
    ]
    apply, known = said.get("apply", Apply.ALL.value), [one.value for one in Apply]
    if apply not in known:
        mistakes.append(BadOperand(path="apply", value=apply, expected=f"one of {', '.join(known)}"))
    if mistakes:
        raise InvalidRequest(mistakes)
    user = said.get("userId")
    return ImportRequest(said["upload"], said["fileName"], Apply(apply), user if isinstance(user, str) else None)


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """A part of a file, with its place for people: a cell that changes (`before`, `after`), an object that is taken whole (no
    `column`), or what is refused (`reason`). Texts are `shortened`.

    `conflict`: what it is of was changed in the store since the export.
    """

    place: str
    type: str = ""
    id: str = ""
    column: str = ""
    before: str | None = None
    after: str | None = None
    reason: str = ""
    conflict: bool = False


def shortened(text: str | None) -> str | None:
    """A text as a record tells it: one of over MOST_TEXT characters is cut, and says so and how long it was."""
    if text is None or len(text) <= MOST_TEXT:
        return text
    return f"{text[:MOST_TEXT]}… ({len(text):,} characters)"


@dataclass
class ImportReport:
    """What became of a file. `edited`: it is an exported workbook that came back; of any other file the objects are stored
    whole, and `stored` counts them.

    `rows`: rows or objects in the file; where they are written, `unchanged`, `created`, `updated`, `deleted`, `stored` and
    `refused` add up to them.
    `cells`: cells that change; `conflicts`: how many of the refused. `applied`: whether it was written.
    """

    file_name: str
    apply: Apply
    edited: bool = False
    applied: bool = False
    rows: int = 0
    unchanged: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    stored: int = 0
    refused: int = 0
    cells: int = 0
    conflicts: int = 0
    changes: list[ImportRecord] = field(default_factory=list)
    refusals: list[ImportRecord] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """The counts alone, which the job keeps; `edited` and `applied` as 0 or 1."""
        return {name: int(value) for name, value in vars(self).items() if isinstance(value, int)}

    @property
    def taken(self) -> int:
        """Rows or objects that can be taken."""
        return self.rows - self.refused

    def tell_change(self, record: ImportRecord) -> None:
        """Add a changed cell, as long as there is room."""
        if len(self.changes) < MOST_TOLD:
            self.changes.append(record)

    def to_json(self) -> bytes:
        """The report as a file."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """What `to_json` gave."""
        said = json.loads(text)
        records: Sequence[str] = ("changes", "refusals")
        return cls(**{**said, "apply": Apply(said["apply"]), **{name: _records(said[name]) for name in records}})


def _records(said: Sequence[Mapping[str, Any]]) -> list[ImportRecord]:
    return [ImportRecord(**one) for one in said]
