"""Dotted paths into a JSON body, and texts of a client made short enough to show."""

from contract.filters import fold

_LONGEST_SHOWN = 80


def member(path: str, key: str) -> str:
    """The path of the member `key` of the object at `path`; "" is the body itself."""
    return f"{path}.{shown(key)}" if path else shown(key)


def entry(path: str, position: int) -> str:
    """The path of the entry at `position` (from 0) of the list at `path`."""
    return f"{path}[{position}]"


def shown(text: str) -> str:
    """`text`, cut where it is too long to be read in a message."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def bare(word: str) -> str:
    """A word of the contract such as `_AND`, for comparing: without case and without its underscore."""
    return fold(word).strip().removeprefix("_")
