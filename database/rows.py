"""From one object to the rows that hold it, by the rule in `database.tables`. Pure: no database is touched here."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.catalogue import ATTRIBUTES, COLUMNS, ERROR_PARTS, PROPERTIES
from contract.errors import InvalidObject
from contract.filters import BLANKS, fold, parse_instant
from contract.kinds import Kind
from contract.objects import DEFAULT_CONTEXT, NESTING, NamedValues, StateObject, Value, fingerprint
from contract.well_known import VALIDATION_ERROR
from database.numbers import stored_number
from database.tables import MILLISECONDS, state_object

Row = dict[str, object]

MAX_KEY_BYTES = 512
"""Most UTF-8 bytes of a text that an index holds; PostgreSQL refuses index entries of more than about 2,700 bytes in all."""
_INDEXED = ("entityid", "channelid", "entitytype")

_PROPERTY_KEYS = frozenset(column.key for column in PROPERTIES)
_ATTRIBUTE_KEYS = frozenset(column.key for column in ATTRIBUTES)
_INSTANT_KEYS = frozenset(column.key for column in COLUMNS if column.kind is Kind.INSTANT)
_ERROR_PREFIX = fold(VALIDATION_ERROR) + NESTING
_ERROR_COLUMNS = {_ERROR_PREFIX + fold(part): fold(part) for part in ERROR_PARTS}
_NO_ERROR = dict.fromkeys(_ERROR_COLUMNS.values())
_EMPTY: Row = dict.fromkeys(column.name for column in state_object.columns)
_DEFAULT = (DEFAULT_CONTEXT.locale, DEFAULT_CONTEXT.source)
_FOLDED_DEFAULT = (fold(DEFAULT_CONTEXT.locale or ""), fold(DEFAULT_CONTEXT.source or ""))

_TEXT_KEYS = ("type", "id", "name", *(column.key for column in COLUMNS))
# Only a text that begins so can be a number or an instant: most texts need no closer look.
_NUMERIC_STARTS = frozenset("-0123456789" + BLANKS)


@dataclass(frozen=True, slots=True)
class ObjectRows:
    """The rows of one object: of `state_object`, of `document`, and of `validation_error` in the order of the entries."""

    state: Row
    document: Row
    errors: tuple[Row, ...]


def rows_of(tenant: str, item: StateObject, *, loaded_ms: int) -> ObjectRows:
    """The rows that hold `item`.

    Raises InvalidObject where a text that is a key is longer than an index can hold.
    """
    key: Row = {"tenant": tenant, "type": item.type, "id": item.id}
    row: Row = _EMPTY | key
    row["name"] = item.name
    row["loaded_ms"] = loaded_ms
    row["fingerprint"] = fingerprint(item.document)
    errors = _error_entries(item.attributes)
    others = {
        "p": _place(item.properties, _PROPERTY_KEYS, row),
        "a": _place(item.attributes, _ATTRIBUTE_KEYS, row, skip=frozenset(_ERROR_COLUMNS) if errors else frozenset()),
    }
    _refuse_long_keys(row)
    row["details"] = _as_json({**others, **_computed(row, _TEXT_KEYS)})
    return ObjectRows(
        state=row,
        document={**key, "document": item.document},
        errors=tuple(_error_row({**key, "entry": entry, **_NO_ERROR, **parts}) for entry, parts in sorted(errors.items())),
    )


def _place(
    named: Mapping[str, NamedValues], columns: frozenset[str], row: Row, skip: frozenset[str] = frozenset()
) -> dict[str, object]:
    """Put into `row` what has a column there; the rest, as `details` says it."""
    rest: dict[str, object] = {}
    is_property = columns is _PROPERTY_KEYS
    for key, holder in named.items():
        if key in skip:
            continue
        first = holder.values[0]
        if key in columns and (is_property or (len(holder.values) == 1 and first.entry is None and _in_default(first))):
            row[key] = first.text
            if key in _INSTANT_KEYS:
                row[key + MILLISECONDS] = parse_instant(first.text)
        else:
            rest[key] = {"n": holder.name, "v": [_detail(value) for value in holder.values]}
    return rest


def _in_default(value: Value) -> bool:
    return (value.locale, value.source) == _DEFAULT or (fold(value.locale or ""), fold(value.source or "")) == _FOLDED_DEFAULT


def _detail(value: Value) -> list[object]:
    locale = None if value.locale is None else fold(value.locale)
    source = None if value.source is None else fold(value.source)
    return [value.text, locale, source, parse_instant(value.text), value.entry, stored_number(value.text)]


def _error_entries(attributes: Mapping[str, NamedValues]) -> dict[int, dict[str, str]]:
    """The parts of each validation error by entry; empty where the group says more than its table can hold."""
    entries: dict[int, dict[str, str]] = {}
    for key, holder in attributes.items():
        if not key.startswith(_ERROR_PREFIX):
            continue
        column = _ERROR_COLUMNS.get(key)
        for value in holder.values:
            if column is None or value.entry is None or not _in_default(value):
                return {}
            parts = entries.setdefault(value.entry, {})
            if column in parts:
                return {}
            parts[column] = value.text
    return entries


def _computed(row: Row, keys: Iterable[str]) -> dict[str, dict[str, object]]:
    """The instants and numbers of the row's texts under `keys` that a database cannot read out of them itself."""
    instants: dict[str, object] = {}
    numbers: dict[str, object] = {}
    for key in keys:
        text = row[key]
        if not isinstance(text, str) or text[:1] not in _NUMERIC_STARTS:
            continue
        if key not in _INSTANT_KEYS and (instant := parse_instant(text)) is not None:
            instants[key] = instant
        if (number := stored_number(text)) is not None:
            numbers[key] = number
    return {"i": instants, "f": numbers}


def _error_row(row: Row) -> Row:
    row["details"] = _as_json(_computed(row, _NO_ERROR))
    return row


def _refuse_long_keys(row: Row) -> None:
    for key in ("type", "id", *_INDEXED):
        text = row[key]
        # A character is at most 4 bytes: only a long text needs encoding to know.
        if isinstance(text, str) and len(text) > MAX_KEY_BYTES // 4 and len(text.encode()) > MAX_KEY_BYTES:
            path = key if key in ("type", "id") else f"properties.{key}"
            raise InvalidObject(path=path, detail=f"the text is longer than {MAX_KEY_BYTES} bytes")


def _as_json(details: Mapping[str, object]) -> str | None:
    said = {key: value for key, value in details.items() if value}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else None
