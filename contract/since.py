"""`since` of a download request: from when on changes are wanted."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from contract.errors import Ambiguous, BadOperand
from contract.filters import fold, parse_instant
from contract.paths import member, shown
from contract.relative_dates import INSTANTS, OUTSIDE, is_relative, relative_instant
from contract.shapes import Members, Notes, read_text

_JOB = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EXPECTED = '"last", a date and time such as 2026-11-01T00:00:00Z or now-7d, or the id of a job'


@dataclass(frozen=True)
class Since:
    """The id of an earlier job, or milliseconds since 1970 UTC; neither: the last export of the same request. `path` is where
    in the request that is said."""

    job: str | None = None
    instant: int | None = None
    path: str = field(default="", compare=False)


def read_since(params: Members, options: Members | None, now: datetime, notes: Notes) -> Since | None:
    """`params.options.since` or `params.since`, which mean the same; None without either. Notes an Ambiguous for both."""
    found = [entry for entry in (params.take("since"), options and options.take("since")) if entry]
    if len(found) > 1:
        names = " and ".join(entry.path for entry in found)
        notes.add(Ambiguous(path=member(params.path, "since"), what="since", names=names))
    return notes.attempt(lambda value, path: _read(value, path, now), *found[0], default=None) if found else None


def _read(value: object, path: str, now: datetime) -> Since:
    text = read_text(value, path).strip()
    if fold(text) == "last":
        return Since(path=path)
    if _JOB.fullmatch(text.lower()):
        return Since(job=text.lower(), path=path)
    instant = relative_instant(text, now) if is_relative(text) else parse_instant(text)
    if instant is None or instant not in INSTANTS:
        raise BadOperand(path=path, value=shown(text), expected=_EXPECTED if instant is None else OUTSIDE)
    return Since(instant=instant, path=path)
