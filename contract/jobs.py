"""What a user is told about a job: facts, and the status as a pure function of them."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from contract.warnings import JobWarning


class JobStatus(StrEnum):
    """The pinned words of `GET /{tenant}/jobs/{id}`."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    COMPLETED_EMPTY = "completed with no records"
    FAILED = "failed"
    CANCELLED = "cancelled"


TERMINAL = frozenset({JobStatus.COMPLETED, JobStatus.COMPLETED_EMPTY, JobStatus.FAILED, JobStatus.CANCELLED})


class JobKind(StrEnum):
    """What a job does: objects become a file, or a file becomes objects."""

    EXPORT = "export"
    IMPORT = "import"


TASK_TYPE: dict[JobKind, str] = {JobKind.EXPORT: "ENTITY_EXPORT", JobKind.IMPORT: "ENTITY_IMPORT"}
"""The platform's word for each kind."""


class JobSource(StrEnum):
    """Which way in a job came."""

    API = "api"
    SCHEDULE = "schedule"
    UI = "ui"
    CLI = "cli"


_OF_SCHEDULE = re.compile(r"scheduled \S+ \S+ ")
"""Prefect's own key of a scheduled run: its deployment, its schedule, and its time."""


def schedule_of(request_key: str) -> str | None:
    """How the request keys of all runs of one schedule begin; None where it is not the key of a schedule's run."""
    found = _OF_SCHEDULE.match(request_key)
    return found and found[0]


class Step(StrEnum):
    """The steps of one export, in order, and at the end the one that an import has between VALIDATE and PUBLISH."""

    VALIDATE = "validate"
    EXTRACT = "extract"
    TRANSFORM = "transform"
    RENDER = "render"
    PUBLISH = "publish"
    NOTIFY = "notify"
    COMPARE = "compare"


@dataclass(frozen=True)
class JobFile:
    """The verified result; `key` addresses it in the result store, `bytes` is its size."""

    key: str
    name: str
    bytes: int
    sha256: str
    expires: datetime


@dataclass(frozen=True)
class Job:
    """The facts of one job; times are UTC. `id` is the flow run's id, None between request key and run.

    `counts` are those of an import, by the names of `contract.imports.ImportReport`; `seen` says which changes the objects of
    an export's file have behind them (`database.candidates`).
    """

    request_key: str
    tenant: str
    source: JobSource
    created: datetime
    kind: JobKind = JobKind.EXPORT
    id: str | None = None
    request: dict[str, Any] = field(default_factory=dict)
    file_name: str | None = None
    format: str | None = None
    submitted_by: str | None = None
    started: datetime | None = None
    finished: datetime | None = None
    cancel_requested: datetime | None = None
    as_of: datetime | None = None
    seen: str | None = None
    matched: int | None = None
    total: int | None = None
    step: Step | None = None
    records_done: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    attempts: int = 0
    file: JobFile | None = None
    warnings: tuple[JobWarning, ...] = ()
    error_code: str | None = None
    error_message: str | None = None

    @property
    def status(self) -> JobStatus:
        return status_of(self)

    @property
    def is_beyond_cancelling(self) -> bool:
        """Whether it is an import that has come as far as to write its objects, or has written them: it ends by itself, and is
        told of as what it is. Cancelled is what has written nothing."""
        return self.kind is JobKind.IMPORT and self.step is Step.PUBLISH and self.finished is None


def status_of(job: Job) -> JobStatus:
    """The status that the facts amount to."""
    if job.finished is None:
        return JobStatus.RUNNING if job.started is not None else JobStatus.QUEUED
    if job.error_code is not None:
        return JobStatus.FAILED
    if job.file is not None:
        return JobStatus.COMPLETED if job.total else JobStatus.COMPLETED_EMPTY
    return JobStatus.CANCELLED if job.cancel_requested is not None else JobStatus.COMPLETED_EMPTY
