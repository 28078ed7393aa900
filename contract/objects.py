"""The shape of a stored object: from the JSON that arrives to values that filters and columns look at.

An object keeps two things: `document`, the JSON as it came (whole numbers of any length; a decimal one is a double, as most
programs read JSON, and has the fewest digits that give it back), and its values in one flat shape. A nested value stands
under `GROUP>>NAME`; a property has one value, an attribute any number, each in a context.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from contract.errors import InvalidObject
from contract.filters import Context, accepts, fold

NESTING = ">>"
"""Between a group's name and the name in it (the template's context path delimiter)."""

CONNECTOR_STATE = "connectorstate"
"""The type that the documented service is about, and what is meant where a form, a table or a workbook names none."""

PLACE = frozenset({"entityid", "entitytype", "channelid", "submissionid"})
"""The folded names of the properties that say what a state is of. By these it is found, counted and set: each is one text."""

DEFAULT_CONTEXT = Context(locale="en-US", source="internal")
"""The context that the documented objects give nearly every value."""

_MAX_DEPTH = 64

_OF_OBJECT = frozenset({"name", "properties", "data"})
_OF_DATA = frozenset({"attributes"})
_OF_ATTRIBUTE = frozenset({"values", "group"})
_OF_VALUE = frozenset({"value", "locale", "source"})
"""The members that are read of an object and its parts; one without `id` or `type` is refused anyway."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value as text, with the context that it is for (a missing part is for every context).

    `entry` numbers the entries of a group from 0; None outside groups.
    """

    text: str
    locale: str | None = None
    source: str | None = None
    entry: int | None = None


class Held(NamedTuple):
    """Where one value of an attribute stands in a document: its full name as it came, its own JSON object (`item["value"]` is
    not null), the list that this is in, and the entry as in `Value`."""

    name: str
    item: dict[str, Any]
    siblings: list[Any]
    entry: int | None


@dataclass(frozen=True, slots=True)
class NamedValues:
    """The values under one name, which is spelled as it came."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class StateObject:
    """One object. The keys of `properties` and `attributes` are folded names; a name without a value is not there."""

    id: str
    type: str
    name: str | None
    properties: Mapping[str, NamedValues]
    attributes: Mapping[str, NamedValues]
    document: str = field(repr=False)


def parse_object(raw: object, *, path: str = "", stored: bool = False) -> StateObject:
    """The object that `raw` (decoded JSON) is. `type` is folded: types compare without case. `stored`: it is one of the store,
    which may hold objects with a property in two spellings from before these were refused, of which the first counts, and lists
    where one text belongs, and members in another case, which are not read.

    Raises InvalidObject with what is wrong and where.
    """
    if not isinstance(raw, dict):
        raise InvalidObject(path=path, detail=f"expected an object, got {describe(raw)}")
    identifier = _required_text(raw, "id", path)
    type_name = _required_text(raw, "type", path)
    if type_name != type_name.strip():
        detail = f"expected text without blanks at its ends, by which requests could not name it, got {type_name[:100]!r}"
        raise InvalidObject(path=_join(path, "type"), detail=detail)
    name = raw.get("name")
    if name is not None and not isinstance(name, str):
        raise InvalidObject(path=_join(path, "name"), detail=f"expected text, got {describe(name)}")
    document = json.dumps(raw, ensure_ascii=False, separators=(",", ":"), allow_nan=True)
    _refuse_unstorable(document, raw, path)
    if not stored:
        _refuse_other_spellings(raw, path)
    return StateObject(
        id=identifier,
        type=fold(type_name),
        name=name,
        properties=_properties(raw, path, stored=stored),
        attributes=_attributes(raw, path),
        document=document,
    )


def fingerprint(document: str) -> str:
    """A short text that tells the versions of one object apart: equal documents have the same, other ones in effect never."""
    return hashlib.blake2b(document.encode(), digest_size=6).hexdigest()


def describe(value: object) -> str:
    """What `value` is, in the words of JSON, for messages."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "text" if value else "empty text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"


def as_text(value: object) -> str:
    """A JSON value as the text that filters compare and cells show; lists and objects as compact JSON."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def held_values(raw: Mapping[str, Any], path: str = "") -> Iterator[Held]:
    """Every value of every attribute of a raw object, in the object's order. Raises InvalidObject where a shape is not so."""
    data = _mapping(raw, "data", path)
    before: Counter[str] = Counter()  # entries of a group in one spelling are others than those of it in another one
    for name, holder in _mapping(data, "attributes", _join(path, "data")).items():
        key = fold(name)
        yield from _values(name, holder, _join(path, f"data.attributes.{name}"), entry=None, depth=0, before=before[key])
        before[key] += len(holder.get("group") or ())


def context_of(item: Mapping[str, Any]) -> Context:
    """The context of a value's JSON object, as it came; a part that is missing, empty or no text is None."""
    return Context(_context_part(item, "locale"), _context_part(item, "source"))


def folded_context_of(item: Mapping[str, Any]) -> Context:
    """The same for comparing: contexts that differ in case alone, or in how a part is left out, are one."""
    context = context_of(item)
    return Context(_folded(context.locale), _folded(context.source))


def in_default_context(contexts: Sequence[Context]) -> bool:
    """Whether values in DEFAULT_CONTEXT are among what `contexts` ask for; none asks for all."""
    return accepts(contexts, _folded(DEFAULT_CONTEXT.locale), _folded(DEFAULT_CONTEXT.source))


def _folded(text: str | None) -> str | None:
    return None if text is None else fold(text)


def _required_text(raw: Mapping[str, Any], key: str, path: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value:
        got = "nothing" if key not in raw else describe(value)
        raise InvalidObject(path=_join(path, key), detail=f"expected text that is not empty, got {got}")
    return value


def _refuse_unstorable(document: str, raw: object, path: str) -> None:
    """Neither database holds U+0000 or half a surrogate pair in a text, and JSON has no NaN: refuse, never alter."""
    if "\\u0000" in document and _has_nul(raw):
        raise InvalidObject(path=path, detail="a text holds the character U+0000, which no database column can hold")
    try:
        document.encode()
    except UnicodeEncodeError as error:
        raise InvalidObject(path=path, detail="a text holds half of a surrogate pair, which is not a character") from error
    for word in ("NaN", "Infinity"):
        if word in document and _has_not_finite(raw):
            raise InvalidObject(path=path, detail="a number is not finite")


def _refuse_other_spellings(raw: Mapping[str, Any], path: str) -> None:
    """`Properties` for `properties`: read as left out, the object would be stored without what it says."""
    _refuse_spellings_of(_OF_OBJECT, raw, path)
    data_path = _join(path, "data")
    data = _mapping(raw, "data", path)
    _refuse_spellings_of(_OF_DATA, data, data_path)
    for name, holder in _mapping(data, "attributes", data_path).items():
        _refuse_spellings_in(holder, f"{data_path}.attributes.{name}", depth=0)


def _refuse_spellings_in(holder: object, path: str, depth: int) -> None:
    """The same for the values of an attribute, and of what is nested in it; what has another shape is left to `_values`."""
    if not isinstance(holder, dict) or depth > _MAX_DEPTH:
        return
    _refuse_spellings_of(_OF_ATTRIBUTE, holder, path)
    for number, item in enumerate(_list(holder, "values", path)):
        if isinstance(item, dict):
            _refuse_spellings_of(_OF_VALUE, item, f"{path}.values[{number}]")
    for number, members in enumerate(_list(holder, "group", path)):
        for member, inner in members.items() if isinstance(members, dict) else ():
            _refuse_spellings_in(inner, f"{path}.group[{number}].{member}", depth + 1)


def _refuse_spellings_of(names: frozenset[str], holder: Mapping[str, Any], path: str) -> None:
    if holder.keys() <= names:  # as nearly always
        return
    for key, value in holder.items():
        name = fold(key)
        if name != key and name in names and value is not None and holder.get(name) is None:
            raise InvalidObject(path=_join(path, key), detail=f"the name of this member is written {name!r}")


def _has_nul(value: object) -> bool:
    return any("\0" in text for text in _leaves(value) if isinstance(text, str))


def _has_not_finite(value: object) -> bool:
    return any(isinstance(leaf, float) and leaf - leaf != 0 for leaf in _leaves(value))


def _leaves(value: object) -> Iterator[object]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.keys())
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        else:
            yield item


def _properties(raw: Mapping[str, Any], path: str, *, stored: bool) -> dict[str, NamedValues]:
    found: dict[str, NamedValues] = {}
    for name, value in _mapping(raw, "properties", path).items():
        if value is None:
            continue
        if fold(name) in PLACE and isinstance(value, (list, dict)) and not stored:
            detail = f"it says what the state is of, in one text; got {describe(value)}"
            raise InvalidObject(path=_join(path, f"properties.{name}"), detail=detail)
        first = found.setdefault(fold(name), NamedValues(name, (Value(as_text(value)),)))
        if first.name != name and not stored:
            detail = f"a property has one value, and this one is there twice, as {first.name[:100]!r} and {name[:100]!r}"
            raise InvalidObject(path=_join(path, f"properties.{name}"), detail=detail)
    return found


def _attributes(raw: Mapping[str, Any], path: str) -> dict[str, NamedValues]:
    found: dict[str, tuple[str, list[Value]]] = {}
    for name, item, _, entry in held_values(raw, path):
        value = Value(as_text(item["value"]), _context_part(item, "locale"), _context_part(item, "source"), entry)
        found.setdefault(fold(name), (name, []))[1].append(value)
    return {key: NamedValues(name, tuple(values)) for key, (name, values) in found.items()}


def _values(name: str, holder: object, path: str, entry: int | None, depth: int, before: int = 0) -> Iterator[Held]:
    """Those of one holder; `before`: so many entries has the outermost group had in other spellings."""
    if depth > _MAX_DEPTH:
        raise InvalidObject(path=path, detail=f"groups are nested more than {_MAX_DEPTH} levels deep")
    if not isinstance(holder, dict):
        raise InvalidObject(path=path, detail=f"expected an object with values or group, got {describe(holder)}")
    siblings = _list(holder, "values", path)
    for item in siblings:
        if not isinstance(item, dict):
            raise InvalidObject(path=f"{path}.values", detail=f"expected objects, got {describe(item)}")
        if item.get("value") is not None:
            yield Held(name, item, siblings, entry)
    for number, members in enumerate(_list(holder, "group", path)):
        if not isinstance(members, dict):
            raise InvalidObject(path=f"{path}.group[{number}]", detail=f"expected an object, got {describe(members)}")
        for member, inner in members.items():
            # A group's entry has scalars of its own (locale, source, id) beside its members.
            if isinstance(inner, dict):
                inner_path = f"{path}.group[{number}].{member}"
                outermost = before + number if entry is None else entry
                yield from _values(f"{name}{NESTING}{member}", inner, inner_path, outermost, depth + 1)


def _context_part(item: Mapping[str, Any], key: str) -> str | None:
    part = item.get(key)
    return part if isinstance(part, str) and part else None


def _mapping(holder: Mapping[str, Any], key: str, path: str) -> Mapping[str, Any]:
    value = holder.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidObject(path=_join(path, key), detail=f"expected an object, got {describe(value)}")
    return value


def _list(holder: Mapping[str, Any], key: str, path: str) -> list[Any]:
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidObject(path=_join(path, key), detail=f"expected a list, got {describe(value)}")
    return value


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
