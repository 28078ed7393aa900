"""Where mistakes and warnings stand, when what was read is a part of a larger body."""

from collections.abc import Iterable

from contract.errors import InvalidRequest
from contract.warnings import JobWarning


def moved(error: InvalidRequest, start: str, to: str) -> InvalidRequest:
    """The same mistakes for the larger body: the part's path `start` ("": the part itself) is its path `to`."""
    for mistake in error.mistakes:
        rest = mistake.path.removeprefix(start)
        mistake.path = f"{to}.{rest}" if rest and rest[0] not in ".[" else to + rest
    return InvalidRequest(error.mistakes)


def moved_warnings(warnings: Iterable[JobWarning], start: str, to: str) -> tuple[JobWarning, ...]:
    """The same warnings, whose texts name places of the part, for the larger body."""
    return tuple(JobWarning(said.code, said.message.replace(f"{start}.", f"{to}.", 1)) for said in warnings)
