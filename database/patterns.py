"""Patterns: what a whole text must be, without case, as literal texts and wildcards; each database writes them its way."""

from enum import Enum


class Wild(Enum):
    """`RUN` is any run of characters, an empty one too; `ONE` is one character."""

    RUN = "*"
    ONE = "?"


Pattern = tuple[str | Wild, ...]
"""Folded literal texts and wildcards, one after another."""


def of_word(word: str) -> Pattern:
    """The pattern of a folded word with `*` and `?` in it; runs of `*` become one."""
    parts: list[str | Wild] = []
    for character in word:
        part = Wild(character) if character in "*?" else character
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part is not Wild.RUN or parts[-1:] != [Wild.RUN]:
            parts.append(part)
    return tuple(parts)
