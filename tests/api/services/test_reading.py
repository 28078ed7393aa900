"""Objects read over HTTP: filters, paging, chosen fields, three envelopes over one store."""

from typing import Any

import pytest

from contract.errors import NotServed, UnknownOperator
from tests.api.conftest import refusal
from tests.api.services.conftest import Services, an_object, in_blob, query

pytestmark = pytest.mark.anyio

CHANNEL = {"filters": {"propertiesCriterion": [{"channelid": {"exact": "shop-two"}}]}}


async def seed(services: Services) -> list[dict[str, Any]]:
    objects = [an_object(f"s{number}", channel="shop-two", itemState="new", introState="done") for number in range(5)]
    await services.create(*objects)
    return objects


async def test_the_three_services_show_the_same_objects_in_their_own_envelopes(services: Services) -> None:
    objects = await seed(services)
    body = query(**CHANNEL)
    envelope = {"status": "success", "dataObjects": objects, "totalRecords": 5}
    assert await services.ask("connectorService/get", body) == {"dataObjectOperationResponse": envelope}
    states = await services.ask("connectorService/getconnectorstate", body)
    assert list(states) == ["dataObjects", "dataObjectOperationResponse"]
    assert states == {"dataObjects": objects, "dataObjectOperationResponse": envelope}
    generic = await services.ask("genericobjectmanageservice/get", body)
    assert generic["response"] == {"genericObjects": objects, "status": "success", "totalRecords": 5}
    assert list(generic["request"]) == ["returnRequest", "params", "requestId", "maxRecords"]


async def test_a_page_holds_what_is_asked_for_and_the_total_counts_everything(services: Services) -> None:
    await seed(services)
    body = query(**CHANNEL, options={"maxRecords": "2", "from": 1}, sort={"properties": [{"id": "_DESC"}]})
    found = (await services.ask("connectorService/get", body))["dataObjectOperationResponse"]
    assert [item["id"] for item in found["dataObjects"]] == ["s3", "s2"]
    assert found["totalRecords"] == 5


async def test_only_the_fields_that_are_wanted_are_shown(services: Services) -> None:
    await seed(services)
    body = query(fields={"attributes": ["introstate"], "properties": ["ChannelId"]}, query={"id": "s1"})
    [item] = (await services.ask("connectorService/get", body))["dataObjectOperationResponse"]["dataObjects"]
    assert item["properties"] == {"channelid": "shop-two"}
    assert list(item["data"]["attributes"]) == ["introState"]


async def test_a_body_that_names_objects_gets_these(services: Services) -> None:
    """Also in the form of a bulk call, and whatever does not exist is not there."""
    objects = await seed(services)
    found = await services.ask("connectorService/get", in_blob(objects[3], objects[1], {"id": "none", "type": "t"}))
    assert [item["id"] for item in found["dataObjectOperationResponse"]["dataObjects"]] == ["s1", "s3"]
    found = await services.ask("connectorService/get", {"dataObject": {"id": "s2", "type": "CONNECTORSTATE"}})
    assert found["dataObjectOperationResponse"]["dataObjects"] == [objects[2]]


async def test_only_the_objects_that_are_named_come_and_are_counted(services: Services) -> None:
    """Objects that have the id of one named object and the type of another are not among them, on no page."""
    await services.create(*({"id": identifier, "type": name} for identifier in ("p1", "p2") for name in ("ta", "tb")))
    named = in_blob({"id": "p1", "type": "TA"}, {"id": "p2", "type": "tb"})
    expected = [{"id": "p1", "type": "ta"}, {"id": "p2", "type": "tb"}]
    for options, page in (({}, expected), ({"maxRecords": 1}, expected[:1]), ({"from": 1, "maxRecords": 1}, expected[1:])):
        body = {**named, "params": {"options": options}}
        found = (await services.ask("connectorService/get", body))["dataObjectOperationResponse"]
        assert (found["dataObjects"], found["totalRecords"]) == (page, 2)


async def test_fields_and_options_count_beside_objects_that_are_named(services: Services) -> None:
    await seed(services)
    body = {"dataObject": {"id": "s1", "type": "connectorstate"}}
    fields = {"attributes": [], "properties": ["channelid"]}
    asked = {**body, "params": {"fields": fields, "options": {"maxRecords": "1"}}}
    [item] = (await services.ask("connectorService/get", asked))["dataObjectOperationResponse"]["dataObjects"]
    assert (item["properties"], item["data"]["attributes"]) == ({"channelid": "shop-two"}, {})
    wrong = {**body, "params": {"options": {"maxRecords": 0}, "sort": 5}}
    told = refusal(await services.call("connectorService/get", wrong))["messages"]
    assert sorted(message["path"] for message in told) == ["params.options.maxRecords", "params.sort"]


async def test_ids_without_types_find_objects_of_any_type(services: Services) -> None:
    await services.create({"id": "same", "type": "one"}, {"id": "same", "type": "two"})
    found = await services.ask("connectorService/get", {"params": {"query": {"id": "same"}}})
    assert [item["type"] for item in found["dataObjectOperationResponse"]["dataObjects"]] == ["one", "two"]


@pytest.mark.parametrize(
    "service", ["connectorService/get", "connectorService/getconnectorstate", "genericobjectmanageservice/get"]
)
async def test_a_filter_that_is_not_understood_is_refused_with_its_path(services: Services, service: str) -> None:
    body = query(filters={"propertiesCriterion": [{"channelid": {"resembles": "x"}}]}, options={"maxRecords": 10_001})
    answer = await services.call(service, body)
    told = refusal(answer)["messages"]
    assert [message["path"] for message in told] == [
        "params.query.filters.propertiesCriterion[0].channelid",
        "params.options.maxRecords",
    ]
    assert told[0]["messageCode"] == UnknownOperator.code
    assert "STATESHEET_MAX_ANSWER_RECORDS" in told[1]["message"]


@pytest.mark.parametrize(
    "service", ["connectorService/get", "connectorService/getstatus", "connectorService/setconnectorstate"]
)
async def test_only_what_changed_is_not_shown_and_never_taken_for_everything(services: Services, service: str) -> None:
    wanted = {"services": ["c1"], "attributes": {"itemState": "new"}}
    answer = await services.call(service, query(query={"id": "1"}, options={"since": "now-1d"}, connectorstate=wanted))
    [message] = refusal(answer)["messages"]
    assert (answer.status_code, message["messageCode"], message["path"]) == (501, NotServed.code, "params.options.since")


async def test_an_unknown_service_and_an_unknown_tenant_are_not_found(services: Services) -> None:
    assert (await services.call("connectorService/nosuch", {})).status_code == 404
    assert (await services.call("nosuchservice/get", {})).status_code == 404
    assert (await services.api.post({}, "/nobody/api/connectorService/get")).status_code == 404
