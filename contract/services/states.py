"""`connectorService/setconnectorstate`: the states of an entity on its channels, set or begun."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contract.errors import Ambiguous, InvalidRequest, Missing, Mistake, OutOfRange, WrongShape
from contract.evaluation import matches
from contract.export_request import ExportRequest
from contract.filters import AllOf, Context, Criterion, Exact, Filter, fold
from contract.objects import CONNECTOR_STATE, DEFAULT_CONTEXT, StateObject, describe, parse_object
from contract.paths import entry
from contract.request import parse_request
from contract.services.answers import value_in
from contract.services.reading import FIELDS, ORDER, PAGING, refuse_since, warned_of
from contract.services.writing import merged
from contract.shapes import MOST_ENTRIES, UNKNOWN, Members, Notes
from contract.warnings import JobWarning

STATES = ("itemState", "channelState", "syndicationState", "validationState")
"""What a new connector state begins with, `uninitialized` but for what is set."""
_BEGUN = "uninitialized"
_EVERY_SERVICE = "_all"
_ATTRIBUTES = "params.connectorstate.attributes"
_SERVICES = "params.connectorstate.services"
_UNUSED = ("transitioncode",)
"""What documented clients write beside them: the transitions of the platform are not known here."""
_WORDS = frozenset({"or", "and", "_or", "_and"})


Place = tuple[str, str]
"""An entity's id, and a channel without case: where there is one state."""


@dataclass(frozen=True)
class StateChange:
    """What is to be set. `ids` are what the request names; `query` finds the states; `about` says of a state whether it is of
    one of the entities and channels that are meant, whatever else the request asks of it.

    `places` are those that get a state where they have none, each with its channel as it is written; `entity_type` is theirs,
    None where the request names no one type.
    """

    ids: tuple[str, ...]
    query: ExportRequest
    about: Filter
    attributes: Mapping[str, Any]
    contexts: tuple[Context, ...]
    places: Mapping[Place, str]
    entity_type: str | None
    warnings: tuple[JobWarning, ...] = ()


def read_state_change(body: object, *, now: datetime) -> StateChange:
    """The change that `body` asks for; raises InvalidRequest, and NotServed for `since`.

    `params.query` names entities by `id` or `ids` and their types by `typesCriterion`; with the type `connectorstate` it
    names the states themselves. `params.connectorstate.services` are channels, or `_ALL`, as which its absence counts.
    """
    request = warned_of(parse_request(body, max_records=MOST_ENTRIES, now=now), (*PAGING, *ORDER, *FIELDS))
    refuse_since(request)
    assert isinstance(body, dict), "parse_request takes nothing else"
    wanted = _found(body, "params", "connectorstate")
    if not isinstance(wanted, dict):
        raise InvalidRequest([WrongShape(path="params.connectorstate", expected="an object", got=describe(wanted))])
    notes = Notes()
    mistakes = notes.mistakes
    if not request.ids:
        mistakes.append(Missing(path="params.query.id", what="The id of an entity"))
    members = Members(wanted, "params.connectorstate", notes)
    attributes = _read_attributes(_value_of(members, "attributes"), mistakes)
    named, every = _read_services(_value_of(members, "services"), mistakes)
    members.pass_over(*_UNUSED)
    members.warn_of_rest(UNKNOWN)
    direct = request.types == (CONNECTOR_STATE,)
    if direct and named:
        notes.no_effect(_SERVICES, "the states themselves are named, on whichever channel they are")
    count = 0 if direct else len(request.ids) * len(named)
    if count > MOST_ENTRIES:
        mistakes.append(
            OutOfRange(path=_SERVICES, value=f"A call for {count} states", allowed=f"at most {MOST_ENTRIES} states")
        )
    if mistakes:
        raise InvalidRequest(mistakes)
    about = AllOf(()) if direct else _about(request, () if every else named)
    return StateChange(
        ids=request.ids,
        query=ExportRequest(
            (CONNECTOR_STATE,), request.ids if direct else (), AllOf((request.filter, about)), max_records=MOST_ENTRIES
        ),
        about=about,
        attributes=attributes,
        contexts=_written_in(request.contexts),
        places={} if direct else {(entity, fold(service)): service for entity in request.ids for service in named},
        entity_type=_type_as_written(body) if len(request.types) == 1 and not direct else None,
        warnings=(*request.warnings, *notes.warnings),
    )


def _value_of(members: Members, name: str) -> object:
    found = members.take(name)
    return found and found.value


def _found(body: Mapping[str, Any], *names: str) -> Any:
    """What stands in the body of a request that was read at the end of this way, by names without case; None for nothing."""
    found: Any = body
    for name in names:
        entry = Members(found, "", Notes()).take(name) if isinstance(found, dict) else None
        found = entry and entry.value
    return found


def _type_as_written(body: Mapping[str, Any]) -> str:
    """The one type of a request that was read, with its case."""
    written: list[str] = _found(body, "params", "query", "filters", "typesCriterion")
    return written[0].strip()


def _read_attributes(attributes: object, mistakes: list[Mistake]) -> dict[str, Any]:
    """What is to be set, by name. Adds what is wrong."""
    if not isinstance(attributes, dict) or not attributes:
        mistakes.append(Missing(path=_ATTRIBUTES, what="A state to set"))
        return {}
    spelled: dict[str, list[str]] = {}
    for name in attributes:
        spelled.setdefault(fold(name), []).append(name)
    mistakes += [
        Ambiguous(path=f"{_ATTRIBUTES}.{names[0]}", what=names[0], names=", ".join(names))
        for names in spelled.values()
        if len(names) > 1
    ]
    mistakes += [
        WrongShape(path=f"{_ATTRIBUTES}.{name}", expected="a text or an object with values or group", got=describe(content))
        for name, content in attributes.items()
        if isinstance(content, list) or (isinstance(content, dict) and not content.keys() & {"values", "group"})
    ]
    return attributes


def _read_services(services: object, mistakes: list[Mistake]) -> tuple[tuple[str, ...], bool]:
    """The channels that are named, and whether all are meant, as where nothing is said of them. Adds what is wrong."""
    if services is None:
        return (), True
    if not isinstance(services, list):
        mistakes.append(WrongShape(path=_SERVICES, expected="a list of texts", got=describe(services)))
        return (), False
    unfit = [(at, name) for at, name in enumerate(services) if not isinstance(name, str) or not name.strip()]
    if unfit:
        expected = "text that is not empty"
        mistakes += [WrongShape(path=entry(_SERVICES, at), expected=expected, got=describe(name)) for at, name in unfit]
        return (), False
    named = tuple(name for name in services if fold(name) not in _WORDS and fold(name) != _EVERY_SERVICE)
    every = any(fold(name) == _EVERY_SERVICE for name in services)
    if not named and not every:
        # Nobody who chose nothing wants everything.
        mistakes.append(Missing(path=_SERVICES, what="A service, or _ALL,"))
    return named, every


def _written_in(asked: Sequence[Context]) -> tuple[Context, ...]:
    """The contexts, each once, in which plain values are set: those of the request, whose missing parts are the usual ones."""
    usual = DEFAULT_CONTEXT
    whole = [Context(context.locale or usual.locale, context.source or usual.source) for context in asked or [usual]]
    return tuple({(fold(context.locale or ""), fold(context.source or "")): context for context in whole}.values())


def _about(request: ExportRequest, services: tuple[str, ...]) -> Filter:
    parts: list[Filter] = [Criterion("property", "entityid", (Exact(request.ids),))]
    if request.types:
        parts.append(Criterion("property", "entitytype", (Exact(request.types),)))
    if services:
        parts.append(Criterion("property", "channelid", (Exact(services),)))
    return AllOf(tuple(parts))


def set_or_begun(
    found: Iterable[Mapping[str, Any]],
    change: StateChange,
    first_ids: Mapping[Place, str],
    *,
    tenant: str,
    when: str,
    who: str,
    new_id: Callable[[], str],
) -> tuple[list[dict[str, Any]], list[Place]]:
    """The states as they will be: those of `found`, the documents that are there now, and the first ones of places without any,
    with their ids of `first_ids`.

    Then the places that cannot have theirs: the id belongs to a state that was begun there and is one of something else by now.
    """
    documents = list(found)
    parsed = [parse_object(item, stored=True) for item in documents]
    with_state = {_place_of(item) for item in parsed if matches(item, change.about)}
    held_ids = {item.id for item in parsed}
    made: list[dict[str, Any]] = [
        with_states(item, change, when=when, who=who, new_id=new_id)
        for item, read in zip(documents, parsed, strict=True)
        if matches(read, change.query.filter)
    ]
    without = [place for place in change.places if place not in with_state]
    for place in without:
        first = new_state(change, place, tenant=tenant, when=when, who=who, new_id=new_id)
        made.append({**first, "id": first_ids[place]})
    return made, [place for place in without if first_ids[place] in held_ids]


def with_states(before: Mapping[str, Any], change: StateChange, *, when: str, who: str, new_id: Callable[[], str]) -> Any:
    """The state `before` with what is to be set, and by whom and when that was; a date that is itself set is the one said."""
    said = set(map(fold, change.attributes))
    dates = {name: when for name in map(_date_of, change.attributes) if name and fold(name) not in said}
    set_to = _attributes({**change.attributes, **dates}, change.contexts, new_id)
    given = {"properties": {"modifiedBy": who, "modifiedDate": when}, "data": {"attributes": set_to}}
    return merged(before, given)


def new_state(
    change: StateChange, place: Place, *, tenant: str, when: str, who: str, new_id: Callable[[], str]
) -> dict[str, Any]:
    """The first state of an entity on a channel."""
    made = "connectorService"
    properties = {
        "tenantId": tenant,
        "entityid": place[0],
        "entitytype": change.entity_type,
        "channelid": change.places[place],
        "self": "self",
        "createdService": made,
        "createdBy": who,
        "modifiedService": made,
        "modifiedBy": who,
        "createdDate": when,
        "modifiedDate": when,
    }
    said = {name: text for name, text in properties.items() if text is not None}
    begun = {"id": new_id(), "type": CONNECTOR_STATE, "properties": said, "data": {"attributes": {}}}
    first = {name: _BEGUN for name in STATES if fold(name) not in set(map(fold, change.attributes))}
    all_of_it = replace(change, attributes={**change.attributes, **first})
    made_of: dict[str, Any] = with_states(begun, all_of_it, when=when, who=who, new_id=new_id)
    return made_of


def _place_of(item: StateObject) -> Place:
    entity, channel = (
        item.properties[name].values[0].text if name in item.properties else "" for name in ("entityid", "channelid")
    )
    return entity, fold(channel)


def _attributes(given: Mapping[str, Any], contexts: Sequence[Context], new_id: Callable[[], str]) -> dict[str, Any]:
    """Plain values as attributes, in each of `contexts`; what already is one stays so."""
    return {
        name: content
        if content is None or isinstance(content, dict)
        else {"values": [value_in(context, content, identifier=new_id()) for context in contexts]}
        for name, content in given.items()
    }


def _date_of(name: str) -> str | None:
    """The attribute that says when a state was reached."""
    return f"{name}Date" if fold(name).endswith("state") else None
