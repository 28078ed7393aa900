"""What an object's `details` say, as cells: values picked by context, many joined, nested ones aligned by entry.

A name in a group (`GROUP>>NAME`) gets a segment for each entry of its group in that object, an empty one where the entry
does not have it, so that the segments of all names of a group stand side by side. Values of a nested name that stand
outside the group's entries count as an entry of their own, before the others.
"""

from collections.abc import Iterable, Sequence
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


Cell = tuple[Name, str, str]
"""A name, the name as it came, and the text."""


@dataclass(slots=True)
class Unfolded:
    """The cells that one object's details amount to, a name only once, and its validation errors in order: the entry (-1 for
    values outside entries) and the text of each part."""

    cells: list[Cell]
    errors: list[tuple[int, tuple[str | None, ...]]]


def unfold(details: str | bytes, contexts: tuple[Context, ...]) -> Unfolded:
    """The cells and validation errors in `details`; values outside `contexts` are not looked at (properties have none)."""
    said = orjson.loads(details)
    cells: list[Cell] = [(("property", key), named["n"], _joined(named["v"])) for key, named in said.get("p", {}).items()]
    groups: dict[str, dict[str, tuple[str, list[Stored]]]] = {}
    for key, named in said.get("a", {}).items():
        values = named["v"]
        picked = [value for value in values if accepts(contexts, value[1], value[2])] if contexts else values
        if picked and NESTING in key:
            groups.setdefault(key.partition(NESTING)[0], {})[key] = named["n"], picked
        elif picked:
            cells.append((("attribute", key), named["n"], _joined(picked)))
    errors: list[tuple[int, tuple[str | None, ...]]] = []
    for group, members in groups.items():
        entries = sorted({value[4] for _, values in members.values() for value in values}, key=_order)
        for key, (name, values) in members.items():
            if key not in ERROR_KEYS:
                parts = _parts(values)
                cells.append((("attribute", key), name, MULTIPLE.join(parts.get(entry, "") for entry in entries)))
        if group == ERROR_GROUP:
            said_of = [_parts(members.get(key, ("", ()))[1]) for key in ERROR_KEYS]
            errors = [(_order(entry), tuple(parts.get(entry) for parts in said_of)) for entry in entries]
    return Unfolded(cells, errors)


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
