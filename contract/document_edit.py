"""Edit a document by what its cells say: one value is changed where it stands, and everything else stays as it came.

A cell shows the values of one name, joined by `||` (`tasks.details` says how). An edit of a cell finds those values in the
document again: value ids, contexts, unknown names and the types of JSON values around it survive.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal

from contract.filters import Context, accepts, fold
from contract.json_types import like
from contract.objects import DEFAULT_CONTEXT, NESTING, Held, as_text, context_of, folded_context_of, held_values

MULTIPLE = "||"
"""Between the values of a cell that holds several (the template's multi values delimiter)."""

Entry = int | None


class CannotEdit(ValueError):
    """The cell's new text cannot be brought into the document; says why, for people."""


@dataclass
class _Group:
    """One group of the document by its name as it came: the entries that its cells have segments for, and those that edits
    add."""

    name: str
    entries: set[Entry] = field(default_factory=set)
    added: list[dict[str, Any]] = field(default_factory=list)

    @property
    def in_order(self) -> list[Entry]:
        """The entries as the segments stand; values outside entries come first."""
        return sorted(self.entries, key=lambda entry: -1 if entry is None else entry)


class DocumentEdit:
    """Edits of one document, which were given in `document` (JSON text). Values outside `contexts` are not touched.

    The methods raise CannotEdit; `document` is then no longer of use.
    """

    def __init__(self, document: str, contexts: Sequence[Context] = ()) -> None:
        self.document: dict[str, Any] = json.loads(document)
        self._contexts = contexts
        self._held: dict[str, list[Held]] = {}
        self._groups: dict[str, _Group] = {}
        self._emptied: list[list[Any]] = []
        for held in held_values(self.document):
            context = folded_context_of(held.item)
            if accepts(contexts, context.locale, context.source):
                self._held.setdefault(fold(held.name), []).append(held)
        for key, values in self._held.items():
            if NESTING in key:
                self._group(values[0].name).entries |= {value.entry for value in values}

    def set_name(self, text: str | None) -> None:
        """The object's own name; None: it has none."""
        if text is None:
            self.document.pop("name", None)
        else:
            self.document["name"] = text

    def set_property(self, name: str, text: str | None) -> None:
        """A property; None: it is removed, in every spelling."""
        properties = self.document.get("properties")
        if properties is None:
            properties = self.document["properties"] = {}
        spelled = [key for key, value in properties.items() if fold(key) == fold(name) and value is not None]
        if text is None:
            for key in spelled:
                del properties[key]
        elif spelled:
            properties[spelled[0]] = like(properties[spelled[0]], text)
        else:
            properties[name] = text

    def shown(self, area: Literal["property", "attribute"], name: str) -> str | None:
        """The text of a cell as the document stands before it is edited; None where there is no value."""
        if area == "property":
            properties = self.document.get("properties") or {}
            held_there = (value for key, value in properties.items() if fold(key) == fold(name) and value is not None)
            return next(map(as_text, held_there), None)
        held = self._held.get(fold(name), [])
        if not held:
            return None
        return MULTIPLE.join(self._segments(fold(name)) if NESTING in name else [_text(value) for value in held])

    def set_attribute(self, name: str, text: str | None) -> None:
        """The values of an attribute, or of a name in a group (`GROUP>>NAME`); None: they are removed."""
        if NESTING in name:
            self._set_nested(name, text)
        else:
            self._set_plain(name, text)

    def finish(self) -> dict[str, Any]:
        """The edited document: what edits have emptied is gone, down to groups and attributes without anything in them."""
        if not self._emptied and not any(group.added for group in self._groups.values()):
            return self.document
        attributes = self._attributes()
        for group in self._groups.values():
            if added := [entry for entry in group.added if entry]:
                _list_in(_last_named(attributes, group.name), "group").extend(added)
        emptied = {id(values) for values in self._emptied if not values}
        for name in [name for name, holder in attributes.items() if emptied and _prune(holder, emptied)]:
            del attributes[name]
        return self.document

    def _set_plain(self, name: str, text: str | None) -> None:
        held = self._held.get(fold(name), [])
        if text is None:
            self._remove(held)
            return
        before = [_text(value) for value in held]
        after = split_changed(before, text)
        for tag, first, last, start, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            old, new = held[first:last], after[start:stop]
            for value, part in zip(old, new, strict=False):
                value.item["value"] = like(value.item["value"], part)
            self._remove(old[len(new) :])
            self._insert(name, new[len(old) :], held[first + len(old) - 1] if first + len(old) else None, held)

    def _insert(self, name: str, texts: Sequence[str], before: Held | None, held: Sequence[Held]) -> None:
        """New values after the value `before`, or before all others; in the context of their neighbour."""
        if not texts:
            return
        neighbour = before or (held[0] if held else None)
        if neighbour is None:
            values = _list_in(_named(self._attributes(), name), "values")
            values.extend(_value(text, self._new_context()) for text in texts)
            return
        made = [_value(text, context_of(neighbour.item)) for text in texts]
        place = _place(neighbour) + (1 if before else 0)
        neighbour.siblings[place:place] = made

    def _set_nested(self, name: str, text: str | None) -> None:
        key = fold(name)
        if text is None:
            self._remove(self._held.get(key, []))
            return
        group = self._group(name)
        before = self._segments(key)
        after = split_changed(before, text)
        if key not in self._held and len(after) < len(before):
            after += [""] * (len(before) - len(after))
        if len(after) < len(before):
            raise CannotEdit(
                f"the group has {len(before)} entries and the cell {len(after)} parts: keep a {MULTIPLE} between all"
            )
        held = self._by_entry(key)
        for entry, old, new in zip(group.in_order, before, after, strict=False):
            if old != new:
                self._set_part(name, entry, held.get(entry, []), new)
        for number, part in enumerate(after[len(before) :]):
            while len(group.added) <= number:
                group.added.append({})
            if part:
                self._nest(group.added[number], name.split(NESTING)[1:], part)

    def _set_part(self, name: str, entry: Entry, held: Sequence[Held], text: str) -> None:
        """What one entry, which has the values in `held`, says under a nested name; an empty text removes it."""
        if held and text:
            held[0].item["value"] = like(held[0].item["value"], text)
            self._remove(held[1:])
        elif held:
            self._remove(held)
        elif entry is None:
            raise CannotEdit("the value would stand outside the entries of its group")
        else:
            self._nest(self._entry(fold(name), entry), name.split(NESTING)[1:], text)

    def _segments(self, key: str) -> list[str]:
        held = self._by_entry(key)
        return [MULTIPLE.join(map(_text, held.get(entry, ()))) for entry in self._group(key).in_order]

    def _by_entry(self, key: str) -> dict[Entry, list[Held]]:
        """The values of a nested name in each entry that has any."""
        found: dict[Entry, list[Held]] = {}
        for value in self._held.get(key, []):
            found.setdefault(value.entry, []).append(value)
        return found

    def _entry(self, key: str, number: int) -> dict[str, Any]:
        outer = key.partition(NESTING)[0]
        for name, holder in self._attributes().items():
            group = holder.get("group") or []
            if fold(name) != outer:
                continue
            if number < len(group):
                entry: dict[str, Any] = group[number]
                return entry
            number -= len(group)  # they are numbered through all spellings (`contract.objects.held_values`)
        raise CannotEdit("the value would stand outside the entries of its group")

    def _group(self, name: str) -> _Group:
        outer = name.partition(NESTING)[0]
        return self._groups.setdefault(fold(outer), _Group(outer))

    def _nest(self, entry: dict[str, Any], names: Sequence[str], text: str) -> None:
        """Set the value under `names` in an entry of a group; groups further in get one entry."""
        *groups, last = names
        for name in groups:
            inner = _named(entry, name)
            if not inner.get("group"):
                inner["group"] = [{}]
            entry = inner["group"][0]
        _list_in(_named(entry, last), "values").append(_value(text, self._new_context()))

    def _attributes(self) -> dict[str, Any]:
        holder = self.document
        for key in ("data", "attributes"):
            if holder.get(key) is None:
                holder[key] = {}
            holder = holder[key]
        return holder

    def _new_context(self) -> Context:
        """The context of a value without neighbours: the default one, or the nearest that the cell shows."""
        default = DEFAULT_CONTEXT
        if accepts(self._contexts, _folded(default.locale), _folded(default.source)):
            return default
        asked = self._contexts[0]
        return Context(asked.locale or default.locale, asked.source or default.source)

    def _remove(self, values: Iterable[Held]) -> None:
        for value in values:
            del value.siblings[_place(value)]
            self._emptied.append(value.siblings)


def split_changed(before: Sequence[str], after: str) -> list[str]:
    """The parts of a cell's new text: split at `||`, but the parts at its ends that stand as before stay whole."""
    head, tail = 0, len(before)
    while head < tail and after.startswith(before[head] + MULTIPLE):
        after = after[len(before[head]) + len(MULTIPLE) :]
        head += 1
    while tail > head and after.endswith(MULTIPLE + before[tail - 1]):
        after = after[: -len(MULTIPLE) - len(before[tail - 1])]
        tail -= 1
    middle = [after] if after in before[head:tail] else after.split(MULTIPLE)
    return [*before[:head], *middle, *before[tail:]]


def _text(value: Held) -> str:
    return as_text(value.item["value"])


def _folded(text: str | None) -> str | None:
    return None if text is None else fold(text)


def _place(value: Held) -> int:
    """Where the value stands in its list; equal values are told apart."""
    return next(place for place, item in enumerate(value.siblings) if item is value.item)


def _named(holder: dict[str, Any], name: str) -> dict[str, Any]:
    """What stands under `name` in any spelling; made where there is nothing."""
    for key, inner in holder.items():
        if fold(key) == fold(name) and isinstance(inner, dict):
            return inner
    made: dict[str, Any] = {}
    holder[name] = made
    return made


def _last_named(holder: dict[str, Any], name: str) -> dict[str, Any]:
    """The same of the last spelling, whose entries come after those of the others (`contract.objects.held_values`)."""
    spelled = [inner for key, inner in holder.items() if fold(key) == fold(name) and isinstance(inner, dict)]
    return spelled[-1] if spelled else _named(holder, name)


def _list_in(holder: dict[str, Any], key: str) -> list[Any]:
    if holder.get(key) is None:
        holder[key] = []
    values: list[Any] = holder[key]
    return values


def _value(text: str, context: Context) -> dict[str, Any]:
    parts = {"source": context.source, "locale": context.locale}
    return {**{key: part for key, part in parts.items() if part is not None}, "value": text}


def _prune(holder: dict[str, Any], emptied: set[int]) -> bool:
    """Take the emptied lists out of an attribute, and what is left without anything by that; whether it is so itself."""
    touched = False
    if id(holder.get("values")) in emptied:
        del holder["values"]
        touched = True
    group = holder.get("group") or []
    left = [entry for entry in group if not _prune_entry(entry, emptied)]
    if len(left) < len(group):
        touched = True
        group[:] = left
        if not left:
            del holder["group"]
    return touched and not holder


def _prune_entry(entry: dict[str, Any], emptied: set[int]) -> bool:
    gone = [name for name, inner in entry.items() if isinstance(inner, dict) and _prune(inner, emptied)]
    for name in gone:
        del entry[name]
    return bool(gone) and not any(isinstance(inner, dict) for inner in entry.values())
