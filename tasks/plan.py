"""The small models that the steps of an export hand each other: never frames, only paths and facts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.profiles import Profile
from contract.jobs import JobWarning
from contract.request import ExportRequest


@dataclass(frozen=True)
class ExportPlan:
    """A valid request, resolved: all that the later steps need to know. `limit` None: everything that matches.
    `folder` is this attempt's own."""

    job_id: str
    tenant: str
    request: ExportRequest
    body: dict[str, Any]
    profile: Profile
    file_name: str
    limit: int | None
    folder: Path
    attempt: int = 1


@dataclass(frozen=True)
class Extracted:
    """What the one snapshot gave. `objects` is an Arrow IPC spool (JSON lines of documents where the format writes whole
    objects), `errors` one of the validation errors of its objects."""

    objects: Path
    errors: Path | None
    as_of: datetime
    matched: int
    exported: int


@dataclass(frozen=True)
class Rendered:
    """The file under its temporary name, with the rows that it must hold and, where its format has one, the checksum of their
    cells."""

    path: Path
    rows: int
    extension: str
    media_type: str
    warnings: tuple[JobWarning, ...] = ()
    checksum: int | None = None
