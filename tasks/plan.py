"""The small models that the steps of an export hand each other: never frames, only paths and facts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.profiles import Profile
from contract.request import ExportRequest
from contract.warnings import JobWarning
from formats.written import MadeSheet


@dataclass(frozen=True)
class Base:
    """What a delta is told from: the moment, what was `seen` then (None: only the moment is known), whose job it was, and the
    zone to write dates in."""

    as_of: datetime
    zone: ZoneInfo
    seen: str | None = None
    job_id: str | None = None


@dataclass(frozen=True)
class ExportPlan:
    """A valid request, resolved: all that the later steps need to know. `limit` None: everything that matches.
    `folder` is this attempt's own; `base` None: all that there is, not only what changed."""

    job_id: str
    tenant: str
    request: ExportRequest
    body: dict[str, Any]
    profile: Profile
    file_name: str
    limit: int | None
    folder: Path
    attempt: int = 1
    base: Base | None = None


@dataclass(frozen=True)
class Extracted:
    """What the one snapshot gave. `objects` is an Arrow IPC spool (JSON lines of documents where the format writes whole
    objects), `errors` one of the validation errors of its objects, `changes` the list of a delta's changes
    (`tasks.differences`), with so many rows `listed`."""

    objects: Path
    errors: Path | None
    as_of: datetime
    matched: int
    exported: int
    seen: str | None = None
    changes: Path | None = None
    listed: int = 0
    warnings: tuple[JobWarning, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell: no object, and nothing that was removed."""
        return not self.matched and not self.listed


@dataclass(frozen=True)
class Rendered:
    """The file under its temporary name, with the rows that it must hold and, where its format's check needs it, what its
    sheets were before they were written."""

    path: Path
    rows: int
    extension: str
    media_type: str
    warnings: tuple[JobWarning, ...] = ()
    made: tuple[MadeSheet, ...] | None = None
