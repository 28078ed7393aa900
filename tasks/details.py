"""What an object's `details` say, as cells: values picked by context, many joined, nested ones aligned by entry.

A name in a group (`GROUP>>NAME`) gets a segment for each entry of its group in that object, an empty one where the entry
does not have it, so that the segments of all names of a group stand side by side. Values of a nested name that stand
outside the group's entries count as an entry of their own, before the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from config.catalogue import ERROR_PARTS, VALIDATION_ERROR, Area
from contract.filters import Context, fold
from contract.objects import NESTING
from formats.headers import MULTIPLE

ERROR_GROUP = fold(VALIDATION_ERROR)
ERROR_KEYS = tuple(f"{ERROR_GROUP}{NESTING}{fold(part)}" for part in ERROR_PARTS)
"""The names whose cells come from the validation errors, a part each."""

Name = tuple[Area, str]
"""An area and a folded name."""
Entry = int | None
Stored = Sequence[Any]
"""A value as `database.tables` describes it: `[text, locale, source, instant, entry]`, locale and source folded."""


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The cells that one object's details amount to, each with the name as it came, and its validation errors in order:
    the entry (-1 for values outside entries) and the text of each part."""

    cells: dict[Name, tuple[str, str]]
    errors: list[tuple[int, tuple[str | None, ...]]]


def accepts(contexts: tuple[Context, ...], locale: str | None, source: str | None) -> bool:
    """Whether a value for `locale` and `source` (folded; None is for every one) is in one of `contexts`; none asks for all."""
    return not contexts or any(_fits(asked.locale, locale) and _fits(asked.source, source) for asked in contexts)


def unfold(details: str | bytes, contexts: tuple[Context, ...]) -> Unfolded:
    """The cells and validation errors in `details`; values outside `contexts` are not looked at (properties have none)."""
    said = orjson.loads(details)
    cells: dict[Name, tuple[str, str]] = {
        ("property", key): (named["n"], MULTIPLE.join(value[0] for value in named["v"]))
        for key, named in said.get("p", {}).items()
    }
    names: dict[str, str] = {}
    groups: dict[str, dict[str, list[Stored]]] = {}
    for key, named in said.get("a", {}).items():
        if picked := [value for value in named["v"] if accepts(contexts, value[1], value[2])]:
            names[key] = named["n"]
            groups.setdefault(key.partition(NESTING)[0], {})[key] = picked
    errors: list[tuple[int, tuple[str | None, ...]]] = []
    for group, members in groups.items():
        entries = _entries(members)
        texts = {key: _cell(key, values, entries) for key, values in members.items()}
        cells |= {("attribute", key): (names[key], text) for key, text in texts.items() if key not in ERROR_KEYS}
        if group == ERROR_GROUP:
            errors = _errors(members, entries)
    return Unfolded(cells, errors)


def _fits(asked: str | None, given: str | None) -> bool:
    return asked is None or given is None or fold(asked) == given


def _entries(members: Mapping[str, Iterable[Stored]]) -> list[Entry]:
    """The entries of a group that hold anything, those outside entries first."""
    held = {value[4] for key, values in members.items() if NESTING in key for value in values}
    return sorted(held, key=_order)


def _order(entry: Entry) -> int:
    return -1 if entry is None else entry


def _cell(key: str, values: Sequence[Stored], entries: Sequence[Entry]) -> str:
    if NESTING not in key:
        return MULTIPLE.join(value[0] for value in values)
    return MULTIPLE.join(_part(values, entry) or "" for entry in entries)


def _part(values: Iterable[Stored], entry: Entry) -> str | None:
    texts = [value[0] for value in values if value[4] == entry]
    return MULTIPLE.join(texts) if texts else None


def _errors(members: Mapping[str, Sequence[Stored]], entries: Sequence[Entry]) -> list[tuple[int, tuple[str | None, ...]]]:
    return [(_order(entry), tuple(_part(members.get(key, ()), entry) for key in ERROR_KEYS)) for entry in entries]
