"""What one row of a table says of one object, and the object that it amounts to where nothing else is known of it.

A row knows names and texts, an object has contexts and value ids beside: so a row is a *change* first. Here a change is
made into an object of its own; a caller that knows the stored object may apply it there instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from config.catalogue import Area
from contract.objects import DEFAULT_CONTEXT, NESTING


@dataclass(frozen=True, slots=True)
class Said:
    """The texts that a row gives to one name. Under a nested name a text an entry of its group; None: the entry has none."""

    area: Area
    name: str
    texts: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a row says: `delete` the object, or what its values are. `name` None: the row gives no name."""

    type: str
    id: str
    name: str | None
    delete: bool
    values: tuple[Said, ...]


def object_of(change: Change) -> dict[str, Any]:
    """The raw object that a change makes where there is none: every attribute in the default context."""
    made: dict[str, Any] = {"id": change.id, "type": change.type}
    if change.name is not None:
        made["name"] = change.name
    properties: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for said in change.values:
        if said.area == "property":
            properties[said.name] = said.texts[0]
        else:
            _set_attribute(attributes, said)
    if properties:
        made["properties"] = properties
    if attributes:
        made["data"] = {"attributes": attributes}
    return made


def _set_attribute(attributes: dict[str, Any], said: Said) -> None:
    outer, *inner = said.name.split(NESTING)
    holder = attributes.setdefault(outer, {})
    if not inner:
        holder["values"] = _values(said.texts)
        return
    group = holder.setdefault("group", [])
    for entry, text in enumerate(said.texts):
        while len(group) <= entry:
            group.append({})
        if text is not None:
            _nest(group[entry], inner, text)


def _nest(entry: dict[str, Any], names: Sequence[str], text: str) -> None:
    """Set the value under `names` in the entry of a group; groups further in have one entry."""
    *groups, last = names
    for name in groups:
        [entry] = entry.setdefault(name, {}).setdefault("group", [{}])
    entry.setdefault(last, {})["values"] = _values([text])


def _values(texts: Sequence[str | None]) -> list[dict[str, Any]]:
    context = {"source": DEFAULT_CONTEXT.source, "locale": DEFAULT_CONTEXT.locale}
    return [{**context, "value": text} for text in texts if text is not None]
