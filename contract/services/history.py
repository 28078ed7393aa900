"""`connectorService/gethistory`: which state of which entity became what, and when, from the documents before and after."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from contract.filters import fold
from contract.objects import NESTING, NamedValues, StateObject, parse_object
from contract.services.tasks import documented_time

UNASSIGNED = "_UNASSIGNED"


@dataclass(frozen=True)
class Change:
    """One write that changed an object; documents are JSON texts, None where there was or is no object."""

    number: int
    at_ms: int
    changed_by: str | None
    before: str | None
    after: str | None


class _Told(NamedTuple):
    """An entry of the history, and what tells its place: changes come object by object, and an entity may have several."""

    at_ms: int
    number: int
    entry: dict[str, Any]


def history(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """The documented tree: a channel, an entity, its entries in the order of time, one for each state that changed."""
    tree: dict[str, dict[str, list[_Told]]] = {}
    for change in changes:
        before, after = _parsed(change.before), _parsed(change.after)
        item = after or before
        if item is None:
            continue
        for entry in _entries(change, before, after):
            entities = tree.setdefault(_property(item, "channelid"), {})
            entities.setdefault(_property(item, "entityid"), []).append(_Told(change.at_ms, change.number, entry))
    shown = {channel: {entity: _by_time(told) for entity, told in entities.items()} for channel, entities in tree.items()}
    return [shown] if shown else []


def _by_time(told: list[_Told]) -> list[dict[str, Any]]:
    return [one.entry for one in sorted(told, key=lambda one: (one.at_ms, one.number))]


def _entries(change: Change, before: StateObject | None, after: StateObject | None) -> Iterator[dict[str, Any]]:
    old, new = _states(before), _states(after)
    moment = datetime.fromtimestamp(change.at_ms / 1000, UTC)
    item = after or before
    assert item is not None, "the caller has one of the two"
    who = change.changed_by or _property(item, "modifiedby")
    for key in dict.fromkeys((*old, *new)):
        was, now = _text(old.get(key)), _text(new.get(key))
        if was == now:
            continue
        yield {
            "state": now,
            "status": (new.get(key) or old[key]).name,
            "Timestamp": documented_time(moment),
            "requestid": _property(item, "reqid"),
            "messageId": str(change.number),
            "previousState": was,
            "changedBy": who,
        }


def _states(item: StateObject | None) -> Mapping[str, NamedValues]:
    """The states of an object by their folded names, for names compare without case: its attributes whose name ends so."""
    attributes = {} if item is None else item.attributes
    return {key: named for key, named in attributes.items() if key.endswith("state") and NESTING not in key}


def _text(state: NamedValues | None) -> str | None:
    return None if state is None else ", ".join(value.text for value in state.values)


def _property(item: StateObject, name: str) -> str:
    text = item.properties[fold(name)].values[0].text if fold(name) in item.properties else ""
    return text or UNASSIGNED


def _parsed(document: str | None) -> StateObject | None:
    return None if document is None else parse_object(json.loads(document), stored=True)
