"""`connectorService/gethistory`: which state of which entity became what, and when, from the documents before and after."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contract.filters import fold
from contract.objects import NESTING, StateObject, parse_object
from contract.services.tasks import documented_time

_UNASSIGNED = "_UNASSIGNED"


@dataclass(frozen=True)
class Change:
    """One write that changed an object; documents are JSON texts, None where there was or is no object."""

    number: int
    at_ms: int
    changed_by: str | None
    before: str | None
    after: str | None


def history(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """The documented tree: a channel, an entity, its entries in the order of time, one for each state that changed."""
    tree: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for change in changes:
        before, after = _parsed(change.before), _parsed(change.after)
        item = after or before
        if item is None:
            continue
        for entry in _entries(change, before, after):
            entities = tree.setdefault(_property(item, "channelid"), {})
            entities.setdefault(_property(item, "entityid"), []).append(entry)
    return [tree] if tree else []


def _entries(change: Change, before: StateObject | None, after: StateObject | None) -> Iterator[dict[str, Any]]:
    old, new = _states(before), _states(after)
    moment = datetime.fromtimestamp(change.at_ms / 1000, UTC)
    item = after or before
    assert item is not None, "the caller has one of the two"
    who = change.changed_by or _property(item, "modifiedby")
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) == new.get(name):
            continue
        yield {
            "state": new.get(name),
            "status": name,
            "Timestamp": documented_time(moment),
            "requestid": _property(item, "reqid"),
            "messageId": str(change.number),
            "previousState": old.get(name),
            "changedBy": who,
        }


def _states(item: StateObject | None) -> Mapping[str, str]:
    """The states of an object by their names as they came: its attributes whose name ends so."""
    if item is None:
        return {}
    return {
        named.name: ", ".join(value.text for value in named.values)
        for key, named in item.attributes.items()
        if key.endswith("state") and NESTING not in key
    }


def _property(item: StateObject, name: str) -> str:
    return item.properties[fold(name)].values[0].text if fold(name) in item.properties else _UNASSIGNED


def _parsed(document: str | None) -> StateObject | None:
    return None if document is None else parse_object(json.loads(document), stored=True)
