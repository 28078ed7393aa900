"""What an export must hold, computed slowly from raw JSON and the request's body alone: the oracle of the whole way from the
loader to the finished file. Of the project it uses only the catalogue, and the rules of names and dates of `contract`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from config.catalogue import ATTRIBUTES, BY_KEY, ERROR_PARTS, PROPERTIES, Area
from contract.filters import fold, parse_instant, parse_number

Raw = dict[str, Any]
Key = tuple[Area, str]
"""An area and a folded name."""

FIRST_MS, LAST_MS = parse_instant("1900-01-01") or 0, parse_instant("9999-12-31T23:59:59.999Z") or 0
_ERRORS = "validationerror"
_PART_KEYS = tuple(f"{_ERRORS}>>{fold(part)}" for part in ERROR_PARTS)


@dataclass(frozen=True)
class Said:
    """One value of an attribute. `entry`: that of its outermost group, None outside groups."""

    spelled: str
    text: str
    locale: str
    source: str
    entry: int | None


@dataclass(frozen=True)
class Table:
    """The columns that one type's table must have, in order, each with its name as it is spelled there, and its rows: the
    texts by column, of objects in order."""

    columns: dict[Key, str]
    rows: list[dict[Key, str]]
    objects: list[Raw]


@dataclass(frozen=True)
class Expected:
    """`tables` by folded type, in order; `errors` are (type, id, row in its table, parts)."""

    tables: dict[str, Table]
    errors: list[tuple[Any, ...]]
    documents: list[Raw]
    matched: int


def expected_of(objects: list[Raw], body: Raw) -> Expected:
    """What an export of `body` must hold when `objects` were loaded in this order."""
    params = body["params"]
    contexts = params["query"].get("contexts", [])
    if {"locale": "_ALL"} in contexts:
        contexts = []
    found = [item for item in _stored(objects) if _is_asked(item, params["query"])]
    found.sort(key=lambda item: (item["id"], fold(item["type"])))
    for area, spelled, descending, read in reversed(list(_sort_keys(params.get("sort", {})))):
        _sort(found, area, spelled, descending=descending, read=read, contexts=contexts)
    options = params.get("options", {})
    chosen = found[options.get("from", 0) :][: options.get("maxRecords")]
    asked = [fold(name.strip()) for name in params["query"].get("filters", {}).get("typesCriterion", [])]
    types = list(dict.fromkeys([*asked, *(fold(item["type"]) for item in chosen)])) or ["connectorstate"]
    fields = params.get("fields", {})
    tables = {name: _table(name, [o for o in chosen if fold(o["type"]) == name], fields, contexts) for name in types}
    wanted = _wanted(fields, "attributes")
    with_errors = wanted is None or any(fold(name) in (_ERRORS, *_PART_KEYS) for name in wanted)
    documents = [_document(item, fields, contexts) for item in chosen]
    return Expected(tables, list(_errors(chosen, contexts)) if with_errors else [], documents, len(found))


def _stored(objects: list[Raw]) -> list[Raw]:
    return list({(fold(item["type"]), item["id"]): item for item in objects}.values())


def _is_asked(item: Raw, query: Raw) -> bool:
    types = {fold(name.strip()) for name in query.get("filters", {}).get("typesCriterion", [])}
    return (not types or fold(item["type"]) in types) and ("ids" not in query or item["id"] in query["ids"])


def text_of(value: object) -> str:
    """A JSON value as a text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def properties_of(item: Raw) -> dict[str, tuple[str, str]]:
    """The spelled name and the text of each property, by folded name; of two spellings the first with a value counts."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in (item.get("properties") or {}).items():
        if value is not None:
            found.setdefault(fold(name), (name, text_of(value)))
    return found


def attributes_of(item: Raw) -> dict[str, list[Said]]:
    """The values of each attribute by folded name, in the order of the object."""
    found: dict[str, list[Said]] = {}
    entries: dict[str, int] = {}
    for name, holder in ((item.get("data") or {}).get("attributes") or {}).items():
        first = entries.get(fold(name), 0)
        entries[fold(name)] = first + len(holder.get("group") or [])
        for said in _values(name, holder, None, first):
            found.setdefault(fold(said.spelled), []).append(said)
    return found


def _values(name: str, holder: Raw, entry: int | None, first: int = 0) -> Iterator[Said]:
    for value in holder.get("values") or []:
        if value.get("value") is not None:
            context = (fold(value.get("locale") or ""), fold(value.get("source") or ""))
            yield Said(name, text_of(value["value"]), *context, entry)
    for number, members in enumerate(holder.get("group") or []):
        for member, inner in members.items():
            if isinstance(inner, dict):
                yield from _values(f"{name}>>{member}", inner, first + number if entry is None else entry)


def _is_in(said: Said, contexts: list[Raw]) -> bool:
    def fits(asked: str | None, given: str) -> bool:
        return asked is None or not given or fold(asked) == given

    return not contexts or any(fits(c.get("locale"), said.locale) and fits(c.get("source"), said.source) for c in contexts)


def _picked(item: Raw, contexts: list[Raw]) -> dict[str, list[Said]]:
    picked = {key: [said for said in values if _is_in(said, contexts)] for key, values in attributes_of(item).items()}
    return {key: values for key, values in picked.items() if values}


def _entries(picked: dict[str, list[Said]], group: str) -> list[int]:
    """The entries of a group that hold anything; -1 for what stands outside of entries."""
    held = {said.entry for key, values in picked.items() if key.startswith(group + ">>") for said in values}
    return sorted(-1 if entry is None else entry for entry in held)


def _segment(values: list[Said], entry: int) -> str | None:
    texts = [said.text for said in values if (-1 if said.entry is None else said.entry) == entry]
    return "||".join(texts) if texts else None


def cells_of(item: Raw, contexts: list[Raw]) -> dict[Key, str]:
    """The text of every cell that an object can fill."""
    cells: dict[Key, str] = {("property", key): text for key, (_, text) in properties_of(item).items()}
    picked = _picked(item, contexts)
    for key, values in picked.items():
        if ">>" in key:
            entries = _entries(picked, key.split(">>")[0])
            cells["attribute", key] = "||".join(_segment(values, entry) or "" for entry in entries)
        else:
            cells["attribute", key] = "||".join(said.text for said in values)
    return cells


def _errors(chosen: list[Raw], contexts: list[Raw]) -> Iterator[tuple[Any, ...]]:
    rows: dict[str, int] = {}
    for item in chosen:
        type_name = fold(item["type"])
        row = rows[type_name] = rows.get(type_name, -1) + 1
        picked = _picked(item, contexts)
        for entry in _entries(picked, _ERRORS):
            parts = [_segment(picked.get(key, []), entry) for key in _PART_KEYS]
            if any(part is not None for part in parts):
                yield (type_name, item["id"], row, *parts)


def _wanted(fields: Raw, area: str) -> list[str] | None:
    names = fields.get(area)
    return None if names is None or "_ALL" in names else [name.strip() for name in names]


def _table(type_name: str, own: list[Raw], fields: Raw, contexts: list[Raw]) -> Table:
    spelled = _spelled(own, contexts)
    is_catalogue = type_name == "connectorstate"
    asked: dict[Key, str] = {}
    for key, name in [
        *_property_columns(fields, spelled, all_of=is_catalogue),
        *_attribute_columns(fields, spelled, is_catalogue),
    ]:
        asked.setdefault(key, name)
    columns = {
        key: spelled.get(key, name) for key, name in sorted(asked.items(), key=lambda column: column[0][0] == "attribute")
    }
    for key in columns:
        if key in BY_KEY:
            columns[key] = BY_KEY[key].name
        elif key[0] == "attribute" and key[1] in _PART_KEYS:
            columns[key] = "validationError>>" + ERROR_PARTS[_PART_KEYS.index(key[1])]
    rows = [{key: text for key, text in cells_of(item, contexts).items() if key in columns} for item in own]
    return Table(columns, rows, own)


def _spelled(own: list[Raw], contexts: list[Raw]) -> dict[Key, str]:
    """The names that the objects have, as they come first."""
    spelled: dict[Key, str] = {}
    for item in own:
        for key, (name, _) in properties_of(item).items():
            spelled.setdefault(("property", key), name)
        held = attributes_of(item)
        for key in _picked(item, contexts):
            spelled.setdefault(("attribute", key), held[key][0].spelled)
    return spelled


def _property_columns(fields: Raw, spelled: dict[Key, str], *, all_of: bool) -> list[tuple[Key, str]]:
    wanted = _wanted(fields, "properties")
    if wanted is not None:
        return [(("property", fold(name)), name) for name in wanted]
    known: list[tuple[Key, str]] = [
        (("property", c.key), c.name) for c in PROPERTIES if all_of or ("property", c.key) in spelled
    ]
    others = [(key, name) for key, name in spelled.items() if key[0] == "property" and key not in BY_KEY]
    return known + sorted(others, key=_order)


def _order(column: tuple[Key, str]) -> tuple[bool, str]:
    """Alphabetical; what belongs to validation errors comes first."""
    key = column[0][1]
    return not key.startswith(_ERRORS + ">>"), key


def _attribute_columns(fields: Raw, spelled: dict[Key, str], is_catalogue: bool) -> list[tuple[Key, str]]:
    has_errors = is_catalogue or any(key[0] == "attribute" and key[1].startswith(_ERRORS + ">>") for key in spelled)
    others: list[tuple[Key, str]] = sorted(
        (
            (key, name)
            for key, name in spelled.items()
            if key[0] == "attribute" and key not in BY_KEY and key[1] not in _PART_KEYS
        ),
        key=_order,
    )
    parts: list[tuple[Key, str]] = [(("attribute", key), key) for key in _PART_KEYS]
    wanted = _wanted(fields, "attributes")
    if wanted is None:
        known: list[tuple[Key, str]] = [
            (("attribute", c.key), c.name) for c in ATTRIBUTES if is_catalogue or ("attribute", c.key) in spelled
        ]
        return [*known, *(parts if has_errors else []), *others]
    columns: list[tuple[Key, str]] = []
    for name in wanted:
        key = fold(name)
        members = [column for column in others if column[0][1].startswith(key + ">>")]
        is_group = key == _ERRORS or bool(members)
        is_attribute = key in _PART_KEYS or ("attribute", key) in BY_KEY or ("attribute", key) in spelled
        is_property = not is_attribute and (("property", key) in BY_KEY or ("property", key) in spelled)
        columns += parts if key == _ERRORS else []
        if is_attribute or is_property or not is_group:
            columns.append((("property" if is_property else "attribute", key), name))
        columns += members
    return columns


def _sort_keys(sort: Raw) -> Iterator[tuple[Area, str, bool, Any]]:
    read = {"_STRING": lambda text: text, "_DECIMAL": parse_number, "_DATETIME": parse_instant}
    areas: dict[str, Area] = {"properties": "property", "attributes": "attribute"}
    seen = set()
    for given, entries in sort.items():
        for entry in entries:
            ((name, direction),) = [(n, d) for n, d in entry.items() if n != "sortType"]
            if (given, fold(name)) not in seen:
                seen.add((given, fold(name)))
                yield areas[given], fold(name.strip()), direction == "_DESC", read[entry["sortType"]]


def _sort(found: list[Raw], area: Area, name: str, *, descending: bool, read: Any, contexts: list[Raw]) -> None:
    """Stable; what has no value comes last in both directions."""
    firsts = {id(item): _first(item, area, name, contexts) for item in found}
    values = {key: None if text is None else read(text) for key, text in firsts.items()}
    with_value = [item for item in found if values[id(item)] is not None]
    without = [item for item in found if values[id(item)] is None]
    with_value.sort(key=lambda item: values[id(item)], reverse=descending)  # stable in both directions
    found[:] = with_value + without


def _first(item: Raw, area: Area, name: str, contexts: list[Raw]) -> str | None:
    """The first value of a name; the property of that name where there is no such attribute."""
    if area == "attribute":
        held = {key: values for key, values in attributes_of(item).items() if key == name or key.startswith(name + ">>")}
        if held:
            texts = [
                said.text
                for key in sorted(held, key=lambda key: (key != name, key))
                for said in held[key]
                if _is_in(said, contexts)
            ]
            return texts[0] if texts else None
    if name in ("id", "name"):
        return item.get(name)
    if name == "type":
        return fold(item["type"])
    return properties_of(item).get(name, (None, None))[1]


def _document(item: Raw, fields: Raw, contexts: list[Raw]) -> Raw:
    """The object as it came, with the wanted parts and the values in `contexts`."""
    made = dict(item)
    properties, attributes = _wanted(fields, "properties"), _wanted(fields, "attributes")
    if properties is not None and isinstance(item.get("properties"), dict):
        keys = set(map(fold, properties))
        made["properties"] = {name: value for name, value in item["properties"].items() if fold(name) in keys}
    if (contexts or attributes is not None) and isinstance(item.get("data"), dict):
        keys_wanted = None if attributes is None else set(map(fold, attributes))
        held = item["data"]["attributes"]
        chosen = {name: _chosen(holder, fold(name), keys_wanted, contexts) for name, holder in held.items()}
        made["data"] = {**item["data"], "attributes": {name: holder for name, holder in chosen.items() if holder is not None}}
    return made


def _chosen(holder: Raw, name: str, wanted: set[str] | None, contexts: list[Raw]) -> Raw | None:
    whole = wanted is None or any(name == key or name.startswith(key + ">>") for key in wanted)
    left = dict(holder)
    if not whole:
        left.pop("values", None)
    elif contexts and holder.get("values") is not None:
        left["values"] = [value for value in holder["values"] if _is_in(_of_json(value), contexts)]
    if holder.get("group") is not None and (contexts or not whole):
        entries = []
        for entry in holder["group"]:
            members = {
                member: _chosen(inner, f"{name}>>{fold(member)}", None if whole else wanted, contexts)
                if isinstance(inner, dict)
                else inner
                for member, inner in entry.items()
            }
            kept = {member: inner for member, inner in members.items() if inner is not None}
            if any(isinstance(inner, dict) for inner in kept.values()):
                entries.append(kept)
        left["group"] = entries
    if (not contexts and whole) or left.get("values") or left.get("group"):
        return left
    return None


def _of_json(value: Raw) -> Said:
    return Said("", "", fold(value.get("locale") or ""), fold(value.get("source") or ""), None)
