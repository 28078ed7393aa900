"""The kinds of values that a column can hold."""

from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, by catalogue and never by sniffing."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
