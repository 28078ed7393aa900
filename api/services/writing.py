"""Services that write objects, each call as a whole or not at all."""

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api import callers
from api.resources import Resources, Shared
from api.services.door import Tenant, body_like, described, new_id, served
from contract.changes import Unreadable
from contract.errors import InvalidRequest, NothingMatches, ObjectRefused
from contract.filters import fold
from contract.objects import CONNECTOR_STATE
from contract.services import answers, states
from contract.services.tasks import documented_time
from contract.services.writing import Given, is_mergeable, merged, read_objects
from database.documents import matching_keys
from database.loader import Documents, LoadReport, change_together, store_together

router = APIRouter(tags=["Objects"])

_NOBODY = "system_user"
_OBJECTS = {"dataObject": {"id": "call-1", "type": "connectorstate", "data": {"blob": "W3siaWQiOiAiMSIsICJ0eXBlIjogInQifV0="}}}
_CHANGE = {
    "params": {
        "query": {"id": "item-1", "filters": {"typesCriterion": ["sku"]}},
        "connectorstate": {"services": ["shop-one"], "attributes": {"itemState": "new"}},
    }
}


@router.post(
    "/{tenant}/api/connectorService/create",
    summary="Store objects",
    responses=described("All of them are stored."),
    openapi_extra=body_like(_OBJECTS),
)
async def create(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Takes one object, or up to 1,000 as a JSON array in the Base64 of `dataObject.data.blob`, and stores each whole.

    One that is there already is replaced. With one that cannot be taken none is, and each such one is named.
    """

    def store(body: object) -> dict[str, Any]:
        given = read_objects(body, new_id=new_id)
        report = store_together(shared.objects, tenant, given.objects, changed_by=callers.current().user)
        _refuse(report, given)
        return answers.with_warnings(answers.objects_written(given.identifier), given.warnings)

    return await served(request, shared, tenant, store)


@router.post(
    "/{tenant}/api/connectorService/update",
    summary="Change objects",
    responses=described("All of them are changed."),
    openapi_extra=body_like(_OBJECTS),
)
async def update(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """As create, but what an object does not say stays: its properties, and its attributes in their contexts, are merged in."""

    def change(body: object) -> dict[str, Any]:
        given = read_objects(body, new_id=new_id)
        keys = [key for key in (_key(raw) for _, raw in given.objects) if key is not None]
        who = callers.current().user

        def merge(found: Documents) -> Iterator[tuple[str, object]]:
            return _merged(given, found, who)

        _refuse(change_together(shared.objects, tenant, keys, merge, changed_by=who), given)
        return answers.with_warnings(answers.objects_written(given.identifier), given.warnings)

    return await served(request, shared, tenant, change)


@router.post(
    "/{tenant}/api/connectorService/setconnectorstate",
    summary="Set states of an entity",
    responses=described("The connector state as it is now; a list of them where there are several."),
    openapi_extra=body_like(_CHANGE),
)
async def set_connector_state(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Sets states of entities on the channels that `services` names (`_ALL`: on all that each has), and when that was.

    An entity that has no state yet on a channel that is named gets one.
    """
    return await served(request, shared, tenant, lambda body: _set_states(shared, tenant, body, callers.current().user))


def _set_states(shared: Resources, tenant: str, body: object, user: str | None) -> dict[str, Any]:
    now = datetime.now(UTC)
    change = states.read_state_change(body, now=now)
    keys = matching_keys(shared.objects, tenant, change.query)
    who, when = user or _NOBODY, documented_time(now)
    moved: Counter[states.Place] = Counter()
    made: list[dict[str, Any]] = []
    taken: list[states.Place] = []

    def set_them(found: Documents) -> Iterator[tuple[str, object]]:
        documents = [json.loads(text) for _, text in sorted(found.items())]
        made[:], taken[:] = states.set_or_begun(documents, change, ids, tenant=tenant, when=when, who=who, new_id=new_id)
        if not made:
            raise NothingMatches(what=f"{', '.join(change.ids)}: no state to set")
        return iter([] if taken else [("params.connectorstate", item) for item in made])

    while True:
        ids = {place: _state_id(tenant, change, place, moved[place]) for place in change.places}
        first = [(CONNECTOR_STATE, identifier) for identifier in ids.values()]
        report = change_together(shared.objects, tenant, [*keys, *first], set_them, changed_by=user)
        if not taken:
            break
        moved.update(taken)
    _refuse(report, Given([("params.connectorstate", item) for item in made]))
    told = made[0] if len(made) == 1 else answers.objects_found(made, len(made))
    return answers.with_warnings(told, change.warnings)


def _state_id(tenant: str, change: states.StateChange, place: states.Place, moved: int) -> str:
    """The id of an entity's first state on a channel: the same for two calls at once, which then meet in one object.

    `moved`: how many states that were begun there have ids of their own and are of something else by now.
    """
    entity, channel = place
    name = [tenant, change.entity_type and fold(change.entity_type), entity, channel, *([moved] if moved else [])]
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"statesheet:{json.dumps(name)}"))


def _merged(given: Given, found: Documents, who: str | None) -> Iterator[tuple[str, object]]:
    """Each object as it will be: what is there with what was given, several of one object in their order."""
    held = {key: json.loads(text) for key, text in found.items()}
    stamp = {"modifiedDate": documented_time(datetime.now(UTC))} | ({"modifiedBy": who} if who else {})
    for place, raw in given.objects:
        key = _key(raw)
        if key is None or not isinstance(raw, dict) or not is_mergeable(raw):
            yield place, raw  # parsing says what is wrong with it
        elif key not in held:
            yield place, Unreadable("there is no such object; create makes one")
        else:
            said = raw.get("properties") or {}
            unsaid = {name: value for name, value in stamp.items() if fold(name) not in set(map(fold, said))}
            held[key] = merged(held[key], {**raw, "properties": {**unsaid, **said}})
            yield place, held[key]


def _key(raw: object) -> tuple[str, str] | None:
    """The key of the object that `raw` is about, None where it names none."""
    if not isinstance(raw, dict) or not isinstance(raw.get("type"), str) or not isinstance(raw.get("id"), str):
        return None
    return fold(raw["type"]), raw["id"]


def _refuse(report: LoadReport, given: Given) -> None:
    """Raises InvalidRequest with a mistake for each object that was refused."""
    raws = dict(given.objects)
    if report.refused:
        raise InvalidRequest(
            [
                ObjectRefused(
                    path=f"{found.place}.{found.path}" if found.path else found.place,
                    name=_name(raws.get(found.place)),
                    detail=found.reason,
                )
                for found in report.refused
            ]
        )


def _name(raw: object) -> str:
    identifier = raw.get("id") if isinstance(raw, dict) else None
    return identifier[:100] if isinstance(identifier, str) else ""
