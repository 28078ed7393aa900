"""What a request says without effect is told in its answer, where refusals have their mistakes; else it is as documented."""

from typing import Any

import pytest

from contract.warnings import ATTRIBUTE_AS_PROPERTY, COMPARED_AS_TEXT, NO_EFFECT
from tests.api.services.conftest import Services, an_object, in_blob, query

pytestmark = pytest.mark.anyio

ODD = {"domain": "thing"}
SORT = {"properties": [{"id": "_DESC"}]}
ENVELOPE, RESPONSE = "dataObjectOperationResponse", "response"
ANSWERS = {
    "connectorService/get": ENVELOPE,
    "connectorService/getconnectorstate": ENVELOPE,
    "connectorService/getstatus": ENVELOPE,
    "connectorService/getitemstatus": ENVELOPE,
    "connectorService/gethistory": None,
    "connectorService/getentityid": RESPONSE,
    "connectorService/getchannels": RESPONSE,
    "genericobjectmanageservice/get": RESPONSE,
    "requesttrackingservice/get": RESPONSE,
}


def inner(answer: Any, envelope: str | None) -> Any:
    return answer if envelope is None else answer[envelope]


def told(answer: Any) -> list[tuple[str, str]]:
    """Code and place of each warning of an answer."""
    messages = answer.get("statusDetail", {}).get("messages", [])
    assert {message["messageType"] for message in messages} <= {"Warning"}
    return [(message["messageCode"], message["message"].split(" ")[0]) for message in messages]


@pytest.mark.parametrize("service", ANSWERS)
async def test_each_answer_tells_what_had_no_effect_and_is_else_as_it_was(services: Services, service: str) -> None:
    kind = "tasksummaryobject" if service.startswith("requesttracking") else "connectorstate"
    plain = inner(await services.ask(service, query(kind)), ANSWERS[service])
    assert "statusDetail" not in plain
    warned = inner(await services.ask(service, query(kind, query=ODD)), ANSWERS[service])
    assert told(warned) == [(NO_EFFECT, "params.query.domain")]
    assert [name for name in warned if name != "statusDetail"] == list(plain)
    assert list(warned)[-1] in ("totalRecords", "statusDetail")


@pytest.mark.parametrize(
    ("service", "unused"),
    [
        ("getstatus", ["params.options.maxRecords", "params.options.from", "params.sort", "params.fields"]),
        ("getitemstatus", ["params.options.maxRecords", "params.options.from", "params.sort", "params.fields"]),
        ("gethistory", ["params.sort", "params.fields"]),
        ("getentityid", ["params.sort", "params.fields"]),
        ("getchannels", ["params.sort", "params.fields"]),
        ("get", []),
    ],
)
async def test_parts_that_a_service_does_not_go_by_are_named(services: Services, service: str, unused: list[str]) -> None:
    body = query(options={"maxRecords": 5, "from": 1}, sort=SORT, fields={"attributes": ["itemState"]})
    answer = await services.ask(f"connectorService/{service}", body)
    said = told(answer.get(ENVELOPE) or answer.get(RESPONSE) or answer)
    assert said == [(NO_EFFECT, path) for path in unused]


async def test_what_is_about_files_has_no_effect_where_none_is_made(services: Services) -> None:
    body = query(options={"skipIfEmpty": True}, rsconnect={"profiles": ["downloadDataDSV"]}) | {"fileName": "x"}
    answer = await services.ask("connectorService/get", body)
    assert [path for _, path in told(answer[ENVELOPE])] == ["params.options.skipIfEmpty", "params.rsconnect", "fileName"]


async def test_objects_beside_a_query_are_named_for_only_one_of_the_two_counts(services: Services) -> None:
    body = query() | {"dataObject": {"id": "x", "type": "connectorstate"}}
    answer = await services.ask("connectorService/get", body)
    assert told(answer[ENVELOPE]) == [(NO_EFFECT, "dataObject")]


async def test_a_state_that_was_set_is_shown_with_the_warnings(services: Services) -> None:
    await services.create(an_object("warned", entity="w-1", channel="shop-w"))
    change = {"services": ["shop-w"], "attributes": {"itemState": "new"}}
    body = query("sku", query={"id": "w-1"}, options={"maxRecords": 1}, connectorstate=change)
    state = await services.ask("connectorService/setconnectorstate", body)
    assert state["id"] == "warned"
    assert told(state) == [(NO_EFFECT, "params.options.maxRecords")]
    [stored] = await services.stored(query={"id": "warned"})
    assert "statusDetail" not in stored


@pytest.mark.parametrize("service", ["create", "update"])
async def test_what_stands_beside_objects_that_are_written_is_named(services: Services, service: str) -> None:
    await services.create(an_object("beside"))
    usual = {**in_blob(an_object("beside")), "returnRequest": True, "tenantId": "other", "clientState": {"a": 1}}
    plain = await services.ask(f"connectorService/{service}", usual | {"params": {"query": {}, "options": None}})
    assert plain[ENVELOPE]["statusDetail"] == {"connectorStateId": "beside"}
    odd = {"params": {"query": {"id": "other"}, "options": {"maxRecords": 1}}, "dataobjects": [an_object("lost")]}
    answer = await services.ask(f"connectorService/{service}", usual | odd)
    assert answer[ENVELOPE]["statusDetail"]["connectorStateId"] == "beside"
    assert told(answer[ENVELOPE]) == [(NO_EFFECT, path) for path in ("params.query", "params.options", "dataobjects")]
    answer = await services.ask(f"connectorService/{service}", usual | {"params": "all"})
    assert told(answer[ENVELOPE]) == [(NO_EFFECT, "params")]


@pytest.mark.parametrize("service", ["connectorService/process", "rsConnectService/publish"])
async def test_what_stands_beside_a_file_that_is_sent_in_is_named(services: Services, service: str) -> None:
    """Else one may think that only what the query finds is taken, or that it is published."""
    usual = {**in_blob(an_object("sent")), "tenantId": "other", "params": {}}
    assert "messages" not in (await services.ask(service, usual))[ENVELOPE]["statusDetail"]
    answer = await services.ask(service, usual | {"params": {"query": {"ids": ["other"]}}})
    assert answer[ENVELOPE]["statusDetail"]["code"] == "RSC1002"
    assert told(answer[ENVELOPE]) == [(NO_EFFECT, "params.query")]


async def test_an_attribute_of_tasks_that_is_looked_for_among_their_properties_is_named(services: Services) -> None:
    await services.api.job_id()
    task = "tasksummaryobject"
    body = query(
        task,
        filters={"propertiesCriterion": [{"Status": {"contains": "queued"}}, {"createdBy": {"hasvalue": True}}]},
        sort={"properties": [{"taskType": "_ASC"}, {"createdDate": "_DESC"}]},
        fields={"properties": ["fileName", "createdDate"]},
    )
    answer = (await services.ask("requesttrackingservice/get", body))["response"]
    assert (answer["totalRecords"], {code for code, _ in told(answer)}) == (0, {ATTRIBUTE_AS_PROPERTY})
    assert [message["message"].partition(" is looked for")[0] for message in answer["statusDetail"]["messages"]] == [
        "params.query.filters.propertiesCriterion: 'status'",
        "params.sort.properties: 'taskType'",
        "params.fields.properties: 'fileName'",
    ]
    usual = query(task, filters={"attributesCriterion": [{"status": {"contains": "queued"}}]})
    assert "statusDetail" not in (await services.ask("requesttrackingservice/get", usual))["response"]


async def test_warnings_of_a_search_name_its_place_in_the_body(services: Services) -> None:
    search = query(filters={"propertiesCriterion": [{"createdDate": {"gt": "2024-01-01"}}]}, options={"maxRecords": 1})[
        "params"
    ]
    entities = query("sku", options={"maxRecords": 2})["params"] | {"sort": SORT}
    listed = [
        {"serviceName": "connectorService", "searchQuery": search},
        {"serviceName": "entityappservice", "searchQuery": entities},
    ]
    answer = await services.ask("connectorService/getentityid", {"params": {"searchQueries": listed}})
    states = "params.searchQueries[0].searchQuery"
    assert told(answer[RESPONSE]) == [
        (COMPARED_AS_TEXT, f"{states}.query.filters.propertiesCriterion[0].createdDate.gt"),
        (NO_EFFECT, f"{states}.options.maxRecords"),
        (NO_EFFECT, "params.searchQueries[1].searchQuery.sort"),
    ]
