"""Bodies that the cases share. `${run}` is a word of the run's own, so that a run meets no objects but its own."""

from typing import Any

from contract.conformance.model import InBase64

TASK, RECORD = "tasksummaryobject", "requestobject"
CHANNEL = "${run}-shop"
ENTITY = "${run}-item"
MINE = [{"channelid": {"exacts": [CHANNEL]}}, {"entitytype": {"exacts": ["product", "sku"]}}]


def query(types: str, **said: Any) -> dict[str, Any]:
    """A body for one type: `id`, `attributes` and `properties` are criteria, the rest stands beside the query."""
    filters: dict[str, Any] = {"typesCriterion": [types]}
    for name in ("attributes", "properties"):
        if name in said:
            filters[f"{name}Criterion"] = said.pop(name)
    asked: dict[str, Any] = {"id": said.pop("id")} if "id" in said else {}
    asked["filters"] = filters
    if "valueContexts" in said:
        asked["valueContexts"] = said.pop("valueContexts")
    return {"params": {"query": asked, **said}}


STATES = query("connectorstate", properties=MINE, fields={"attributes": ["_ALL"]})

IMPORT: dict[str, Any] = {
    "dataObject": {
        "id": "${run}-upload",
        "name": "${run}-upload",
        "properties": {
            "app": "Connector",
            "service": "ENTITY_IMPORT",
            "channel": "UI",
            "format": "JSON",
            "source": "internal",
            "userId": "conform@statesheet.example_user",
            "encoding": "Base64",
            "fileId": "",
            "user": "system",
            "subtype": "User",
        },
        "data": {
            "blob": InBase64(
                [
                    {
                        "id": "${run}-taken-in",
                        "type": "connectorstate",
                        "properties": {"entityid": "${run}-taken-in", "entitytype": "sku", "channelid": "${run}-import"},
                        "data": {"attributes": {"itemState": {"values": [{"locale": "en-US", "value": "new"}]}}},
                    }
                ]
            )
        },
    }
}

EXPORT: dict[str, Any] = {
    "params": {
        **STATES["params"],
        "options": {"maxRecords": 10000},
        "rsconnect": {
            "includeValidationData": False,
            "profilecontexts": [
                {
                    "app": "RSConnect",
                    "service": "CONNECTOR_STATE_EXPORT",
                    "channel": "JOB",
                    "format": "Excel",
                    "source": "internal",
                    "role": "admin",
                    "user": "system",
                    "subtype": "User",
                    "order": "10",
                }
            ],
        },
    },
    "clientState": {"notificationInfo": {"userId": "conform@statesheet.example_user"}},
    "fileName": "Conform",
}
