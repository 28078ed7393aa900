"""Request bodies in the shapes that clients send, with names of our own, and what reads them in these tests."""

from datetime import UTC, datetime
from typing import Any

from config.profiles import check_profile
from contract.errors import InvalidRequest, Mistake
from contract.request import ExportRequest, parse_request

NOW = datetime(2026, 5, 20, 13, 45, 30, 250_000, tzinfo=UTC)
"""A Wednesday."""
CEILING = 5_000_000
FILTERS = "params.query.filters"


def documented_body() -> dict[str, Any]:
    """The shape of the documented page."""
    return {
        "params": {
            "query": {
                "filters": {
                    "typesCriterion": ["connectorstate"],
                    "propertiesCriterion": [
                        {"channelid": {"exacts": ["rs-demo-shop"]}},
                        {"entitytype": {"exacts": ["product", "sku"]}},
                    ],
                }
            },
            "fields": {"attributes": ["_ALL"]},
            "options": {"maxRecords": 10000},
            "rsconnect": {
                "includeValidationData": False,
                "profilecontexts": [
                    {
                        "app": "Connect",
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
        "clientState": {"notificationInfo": {"userId": "ann@plum.example_user"}},
        "fileName": "SpringListings",
    }


def page_client_body() -> dict[str, Any]:
    """What the client of a browser sends: contexts, keywords, alternatives, relationships, no options, a timeout."""
    return {
        "clientState": {
            "notificationInfo": {"userId": "ben@plum.example_user", "timeStamp": "2026-05-19T08:00:00.000Z", "context": {}}
        },
        "params": {
            "fields": {"attributes": ["_ALL"], "relationships": ["_ALL"]},
            "rsconnect": {
                "includeValidationData": True,
                "profilecontexts": [{"service": "ENTITY_EXPORT", "channel": "JOB", "format": "Excel", "source": "internal"}],
            },
            "query": {
                "filters": {
                    "typesCriterion": ["product"],
                    "keywordsCriterion": {"keywords": "plum* jam*", "operator": "_AND"},
                    "attributesCriterion": [
                        {
                            "title": {
                                "eq": "(jam*)|(jelly*)",
                                "operator": "_OR",
                                "type": "_STRING",
                                "valueContexts": [{"source": "internal", "locale": "en-US"}],
                            }
                        }
                    ],
                    "nonContextual": False,
                },
                "valueContexts": [{"source": "internal", "locale": "en-US"}],
            },
        },
        "fileName": "SpringListings",
        "timeout": 600000,
    }


def task_list_body() -> dict[str, Any]:
    """A list of tasks: many criteria, dates, an absence, a sort, and fields that name nothing."""
    return {
        "params": {
            "query": {
                "filters": {
                    "typesCriterion": ["tasksummaryobject"],
                    "attributesCriterion": [
                        {"taskType": {"contains": "entity_export"}},
                        {"submittedBy": {"eq": "ann@plum.example_user"}},
                        {"impacted": {"exact": True}},
                        {"weight": {"gt": 2.5, "lte": "40", "type": "_DECIMAL"}},
                        {"parentTaskId": {"hasvalue": False}},
                        {"status": {"exact": "Processing", "not": "true"}},
                    ],
                    "propertiesCriterion": [{"createdDate": {"gte": "2026-02-25T11:07:34.123-0500", "type": "_datetime"}}],
                }
            },
            "fields": {},
            "sort": {"properties": [{"createdDate": "_DESC", "sortType": "_DATETIME"}], "attributes": [{"taskType": "_ASC"}]},
            "options": {"maxRecords": 200, "from": "0"},
        }
    }


def ids_body() -> dict[str, Any]:
    """Chosen by ids, the profile by its name."""
    return {
        "params": {
            "query": {"id": "state-7", "ids": ["state-1", "state-2"], "filters": {"typesCriterion": ["connectorstate"]}},
            "fields": {"attributes": ["itemState"], "properties": ["channelid"]},
            "options": {"maxRecords": "10"},
            "rsconnect": {"profiles": ["downloadDataJSONJob"]},
        }
    }


GOOD_BODIES = (documented_body, page_client_body, task_list_body, ids_body)


def parse(body: object) -> ExportRequest:
    """`body` read as the service reads it, at NOW."""
    return parse_request(body, max_records=CEILING, now=NOW, check_profile=check_profile)


def with_filters(**filters: Any) -> dict[str, Any]:
    """A small body with these filters."""
    return {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"], **filters}}}}


def with_property(**criterion: Any) -> dict[str, Any]:
    """A small body with one criterion of the property `channelid`."""
    return with_filters(propertiesCriterion=[{"channelid": criterion}])


def with_attribute(**criterion: Any) -> dict[str, Any]:
    """A small body with one criterion of the attribute `itemState`."""
    return with_filters(attributesCriterion=[{"itemState": criterion}])


def with_params(**params: Any) -> dict[str, Any]:
    """A small body with these parts of `params` beside its query."""
    body = with_filters()
    body["params"].update(params)
    return body


def mistakes_of(body: object) -> list[tuple[str, type[Mistake]]]:
    """The path and class of each mistake of `body`; empty where it is good."""
    try:
        parse(body)
    except InvalidRequest as error:
        return [(mistake.path, type(mistake)) for mistake in error.mistakes]
    return []
