"""`connectorService/setconnectorstate`: the states of an entity on its channels, set or begun."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contract.errors import InvalidRequest, Missing, Mistake, WrongShape
from contract.export_request import ExportRequest
from contract.filters import AllOf, Criterion, Exact, Filter, fold
from contract.objects import describe
from contract.request import parse_request
from contract.services.answers import value
from contract.services.writing import merged
from contract.shapes import MOST_ENTRIES

TYPE = "connectorstate"
STATES = ("itemState", "channelState", "syndicationState", "validationState")
"""What a new connector state begins with, `uninitialized` but for what is set."""
_BEGUN = "uninitialized"
_EVERY_SERVICE = "_all"
_ATTRIBUTES = "params.connectorstate.attributes"
_SERVICES = "params.connectorstate.services"
_WORDS = frozenset({"or", "and", "_or", "_and"})


@dataclass(frozen=True)
class StateChange:
    """What is to be set. `query` finds the states; `services` are the channels that are named, empty: all that there are.

    `entity_id` and `entity_type` say what a new state is about, None where the request names no one entity.
    """

    query: ExportRequest
    services: tuple[str, ...]
    attributes: Mapping[str, Any]
    entity_id: str | None
    entity_type: str | None


def read_state_change(body: object, *, now: datetime) -> StateChange:
    """The change that `body` asks for; raises InvalidRequest.

    `params.query` names entities by `id` or `ids` and their types by `typesCriterion`; with the type `connectorstate` it
    names the states themselves. `params.connectorstate.services` are channels, or `_ALL`, as which its absence counts.
    """
    request = parse_request(body, max_records=MOST_ENTRIES, now=now)
    assert isinstance(body, dict), "parse_request takes nothing else"
    wanted = body["params"].get("connectorstate")
    if not isinstance(wanted, dict):
        raise InvalidRequest([WrongShape(path="params.connectorstate", expected="an object", got=describe(wanted))])
    mistakes: list[Mistake] = []
    if not request.ids:
        mistakes.append(Missing(path="params.query.id", what="The id of an entity"))
    attributes = wanted.get("attributes")
    if not isinstance(attributes, dict) or not attributes:
        mistakes.append(Missing(path=_ATTRIBUTES, what="A state to set"))
    else:
        mistakes += [
            WrongShape(path=f"{_ATTRIBUTES}.{name}", expected="a text or an object with values or group", got=describe(content))
            for name, content in attributes.items()
            if isinstance(content, list) or (isinstance(content, dict) and not content.keys() & {"values", "group"})
        ]
    named, every = _read_services(wanted.get("services"), mistakes)
    if mistakes:
        raise InvalidRequest(mistakes)
    only = () if every else named
    direct = request.types == (TYPE,)
    return StateChange(
        query=_query(request, only, direct=direct),
        services=named,
        attributes=dict(attributes or {}),
        entity_id=request.ids[0] if len(request.ids) == 1 and not direct else None,
        entity_type=request.types[0] if len(request.types) == 1 and not direct else None,
    )


def _read_services(services: object, mistakes: list[Mistake]) -> tuple[tuple[str, ...], bool]:
    """The channels that are named, and whether all are meant, as where nothing is said of them. Adds what is wrong."""
    if services is None:
        return (), True
    if not isinstance(services, list) or not all(isinstance(name, str) for name in services):
        mistakes.append(WrongShape(path=_SERVICES, expected="a list of texts", got=describe(services)))
        return (), False
    named = tuple(name for name in services if fold(name) not in _WORDS and fold(name) != _EVERY_SERVICE)
    every = any(fold(name) == _EVERY_SERVICE for name in services)
    if not named and not every:
        # Nobody who chose nothing wants everything.
        mistakes.append(Missing(path=_SERVICES, what="A service, or _ALL,"))
    return named, every


def _query(request: ExportRequest, services: tuple[str, ...], *, direct: bool) -> ExportRequest:
    parts: list[Filter] = [request.filter]
    if not direct:
        parts.append(Criterion("property", "entityid", (Exact(request.ids),)))
        if request.types:
            parts.append(Criterion("property", "entitytype", (Exact(request.types),)))
    if services:
        parts.append(Criterion("property", "channelid", (Exact(services),)))
    return ExportRequest(types=(TYPE,), ids=request.ids if direct else (), filter=AllOf(tuple(parts)), max_records=MOST_ENTRIES)


def with_states(before: Mapping[str, Any], change: StateChange, *, when: str, who: str, new_id: Callable[[], str]) -> Any:
    """The state `before` with what is to be set, and when and by whom that was."""
    set_at = {name: value(when, identifier=new_id()) for name in map(_date_of, change.attributes) if name}
    given = {
        "properties": {"modifiedBy": who, "modifiedDate": when},
        "data": {"attributes": {**_attributes(change.attributes, new_id), **set_at}},
    }
    return merged(before, given)


def new_state(
    change: StateChange, service: str, *, tenant: str, when: str, who: str, new_id: Callable[[], str]
) -> dict[str, Any]:
    """The first state of an entity on a channel."""
    made = "connectorService"
    properties = {
        "tenantId": tenant,
        "entityid": change.entity_id,
        "entitytype": change.entity_type,
        "channelid": service,
        "self": "self",
        "createdService": made,
        "createdBy": who,
        "modifiedService": made,
        "modifiedBy": who,
        "createdDate": when,
        "modifiedDate": when,
    }
    said = {name: text for name, text in properties.items() if text is not None}
    begun = {"id": new_id(), "type": TYPE, "properties": said, "data": {"attributes": {}}}
    first = {name: _BEGUN for name in STATES if fold(name) not in set(map(fold, change.attributes))}
    all_of_it = StateChange(change.query, (), {**change.attributes, **first}, None, None)
    made_of: dict[str, Any] = with_states(begun, all_of_it, when=when, who=who, new_id=new_id)
    return made_of


def channel_of(item: Mapping[str, Any]) -> object:
    """The channel of a connector state's document, None where it names none."""
    properties = item.get("properties")
    named = properties.items() if isinstance(properties, dict) else ()
    return next((text for name, text in named if fold(name) == "channelid"), None)


def _attributes(given: Mapping[str, Any], new_id: Callable[[], str]) -> dict[str, Any]:
    """Plain values as attributes; what already is one stays so."""
    return {
        name: content if content is None or isinstance(content, dict) else value(content, identifier=new_id())
        for name, content in given.items()
    }


def _date_of(name: str) -> str | None:
    """The attribute that says when a state was reached."""
    return f"{name}Date" if fold(name).endswith("state") else None
