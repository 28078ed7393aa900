"""Where mistakes stand, when what was read is a part of a larger body."""

from contract.errors import InvalidRequest


def moved(error: InvalidRequest, start: str, to: str) -> InvalidRequest:
    """The same mistakes for the larger body: the part's path `start` ("": the part itself) is its path `to`."""
    for mistake in error.mistakes:
        rest = mistake.path.removeprefix(start)
        mistake.path = f"{to}.{rest}" if rest and rest[0] not in ".[" else to + rest
    return InvalidRequest(error.mistakes)
