"""Whether a stack that was just started is up, by what its API says of the parts."""

import logging
from pathlib import Path

import httpx

from contract.errors import DiskFull
from files.spool import require_space

_NOT_AWAITED = frozenset({"disk"})
"""What does not come by waiting. A stack with too little room gives out the files that it has; new jobs say what is wrong."""

log = logging.getLogger("statesheet.stack")


def missing(client: httpx.Client, address: str) -> str:
    """What the stack whose API is at `address` still waits for, in the words of its `/health`; empty: nothing."""
    try:
        answer = client.get(f"{address}/health")
    except httpx.TimeoutException:
        return "its API waits for Prefect and has not answered yet"
    except httpx.TransportError as error:
        return type(error).__name__
    try:
        parts: dict[str, dict[str, object]] = answer.json()["parts"]
    except (ValueError, KeyError, TypeError):
        return answer.text or f"it answered {answer.status_code}"
    awaited = {name: part for name, part in parts.items() if not part["ok"] and name not in _NOT_AWAITED}
    return "; ".join(f"{name}: {part['detail'] or 'it is not well'}" for name, part in awaited.items())


def warn_of_little_space(home: Path) -> None:
    """Log where the disk of the home has less room than a job may need."""
    try:
        require_space(home)
    except DiskFull as error:
        log.warning("Jobs fail until there is more room: %s (%s)", error, error.code)
