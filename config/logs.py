"""How every process of the stack logs: one handler on standard error, an entry as text or as JSON, with the job it is about.

The rooms log as Python does, `logging.getLogger(__name__)`. What an entry is about comes from around it: the process of a run
is about one job as a whole (`set_up`), the others are so for a while (`about`, and `begin` and `learn` for requests).
"""

import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TextIO
from uuid import UUID

from contract.errors import StatesheetError

LogFormat = Literal["text", "json"]

_OURS = ("api", "cli", "config", "contract", "database", "files", "flows", "formats", "runtime", "statesheet", "tasks")
"""The loggers that follow the setting; libraries only warn. What some of them say at lower levels is every address that they
ask, with whatever secret is in it."""

_STEPS = "prefect.task_runs"
"""The logger by which Prefect tells, on the log and on its pages, how each step of a run ended."""
_FAULTS = 500
"""From this status on an error is one of the service; below, whoever asked made a mistake."""

_FACTS = ("part", "job", "tenant", "step")
"""What an entry says beside when, how grave and from where."""

_log = logging.getLogger("statesheet")


@dataclass
class Subject:
    """What entries are about, as far as it is known by now: threads that work on one thing share it, and what one learns."""

    job: str | None = None
    tenant: str | None = None


_CURRENT: ContextVar[Subject | None] = ContextVar("subject", default=None)


def set_up(part: str, *, level: str, style: LogFormat, subject: Subject | None = None) -> None:
    """Have this process log as the part of the stack that it is; may be called again, as in a process that was forked.

    `subject`: what entries are about where nothing around them says so. What nobody catches is logged too.
    """
    root = logging.getLogger()
    root.handlers[:] = [handler(part, style, subject)]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.getLogger(_STEPS).addFilter(_spare_mistakes)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda met: _log_uncaught(met.exc_type, met.exc_value, met.exc_traceback)


def handler(part: str, style: LogFormat, subject: Subject | None = None, stream: TextIO | None = None) -> logging.Handler:
    """What writes the entries of a process, to standard error unless there is another `stream`."""
    made = logging.StreamHandler(stream)
    made.addFilter(_Context(part, subject or Subject()))
    made.setFormatter(JsonLines() if style == "json" else TextLines())
    return made


@contextmanager
def about(job: UUID | str | None = None, tenant: str | None = None) -> Iterator[None]:
    """Entries within are about a job (its id, as text or UUID), a tenant, or both."""
    token = _CURRENT.set(Subject(None if job is None else str(job), tenant))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def begin(job: str | None = None, tenant: str | None = None) -> None:
    """From here on to the end of the request or task, entries are about a job, a tenant, or both."""
    _CURRENT.set(Subject(job, tenant))


def learn(job: str | None = None, tenant: str | None = None) -> None:
    """What is being worked on turns out to be about a job, a tenant, or both: so are all entries on it from now on."""
    subject = _CURRENT.get()
    if subject is None:
        return
    subject.job, subject.tenant = job or subject.job, tenant or subject.tenant


def _spare_mistakes(record: logging.LogRecord) -> bool:
    """Take the traceback from an entry about a mistake in a request: its text says all, and no line of ours is to blame."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, StatesheetError) and error.status < _FAULTS:
        record.exc_info = None
    return True


class _Context(logging.Filter):
    """Notes on each record which part says it, what it is about, and the step of a run that it comes from."""

    def __init__(self, part: str, subject: Subject) -> None:
        super().__init__()
        self.part = part
        self.subject = subject

    def filter(self, record: logging.LogRecord) -> bool:
        around = _CURRENT.get() or self.subject
        record.part = self.part
        record.job = around.job or self.subject.job
        record.tenant = around.tenant or self.subject.tenant
        record.step = getattr(record, "task_name", None)  # Prefect's word, on what is logged for a task
        return True


class JsonLines(logging.Formatter):
    """An entry as one line, a JSON object; an exception is text in it. ASCII only: nothing in it ends a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, str | None] = {"time": _time(record), "level": record.levelname, "logger": record.name}
        entry |= {name: getattr(record, name, None) for name in _FACTS}
        entry["message"] = record.getMessage()
        trouble = _trouble(self, record)
        return json.dumps(entry | ({"exception": trouble} if trouble else {}))


class TextLines(logging.Formatter):
    """An entry for people. What goes beyond its first line is set in, so that no message can look like an entry."""

    def format(self, record: logging.LogRecord) -> str:
        known = {name: getattr(record, name, None) for name in _FACTS}
        facts = "".join(f"{name}={value} " for name, value in known.items() if value)
        text = f"{_time(record)} {record.levelname} {record.name} {facts}{record.getMessage()}"
        trouble = _trouble(self, record)
        return "\n  ".join((f"{text}\n{trouble}" if trouble else text).splitlines())


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _trouble(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """The exception and the stack of an entry, empty where it has none."""
    exception = formatter.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""
    return "\n".join(part for part in (exception, record.stack_info) if part)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):  # somebody wanted this end
        return
    _log.critical("Nobody caught this", exc_info=(kind, error or kind(), trace))
