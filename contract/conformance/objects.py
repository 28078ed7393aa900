"""Cases of objects: stored, changed, shown."""

from typing import Any

from contract.conformance.bodies import CHANNEL, ENTITY, MINE, STATES, query
from contract.conformance.model import Case, InBase64, Service
from contract.conformance.structure import COUNT, IDENTIFIER, TEXT, attribute

_CONTEXT = {"source": "internal", "locale": "en-US"}


def connector_state(number: int, state: str = "new") -> dict[str, Any]:
    """A connector state of the run, in the shape of the documented ones."""
    return {
        "id": f"${{run}}-{number}",
        "type": "connectorstate",
        "properties": {
            "hub": "Hub",
            "self": "self",
            "tenantId": "tenant",
            "entityid": f"{ENTITY}-{number}",
            "channelid": CHANNEL,
            "entitytype": "sku",
            "submissionid": "823",
            "reqid": "${run}",
            "createdService": "genericObjectManageService",
            "createdBy": "system",
            "createdDate": "2024-05-31T12:13:44.617-0600",
            "modifiedService": "genericObjectManageService",
            "modifiedBy": "system",
            "modifiedDate": "2024-05-31T12:13:44.617-0600",
        },
        "data": {
            "attributes": {
                "itemState": {"values": [{**_CONTEXT, "id": f"{number}", "value": state}]},
                "validationState": {"values": [{**_CONTEXT, "id": f"v{number}", "value": "errored"}]},
                "validationError": {
                    "group": [
                        {
                            "sno": {"values": [{**_CONTEXT, "value": "1"}]},
                            "error": {"values": [{**_CONTEXT, "value": "price is missing"}]},
                            **_CONTEXT,
                        }
                    ]
                },
            }
        },
    }


def _call(*objects: dict[str, Any]) -> dict[str, Any]:
    holder = {
        "id": "${run}-call",
        "name": "connectorstate",
        "type": "connectorstate",
        "data": {"blob": InBase64(list(objects))},
    }
    return {"returnRequest": False, "dataObject": holder, "params": {}, "tenantId": "tenant"}


_WRITTEN = {
    "dataObjectOperationResponse": {"status": "success", "statusDetail": {"connectorStateId": TEXT}, "totalRecords": COUNT}
}
_SHOWN = {
    "id": TEXT,
    "type": "connectorstate",
    "properties": dict.fromkeys(connector_state(1)["properties"], TEXT),
    "data": {
        "attributes": {
            "itemState": attribute(TEXT),
            "validationState": attribute("errored"),
            "validationError": {"group": [{"sno": attribute("1"), "error": attribute("price is missing")}]},
        }
    },
}
_FOUND = {"dataObjectOperationResponse": {"status": "success", "dataObjects": [_SHOWN], "totalRecords": 3}}
_ONE = {
    "dataObjectOperationResponse": {
        "status": "success",
        "dataObjects": [
            {"id": "${run}-2", "properties": {"hub": "Hub"}, "data": {"attributes": {"itemState": attribute("new")}}}
        ],
        "totalRecords": 1,
    }
}
_ENTITY = query(
    "connectorstate",
    properties=[{"entityId": {"exact": f"{ENTITY}-1"}}],
    valueContexts=[{"locale": "en-US", "source": "internal"}],
    fields={"attributes": ["_ALL"]},
)
_CHANGED = {
    "id": "${run}-3",
    "type": "connectorstate",
    "properties": {"hub": "Other"},
    "data": {"attributes": {"itemState": {"values": [{**_CONTEXT, "value": "completed"}]}}},
}

SERVICES = (
    Service(
        "connectorService/create",
        "Store objects: one, or up to 1,000 in Base64, all or none.",
        (
            Case("a JSON array in Base64 is stored", _call(*map(connector_state, (1, 2, 3))), _WRITTEN),
            Case("one object in the body is stored", {"dataObject": connector_state(1)}, _WRITTEN),
        ),
        partial={
            "dataObjectOperationResponse.statusDetail.connectorStateId": "the object's id; of several, the id of the call",
            "params": "taken; what it says changes nothing and is named in the answer",
            "returnRequest": "taken; requests are not echoed",
            "tenantId": "taken; the tenant is that of the address",
        },
    ),
    Service(
        "connectorService/update",
        "Change objects: what is not said stays.",
        (Case("properties and attributes are merged into the object", {"dataObject": _CHANGED}, _WRITTEN),),
        partial={
            "dataObject.data.attributes.itemState.values[].value": "replaces the values in the contexts that are given; a "
            "group is replaced whole; null for an attribute or a property takes it away, and says nothing anywhere else"
        },
    ),
    Service(
        "connectorService/get",
        "Show objects, with the whole filter grammar, order, paging and choice of fields.",
        (
            Case("objects come as they were stored", STATES, _FOUND),
            Case(
                "a page counts everything that matches",
                query(
                    "connectorstate",
                    properties=MINE,
                    fields={"attributes": ["itemState"], "properties": ["hub"]},
                    options={"maxRecords": 1, "from": 1},
                    sort={"properties": [{"entityid": "_ASC", "sortType": "_STRING"}]},
                ),
                {
                    "dataObjectOperationResponse": {
                        "status": "success",
                        "dataObjects": [{"id": "${run}-2", "data": {"attributes": {"itemState": attribute("new")}}}],
                        "totalRecords": 3,
                    }
                },
            ),
            Case("an object is found by its id", query("connectorstate", id="${run}-2"), _ONE),
            Case("a body that names an object gets it", {"dataObject": {"id": "${run}-2", "type": "connectorstate"}}, _ONE),
        ),
        partial={
            "params.options.maxRecords": "2,000 where it is not said, at most `STATESHEET_MAX_ANSWER_RECORDS`",
            "dataObject.type": "with `dataObject.id` the object itself, or many in Base64, of at most 500 types; beside "
            "`params.query` it has no effect",
        },
    ),
    Service(
        "connectorService/getconnectorstate",
        "Show connector states.",
        (
            Case(
                "the states of an entity are listed",
                _ENTITY,
                {"dataObjects": [_SHOWN], **{"dataObjectOperationResponse": {"status": "success", "totalRecords": 1}}},
            ),
        ),
        partial={
            "dataObjectOperationResponse.status": "beside the documented list, for clients that read the envelope of `get`",
            "dataObjectOperationResponse.totalRecords": "as above",
        },
    ),
    Service(
        "genericobjectmanageservice/get",
        "Show objects of any type, in the envelope of the platform.",
        (
            Case(
                "the same store in the other envelope",
                STATES,
                {
                    "request": {"returnRequest": False, "params": {}, "requestId": IDENTIFIER, "maxRecords": COUNT},
                    "response": {"genericObjects": [_SHOWN], "status": "success", "totalRecords": 3},
                },
            ),
        ),
    ),
)
