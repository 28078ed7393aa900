"""The answers of the sibling services, each with the keys and the order of its documented page.

Two envelopes are in use: `dataObjectOperationResponse` in the connector's services, and `request` beside `response` in those
of the platform itself, where what was found has a name of its own (`genericObjects`, `requestObjects`, ...).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from contract.envelope import ENVELOPE
from contract.filters import Context
from contract.objects import CONNECTOR_STATE, DEFAULT_CONTEXT
from contract.warnings import JobWarning

Json = dict[str, Any]


def objects_found(objects: Sequence[Any], total: int) -> Json:
    """What `connectorService/get` answers; `total` counts what matches, on whichever page."""
    return {ENVELOPE: {"status": "success", "dataObjects": list(objects), "totalRecords": total}}


def states_found(objects: Sequence[Any], total: int) -> Json:
    """What `connectorService/getconnectorstate` answers: the list of its page, and the envelope that other clients read."""
    return {"dataObjects": list(objects), **objects_found(objects, total)}


def objects_written(identifier: str) -> Json:
    """What `connectorService/create` and `update` answer."""
    return {ENVELOPE: {"status": "success", "statusDetail": {"connectorStateId": identifier}, "totalRecords": 0}}


def figures(identifier: str, tenant: str, data: Mapping[str, Any]) -> Json:
    """What `connectorService/getstatus` and `getitemstatus` answer: counts, in one object made for the answer."""
    made = {"id": identifier, "type": CONNECTOR_STATE, "systemInfo": {"tenantId": tenant}, "data": dict(data)}
    return {ENVELOPE: {"status": "success", "dataObjects": [made], "totalRecords": 0}}


def entities_found(entities: Sequence[Any], total: int) -> Json:
    """What `connectorService/getentityid` and `getchannels` answer."""
    return {"response": {"entities": list(entities), "status": "success", "totalRecords": total}}


def found(name: str, objects: Sequence[Any], total: int, *, request_id: str, max_records: int | None = None) -> Json:
    """What the platform's own services answer: `objects` under `name`, and what the request was."""
    request: Json = {"returnRequest": False, "params": {}, "requestId": request_id}
    if max_records is not None:
        request["maxRecords"] = max_records
    return {"request": request, "response": {name: list(objects), "status": "success", "totalRecords": total}}


def with_warnings(answer: Mapping[str, Any], warnings: Sequence[JobWarning]) -> Json:
    """`answer` with what its request says without effect: in `statusDetail.messages`, where a refusal has its mistakes. Without
    any it is as documented."""
    if not warnings:
        return dict(answer)
    for envelope in (ENVELOPE, "response"):
        held = answer.get(envelope)
        if isinstance(held, Mapping):  # an answer may be a stored object, with any members beside those that are read
            return {**answer, envelope: _with_messages(held, warnings)}
    return _with_messages(answer, warnings)


def _with_messages(answer: Mapping[str, Any], warnings: Sequence[JobWarning]) -> Json:
    said = [{"message": one.message, "messageType": "Warning", "messageCode": one.code} for one in warnings]
    detail = answer.get("statusDetail")
    made = {**answer, "statusDetail": {**(detail if isinstance(detail, Mapping) else {}), "messages": said}}
    total = {name: made.pop(name) for name in ("totalRecords",) if name in made}
    return made | total  # last, as in the documented answers


def value(content: object, *, identifier: str | None = None) -> Json:
    """An attribute with one value in the usual context."""
    return {"values": [value_in(DEFAULT_CONTEXT, content, identifier=identifier)]}


def value_in(context: Context, content: object, *, identifier: str | None = None) -> Json:
    """A value in `context`."""
    own = {} if identifier is None else {"id": identifier}
    return {"source": context.source, "locale": context.locale, **own, "value": content}
