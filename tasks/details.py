"""What an object's `details` say, as cells: values picked by context, many joined, nested ones aligned by entry.

A name in a group (`GROUP>>NAME`) gets a segment for each entry of its group in that object, an empty one where the entry
does not have it, so that the segments of all names of a group stand side by side. Values of a nested name that stand
outside the group's entries count as an entry of their own, before the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from config.catalogue import ERROR_PARTS, Area
from contract.filters import Context, accepts, fold
from contract.objects import NESTING
from contract.well_known import VALIDATION_ERROR
from formats.headers import MULTIPLE

ERROR_GROUP = fold(VALIDATION_ERROR)
ERROR_KEYS = tuple(f"{ERROR_GROUP}{NESTING}{fold(part)}" for part in ERROR_PARTS)
"""The names whose cells come from the validation errors, a part each."""

Name = tuple[Area, str]
"""An area and a folded name."""
Entry = int | None
Stored = Sequence[Any]
"""A value as `database.tables` describes it: `[text, locale, source, instant, entry]`, locale and source folded."""
Members = dict[str, tuple[str, list[Stored]]]
"""Of one group: the names in it, each as it came and with its values."""

Cell = tuple[Name, str, str]
"""A name, the name as it came, and the text."""
Error = tuple[int, tuple[str | None, ...]]
"""A validation error: its entry (-1: what stands outside the entries) and the text of each of `ERROR_PARTS`."""


@dataclass(slots=True)
class Unfolded:
    """The cells that one object's details amount to, a name only once, and its validation errors in order."""

    cells: list[Cell]
    errors: list[Error]


def unfold(details: str | bytes, contexts: tuple[Context, ...]) -> Unfolded:
    """The cells and validation errors in `details`; values outside `contexts` are not looked at (properties have none)."""
    said = orjson.loads(details)
    cells: list[Cell] = [(("property", key), named["n"], _joined(named["v"])) for key, named in said.get("p", {}).items()]
    groups: dict[str, Members] = {}
    for key, named in said.get("a", {}).items():
        values = named["v"]
        picked = [value for value in values if accepts(contexts, value[1], value[2])] if contexts else values
        if picked and NESTING in key:
            groups.setdefault(key.partition(NESTING)[0], {})[key] = named["n"], picked
        elif picked:
            cells.append((("attribute", key), named["n"], _joined(picked)))
    errors: list[Error] = []
    for group, members in groups.items():
        entries = _entries(members)
        cells += _aligned(members, entries)
        if group == ERROR_GROUP:
            errors = _errors(members, entries)
    return Unfolded(cells, errors)


def _aligned(members: Members, entries: Sequence[Entry]) -> Iterator[Cell]:
    """The cells of a group's names but the parts of validation errors, a segment for each entry of the group."""
    for key, (name, values) in members.items():
        if key not in ERROR_KEYS:
            parts = _parts(values)
            yield ("attribute", key), name, MULTIPLE.join(parts.get(entry, "") for entry in entries)


def _errors(members: Members, entries: Sequence[Entry]) -> list[Error]:
    said_of = [_parts(members[key][1]) if key in members else {} for key in ERROR_KEYS]
    return [(_order(entry), tuple(parts.get(entry) for parts in said_of)) for entry in entries]


def _entries(members: Members) -> list[Entry]:
    """The entries of a group that any of its names has a value in, in order."""
    return sorted({value[4] for _, values in members.values() for value in values}, key=_order)


def _joined(values: Sequence[Stored]) -> str:
    return str(values[0][0]) if len(values) == 1 else MULTIPLE.join([value[0] for value in values])


def _order(entry: Entry) -> int:
    return -1 if entry is None else entry


def _parts(values: Iterable[Stored]) -> dict[Entry, str]:
    """The text of one name in each entry that has any."""
    texts: dict[Entry, list[str]] = {}
    for value in values:
        texts.setdefault(value[4], []).append(value[0])
    return {entry: MULTIPLE.join(found) for entry, found in texts.items()}
