"""How the pages write numbers, sizes, times and states."""

import json
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from contract.jobs import JobSource, JobStatus, Step

STATUS_WORDS: dict[JobStatus, str] = {
    JobStatus.QUEUED: "Waiting",
    JobStatus.RUNNING: "Running",
    JobStatus.COMPLETED: "Ready",
    JobStatus.COMPLETED_EMPTY: "No records",
    JobStatus.FAILED: "Failed",
    JobStatus.CANCELLED: "Cancelled",
}
STEP_WORDS: dict[Step, str] = {
    Step.VALIDATE: "Checking the request",
    Step.COMPARE: "Comparing with the store",
    Step.EXTRACT: "Reading objects",
    Step.TRANSFORM: "Arranging columns",
    Step.RENDER: "Writing the file",
    Step.PUBLISH: "Verifying the file",
    Step.NOTIFY: "Telling who asked",
}
IMPORT_STEP_WORDS: dict[Step, str] = STEP_WORDS | {Step.PUBLISH: "Finishing"}
"""Those of an import: from then on it writes what it changes, and its report."""
SOURCE_WORDS: dict[JobSource, str] = {
    JobSource.API: "",
    JobSource.SCHEDULE: "by a schedule",
    JobSource.UI: "from Prefect",
    JobSource.CLI: "from the command line",
}
FORMAT_WORDS = {"excel": "Excel", "csv": "CSV", "json": "JSON", "parquet": "Parquet"}

_UNITS = ("kB", "MB", "GB", "TB")
_LENGTHS = ((3600, "hour"), (60, "minute"), (1, "second"))


def number(count: int) -> str:
    """`1,234`."""
    return f"{count:,}"


def outcome(counts: Mapping[str, int]) -> str:
    """What an import did, or after a look would do, to the objects: `2 changed, 1 deleted, 3 refused`. Empty without counts."""
    if not counts:
        return ""
    named = {"updated": "changed", "created": "new", "deleted": "deleted", "stored": "stored", "refused": "refused"}
    told = [f"{number(counts[name])} {word}" for name, word in named.items() if counts.get(name)]
    return ", ".join(told) or "Nothing changed"


def size(count: int) -> str:
    """Bytes for people, in decimal units: `12 kB`, `1.5 MB`."""
    if count < 1000:
        return f"{count} bytes" if count != 1 else "1 byte"
    power = min(len(_UNITS), next(power for power in range(1, 99) if count < 999.5 * 1000**power))
    amount = count / 1000**power
    return f"{amount:.1f} {_UNITS[power - 1]}" if amount < 9.95 else f"{amount:,.0f} {_UNITS[power - 1]}"


def duration(seconds: float) -> str:
    """Seconds for people: `less than a second`, `8 seconds`, `2 minutes`."""
    if seconds < 1:
        return "less than a second"
    length, unit = next(pair for pair in _LENGTHS if seconds >= pair[0])
    amount = round(seconds / length)
    return f"{amount} {unit}{'' if amount == 1 else 's'}"


def pretty(value: object) -> str:
    """JSON for people: each letter as itself; half of a surrogate pair, which is none, as its escape."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def moment(when: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`25 Nov, 14:05` in `zone`; with the year where that is another one than now."""
    return f"{day(when, zone, now)}, {when.astimezone(zone):%H:%M}"


def day(when: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`25 Nov` in `zone`; with the year where that is another one than now."""
    local = when.astimezone(zone)
    return f"{local.day} {local:%b}" + ("" if local.year == now.astimezone(zone).year else f" {local.year}")
