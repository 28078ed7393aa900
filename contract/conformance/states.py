"""Cases of states: set, counted, looked up, their history."""

from contract.conformance.bodies import CHANNEL, ENTITY, STATES, query
from contract.conformance.model import Case, Service
from contract.conformance.structure import COUNT, IDENTIFIER, MOMENT, TEXT, AnyOf, EachMember, attribute

_SET = {
    "params": {
        "query": {
            "id": "${run}-new",
            "filters": {"typesCriterion": ["sku"]},
            "valueContexts": [{"source": "internal", "locale": "en-US"}],
        },
        "connectorstate": {
            "services": ["_ALL", "OR", "${run}-other"],
            "attributes": {"itemState": "new"},
            "transitioncode": "is_new_ready",
        },
    }
}
_STATE = {
    "id": TEXT,
    "type": "connectorstate",
    "properties": {
        "tenantId": TEXT,
        "entityid": "${run}-new",
        "entitytype": "sku",
        "channelid": "${run}-other",
        "self": "self",
        "createdService": TEXT,
        "createdBy": TEXT,
        "modifiedService": TEXT,
        "modifiedBy": TEXT,
        "createdDate": MOMENT,
        "modifiedDate": MOMENT,
    },
    "data": {
        "attributes": {
            "itemState": attribute("new"),
            "channelState": attribute("uninitialized"),
            "syndicationState": attribute("uninitialized"),
            "validationState": attribute("uninitialized"),
            "channelStateDate": attribute(MOMENT),
            "syndicationStateDate": attribute(MOMENT),
            "validationStateDate": attribute(MOMENT),
        }
    },
}
_SEARCHES = {
    "params": {
        "searchQueries": [
            {"serviceName": "connectorService", "searchQuery": {"query": STATES["params"]["query"]}},
            {
                "serviceName": "entityappservice",
                "searchQuery": {
                    "query": {"filters": {"typesCriterion": ["product", "sku"]}},
                    "options": {"maxRecords": 200},
                },
            },
        ]
    }
}
_CHANNELS = {
    "params": {
        "query": {"filters": {"typesCriterion": ["podsyndicationserviceconfig"]}},
        "fields": {"attributes": ["_ALL"], "properties": ["_ALL"]},
        "options": {"totalRecords": 100},
    }
}
_HISTORY = query(
    "integrationmessageactivity",
    properties=[
        {"channelid": {"exacts": [CHANNEL]}},
        {"reqid": {"exacts": ["${run}"]}},
        {"entityid": {"exacts": [f"{ENTITY}-3"]}},
    ],
    fields={"attributes": ["_ALL"]},
)
_ENTRY = {
    "state": AnyOf((TEXT, None)),
    "status": TEXT,
    "Timestamp": MOMENT,
    "requestid": TEXT,
    "messageId": TEXT,
}


_COUNTED = {"itemState": {"new": 2, "completed": 1}, "validationState": {"errored": 3}}
_ITEMS = {"published": 0, "validationErrorCount": 3, "syndicationErrorCount": 0}
_ITEM_FIGURES = "dataObjectOperationResponse.dataObjects[].data.<channel>"


def _figures(data: object) -> dict[str, object]:
    made = {"id": IDENTIFIER, "type": "connectorstate", "systemInfo": {"tenantId": TEXT}, "data": data}
    return {"dataObjectOperationResponse": {"status": "success", "dataObjects": [made], "totalRecords": COUNT}}


SERVICES = (
    Service(
        "connectorService/setconnectorstate",
        "Set states of an entity on its channels, or begin them.",
        (
            Case("a state is begun on a channel that is named", _SET, _STATE),
            Case("and set again", _SET, _STATE),
        ),
        partial={
            "id": "where several states are set, all of them are answered as `get` does",
            "params.connectorstate.services": "channels, or `_ALL` for those that the entity has; other words have no effect",
        },
        unserved={"params.connectorstate.transitioncode": "taken; the transitions of the platform are not known"},
    ),
    Service(
        "connectorService/getstatus",
        "Count objects by state.",
        (
            Case(
                "states are counted by entity type and channel",
                STATES,
                _figures(EachMember("entity type", EachMember("channel", _COUNTED))),
            ),
        ),
    ),
    Service(
        "connectorService/getitemstatus",
        "Count what is published and what has errors.",
        (
            Case(
                "items are counted by channel",
                STATES,
                _figures(EachMember("channel", _ITEMS)),
            ),
        ),
        partial={
            f"{_ITEM_FIGURES}.published": "objects whose publishState is `completed` or whose channelState is `listedSuccess`",
            f"{_ITEM_FIGURES}.validationErrorCount": "objects whose validationState is `error` or `errored`",
            f"{_ITEM_FIGURES}.syndicationErrorCount": "objects whose syndicationState is `error` or `errored`, or whose "
            "channelState is `errored`",
        },
    ),
    Service(
        "connectorService/getentityid",
        "Name the entities that states are about.",
        (
            Case(
                "entities are named once each",
                _SEARCHES,
                {
                    "response": {
                        "entities": [{"id": TEXT, "name": "_EMPTY", "type": "sku", "systemInfo": {"tenantId": TEXT}}],
                        "status": "success",
                        "totalRecords": 3,
                    }
                },
            ),
        ),
        partial={
            "params.searchQueries[].searchQuery.query.filters.typesCriterion": "of `entityappservice`: types, ids and paging; "
            "a search by values of entities is a 501, since entities are not kept",
            "params.searchQueries[].serviceName": "`connectorService` and `entityappservice`, each once; another one is a 501",
        },
    ),
    Service(
        "connectorService/getentitystate",
        "Show entities with what is to be done about them.",
        (Case("it is refused, not made up", _SEARCHES, {"dataObjectOperationResponse": {"status": "error"}}, status=501),),
        unserved={"response.entities": "attributes of entities and names of messages and channels are not kept"},
    ),
    Service(
        "connectorService/getchannels",
        "Name the channels.",
        (
            Case(
                "channels are named",
                _CHANNELS,
                {
                    "response": {
                        "entities": [
                            {
                                "id": TEXT,
                                "name": TEXT,
                                "type": "syndicationchannel",
                                "data": {"attributes": {"referencecode": attribute(TEXT), "referencevalue": attribute(TEXT)}},
                            }
                        ],
                        "status": "success",
                        "totalRecords": COUNT,
                    }
                },
            ),
        ),
        partial={
            "response.entities[].name": "of channels that were stored as objects of the type `syndicationchannel`; else the id",
            "response.entities[].data.attributes.referencevalue.values[].value": "as the name",
        },
        unserved={"response.entities[].properties.isEnabled": "known only of channels that were stored as objects"},
    ),
    Service(
        "connectorService/gethistory",
        "Tell what became of states.",
        (
            Case(
                "each change of a state is told by channel and entity",
                _HISTORY,
                {"dataObjects": [EachMember("channel", EachMember("entity", [_ENTRY]))]},
            ),
        ),
        partial={
            "params.query.filters.typesCriterion": "`integrationmessageactivity` is taken for the connector states themselves",
            "dataObjects[].<channel>.<entity>[].state": "what the state became; null where it was taken away",
            "dataObjects[].<channel>.<entity>[].status": "which state it was, such as `itemState`",
            "dataObjects[].<channel>.<entity>[].messageId": "the number of the change; messages are not known",
            "dataObjects[].<channel>.<entity>[].requestid": "the object's `reqid`",
        },
        unserved={"(deleted objects)": "only objects that are there now are looked for"},
    ),
)
