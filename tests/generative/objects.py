"""Random objects, and requests for them, that go to the edges of what the documented shapes allow."""

import random
from typing import Any

from config.catalogue import ATTRIBUTES, PROPERTIES
from contract.filters import fold
from contract.objects import PLACE
from tests.generative.texts import INSTANTS, TYPE_NAMES, a_name, a_text

Raw = dict[str, Any]

_PROPERTIES = tuple(column.name for column in PROPERTIES)
_ATTRIBUTES = tuple(column.name for column in ATTRIBUTES)
_GROUPS = ("validationError", "validationerror", "VALIDATIONERROR", "address", "Address", "a", "itemState", "Größe")
_PARTS = ("sno", "sourceAttribute", "targetAttribute", "error")
_MEMBERS = (*_PARTS, "Error", "other", "b", "c>>d", "", "Ä", "values", "id")
_LOCALES = ("en-US", "EN-us", "de-DE", "", None, "fr-FR")
_SOURCES = ("internal", "INTERNAL", "erp", "", None)
ZONES = (
    "UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia",
    "Pacific/Kiritimati", "Etc/GMT+12", "Africa/Monrovia", "America/St_Johns",
)  # fmt: skip


def some_objects(rng: random.Random, count: int) -> list[Raw]:
    """Raw objects of a few types; some ids come twice, and then the last one counts."""
    types = rng.sample(TYPE_NAMES, rng.randrange(1, 5)) + ["connectorstate"] * rng.randrange(2)
    properties = [a_name(rng, _PROPERTIES) for _ in range(rng.randrange(1, 12))]
    attributes = [a_name(rng, _ATTRIBUTES) for _ in range(rng.randrange(1, 12))]
    return [_object(rng, rng.choice(types), properties, attributes) for _ in range(count)]


def _object(rng: random.Random, type_name: str, properties: list[str], attributes: list[str]) -> Raw:
    made: Raw = {"id": _id(rng), "type": rng.choice((type_name, type_name, type_name.upper()))}
    if rng.random() < 0.6:
        made["name"] = rng.choice((a_text(rng), a_text(rng), None))
    if rng.random() < 0.9:
        sampled = rng.sample(properties, rng.randrange(len(properties) + 1))
        # A property in two spellings is refused; other objects may spell it in another way.
        names = {fold(name): name for name in sampled}.values()
        made["properties"] = {name: _property(rng, name) for name in names}
    data: Raw = {name: _holder(rng, name) for name in rng.sample(attributes, rng.randrange(len(attributes) + 1))}
    for group in rng.sample(_GROUPS, rng.choice((0, 0, 1, 1, 2))):
        data[group] = _errors(rng) if group.lower() == "validationerror" and rng.random() < 0.6 else _group(rng, 0)
    if rng.random() < 0.9:
        made["data"] = {"attributes": data}
    if rng.random() < 0.1:
        made["extra"] = {"kept": [1, None, {"as": "it came"}, 2**70]}
    return made


def _id(rng: random.Random) -> str:
    text = a_text(rng)[:120] if rng.random() < 0.3 else rng.choice(("", "=", "0", "A")) + str(rng.randrange(40))
    return text or "00"


def _property(rng: random.Random, name: str) -> Any:
    if fold(name) in PLACE:
        return a_text(rng)[:100]
    return _scalar(rng, name)


def _scalar(rng: random.Random, name: str) -> Any:
    if "date" in name.lower() and rng.random() < 0.8:
        return rng.choice(INSTANTS)
    others = (5, -3, 0, 2**53 + 1, 10**30, 1.5, -0.0, 1e21, 1e-7, True, False, None, [1, "x"], {"a": None}, [])
    return a_text(rng) if rng.random() < 0.8 else rng.choice(others)


def _value(rng: random.Random, name: str) -> Raw:
    value: Raw = {"value": _scalar(rng, name)}
    if rng.random() < 0.6:
        return value | {"locale": "en-US", "source": "internal"}
    return value | {
        key: part for key, part in (("locale", rng.choice(_LOCALES)), ("source", rng.choice(_SOURCES))) if part is not None
    }


def _holder(rng: random.Random, name: str) -> Raw:
    return {"values": [_value(rng, name) for _ in range(rng.choice((1, 1, 1, 1, 0, 2, 3)))]}


def _errors(rng: random.Random) -> Raw:
    """Validation errors as they are documented."""
    entries = []
    for _ in range(rng.randrange(4)):
        parts = rng.sample(_PARTS, rng.randrange(1, 5))
        value = {"locale": "en-US", "source": "internal"}
        entries.append({part: {"values": [{**value, "value": a_text(rng)}]} for part in parts})
    return {"group": entries}


def _group(rng: random.Random, depth: int) -> Raw:
    made: Raw = {}
    if rng.random() < 0.2:
        made["values"] = [_value(rng, "")]
    entries: list[Raw] = []
    for _ in range(rng.randrange(4)):
        entry: Raw = {"id": "e1"} if rng.random() < 0.2 else {}
        for member in rng.sample(_MEMBERS, rng.randrange(4)):
            entry[member] = _group(rng, depth + 1) if depth < 2 and rng.random() < 0.15 else _holder(rng, member)
        entries.append(entry)
    return made | {"group": entries}


def a_request(rng: random.Random, objects: list[Raw]) -> Raw:
    """A valid request body (without a format) for some of `objects`: types, ids, contexts, columns, order and paging."""
    types = [*dict.fromkeys(item["type"] for item in objects), rng.choice(TYPE_NAMES)]
    rng.shuffle(types)
    query: Raw = {"filters": {"typesCriterion": types[: rng.randrange(1, len(types) + 1)]}}
    if rng.random() < 0.25:
        query["ids"] = [item["id"] for item in rng.sample(objects, min(len(objects), 8)) if item["id"].strip()] or ["none"]
        if rng.random() < 0.5:
            del query["filters"]
    if rng.random() < 0.4:
        query["contexts"] = [_context(rng) for _ in range(rng.randrange(1, 3))]
    params: Raw = {"query": query, "fields": _fields(rng, objects)}
    if rng.random() < 0.5:
        params["sort"] = _sort(rng, objects)
    if rng.random() < 0.4:
        params["options"] = {"maxRecords": rng.randrange(1, len(objects) + 3), "from": rng.randrange(len(objects) + 1)}
    return {"params": params, "fileName": "Cells"}


def _context(rng: random.Random) -> Raw:
    parts = {"locale": rng.choice(("en-US", "DE-de", "fr-FR", None)), "source": rng.choice(("internal", "ERP", None))}
    return {key: part for key, part in parts.items() if part is not None} or {"locale": "_ALL"}


def _names(objects: list[Raw], area: str) -> list[str]:
    """Names that the objects have, and the nested ones of the first level."""
    names: dict[str, None] = {}
    for item in objects:
        held = item.get("properties", {}) if area == "properties" else item.get("data", {}).get("attributes", {})
        for name, holder in held.items():
            names[name] = None
            for entry in (isinstance(holder, dict) and holder.get("group")) or []:
                names |= {f"{name}>>{member}": None for member, inner in entry.items() if isinstance(inner, dict)}
    return [name for name in names if name.strip() == name and name]


def _fields(rng: random.Random, objects: list[Raw]) -> Raw:
    fields: Raw = {}
    for area, known in (("properties", _PROPERTIES), ("attributes", (*_ATTRIBUTES, "validationError"))):
        kind = rng.random()
        if kind < 0.4:
            fields[area] = ["_ALL"]
        elif kind < 0.7:
            held = [*_names(objects, area), *_names(objects, "properties"), *known]
            chosen = [rng.choice(held) for _ in range(rng.randrange(7))]
            fields[area] = [rng.choice((name, name.upper(), name.lower())) for name in chosen]
    return fields


def _sort(rng: random.Random, objects: list[Raw]) -> Raw:
    sort: Raw = {}
    for area, known in (("properties", (*_PROPERTIES, "id", "name", "type")), ("attributes", _ATTRIBUTES)):
        held = [name for name in (*_names(objects, area), *known) if name.lower() != "sorttype"]
        sort[area] = [
            {rng.choice(held): rng.choice(("_ASC", "_DESC")), "sortType": rng.choice(("_STRING", "_DECIMAL", "_DATETIME"))}
            for _ in range(rng.randrange(3))
        ]
    return sort
