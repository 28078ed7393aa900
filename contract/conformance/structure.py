"""Structures: what an answer must look like, and where one differs.

A structure is JSON with marks in it. A text, number or boolean stands for itself; an object for one that has at least these
members; a list of one structure for a list whose entries all are so, and which has at least one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract.filters import parse_instant
from contract.objects import describe


@dataclass(frozen=True)
class Mark:
    """A place for any value that `holds` accepts; `name` says which, for people."""

    name: str
    holds: Callable[[object], bool]


@dataclass(frozen=True)
class AnyOf:
    """One of several structures."""

    structures: tuple[Any, ...]


@dataclass(frozen=True)
class EachMember:
    """An object with any names, at least one, whose members all have one structure. `name` says what the names are."""

    name: str
    structure: Any


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

TEXT = Mark("text", lambda value: isinstance(value, str) and value != "")
COUNT = Mark("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0)
BOOLEAN = Mark("true or false", lambda value: isinstance(value, bool))
IDENTIFIER = Mark("an id", lambda value: isinstance(value, str) and _UUID.fullmatch(value) is not None)
MOMENT = Mark("a date", lambda value: isinstance(value, str) and parse_instant(value) is not None)
ADDRESS = Mark("an address", lambda value: isinstance(value, str) and value.startswith(("http://", "https://")))
OBJECT = Mark("an object", lambda value: isinstance(value, dict))
EMPTY_LIST = Mark("an empty list", lambda value: value == [])


def attribute(held: Any) -> dict[str, Any]:
    """An attribute with values of one structure."""
    return {"values": [{"source": "internal", "locale": "en-US", "value": held}]}


def differences(structure: Any, value: Any, path: str = "") -> Iterator[str]:
    """Where `value` is not as `structure` says, a line for people each; none where it is."""
    match structure:
        case Mark(name, holds):
            if not holds(value):
                yield f"{path or 'the answer'}: expected {name}, got {_shown(value)}"
        case AnyOf(structures):
            if not any(next(differences(one, value, path), None) is None for one in structures):
                yield f"{path or 'the answer'}: fits none of the structures that it may have"
        case EachMember(name, inner):
            yield from _of_each_member(name, inner, value, path)
        case dict():
            yield from _of_object(structure, value, path)
        case list():
            yield from _of_list(structure[0], value, path)
        case _:
            if value != structure or isinstance(value, bool) is not isinstance(structure, bool):
                yield f"{path or 'the answer'}: expected {_shown(structure)}, got {_shown(value)}"


def leaves(structure: Any, path: str = "") -> Iterator[str]:
    """The path of each place that a structure, or a body, speaks of."""
    match structure:
        case AnyOf(structures):
            for one in structures:
                yield from leaves(one, path)
        case EachMember(name, inner):
            yield from leaves(inner, f"{path}.<{name}>".lstrip("."))
        case dict() if structure:
            for name, inner in structure.items():
                yield from leaves(inner, f"{path}.{name}".lstrip("."))
        case list() if structure and isinstance(structure[0], dict | list | AnyOf | EachMember):
            for inner in structure:
                yield from leaves(inner, f"{path}[]")
        case _:
            yield path


def _of_object(structure: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path or 'the answer'}: expected an object, got {_shown(value)}"
        return
    for name, inner in structure.items():
        place = f"{path}.{name}".lstrip(".")
        if name not in value:
            yield f"{place} is missing"
        else:
            yield from differences(inner, value[name], place)


def _of_list(structure: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list) or not value:
        yield f"{path or 'the answer'}: expected a list that is not empty, got {_shown(value)}"
        return
    for position, entry in enumerate(value):
        yield from differences(structure, entry, f"{path}[{position}]")


def _of_each_member(name: str, structure: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict) or not value:
        yield f"{path or 'the answer'}: expected an object by {name}, got {_shown(value)}"
        return
    for key, inner in value.items():
        yield from differences(structure, inner, f"{path}.{key}".lstrip("."))


def _shown(value: object) -> str:
    if isinstance(value, str | int | float):
        return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:60]}…"
    return describe(value)
