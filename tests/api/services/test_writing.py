"""Objects fed in over HTTP: whole calls or nothing, every refused object named."""

import base64
from typing import Any

import pytest

from contract.errors import Ambiguous, ObjectRefused
from tests.api.conftest import refusal
from tests.api.services.conftest import Services, an_object, in_blob, query

pytestmark = pytest.mark.anyio


async def test_a_bulk_call_stores_all_of_its_objects_as_they_are(services: Services) -> None:
    objects = [an_object(f"state-{number}", itemState="new") for number in range(7)]
    answer = await services.create(*objects)
    assert answer == {
        "dataObjectOperationResponse": {
            "status": "success",
            "statusDetail": {"connectorStateId": "call-1"},
            "totalRecords": 0,
        }
    }
    assert await services.stored(query={"ids": [item["id"] for item in objects]}) == objects


async def test_one_object_may_stand_in_the_body_itself_and_gets_an_id_where_it_has_none(services: Services) -> None:
    item = an_object("x", entity="item-new")
    del item["id"]
    answer = await services.ask("connectorService/create", {"dataObject": item})
    made = answer["dataObjectOperationResponse"]["statusDetail"]["connectorStateId"]
    assert [(found["id"], found["properties"]["entityid"]) for found in await services.stored(query={"id": made})] == [
        (made, "item-new")
    ]


async def test_with_one_refused_object_none_is_stored_and_each_refused_one_is_named(services: Services) -> None:
    bad: list[Any] = [{"id": "b", "type": 5}, "no object", {"id": "c", "type": "t", "data": {"attributes": {"a": []}}}]
    answer = await services.call("connectorService/create", in_blob(an_object("good"), *bad))
    assert answer.status_code == 400
    told = refusal(answer)["messages"]
    assert [(message["path"], message["messageCode"]) for message in told] == [
        ("dataObject.data.blob[1].type", ObjectRefused.code),
        ("dataObject.data.blob[2]", ObjectRefused.code),
        ("dataObject.data.blob[3].data.attributes.a", ObjectRefused.code),
    ]
    assert "'b'" in told[0]["message"]
    assert await services.stored(query={"id": "good"}) == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "dataObject"),
        ([], ""),
        ({"dataObject": 5}, "dataObject"),
        ({"dataObjects": {"id": "1", "type": "t"}}, "dataObjects"),
        ({"dataObjects": []}, "dataObject.data.blob"),
        ({"dataObject": {"data": {"blob": "!!"}}}, "dataObject.data.blob"),
        ({"dataObject": {"data": {"blob": 5}}}, "dataObject.data.blob"),
        (in_blob(), "dataObject.data.blob"),
        ({"dataObject": {"data": {"blob": base64.b64encode(b"[{]").decode()}}}, "dataObject.data.blob"),
        ({"dataObject": {"data": {"blob": base64.b64encode(b'[{"a":1,"a":2}]').decode()}}}, "dataObject.data.blob[0].a"),
    ],
)
async def test_a_body_without_objects_is_told_where_it_is_wrong(services: Services, body: Any, path: str) -> None:
    for service in ("create", "update"):
        answer = await services.call(f"connectorService/{service}", body)
        assert answer.status_code == 400
        assert [message["path"] for message in refusal(answer)["messages"]] == [path]


TWICE: list[tuple[dict[str, Any], str]] = [
    ({"dataObjects": [{"id": "ka", "type": "lv"}], "dataObject": {"id": "kb", "type": "lv"}}, "dataObjects"),
    ({"dataObjects": {"id": "ka", "type": "lv"}, "dataObject": {"id": "kb", "type": "lv"}}, "dataObjects"),
    (
        {"dataObject": {"id": "kc", "type": "lv", "data": {**in_blob({})["dataObject"]["data"], "attributes": {"a": {}}}}},
        "dataObject.data",
    ),
    ({"dataObject": {"data": {**in_blob({})["dataObject"]["data"], "relationships": {"a": []}}}}, "dataObject.data"),
]


@pytest.mark.parametrize(("body", "path"), TWICE)
async def test_a_body_with_objects_in_two_places_is_refused(services: Services, body: Any, path: str) -> None:
    """Also where it asks for objects: one of the two would be dropped without a word."""
    for service in ("create", "update", "get"):
        answer = await services.call(f"connectorService/{service}", body)
        [message] = refusal(answer)["messages"]
        assert (answer.status_code, message["messageCode"], message["path"]) == (400, Ambiguous.code, path)
    assert await services.stored(filters={"typesCriterion": ["lv"]}) == []


@pytest.mark.parametrize(
    "body",
    [
        {"dataObjects": [], "dataObject": {"id": "k", "type": "lv"}},
        {"dataObjects": None, "dataObject": {"id": "k", "type": "lv"}},
        {"dataObjects": [{"id": "k", "type": "lv"}], "dataObject": {}},
        {"dataObject": {"data": in_blob({"id": "k", "type": "lv"})["dataObject"]["data"] | {"attributes": {}}}},
    ],
)
async def test_a_place_that_is_empty_says_nothing(services: Services, body: Any) -> None:
    await services.ask("connectorService/create", body)
    assert await services.stored(filters={"typesCriterion": ["lv"]}) == [{"id": "k", "type": "lv"}]


async def test_a_thousand_objects_are_taken_and_one_more_is_not(services: Services) -> None:
    few = [{"id": f"{number:04d}", "type": "t"} for number in range(1_001)]
    assert refusal(await services.call("connectorService/create", in_blob(*few)))["messages"][0]["messageCode"] == "SSH4009"
    await services.create(*few[:1_000])
    found = await services.ask("connectorService/get", {"params": {"query": {"filters": {"typesCriterion": ["t"]}}}})
    assert found["dataObjectOperationResponse"]["totalRecords"] == 1_000


async def test_an_update_changes_what_it_says_and_leaves_the_rest(services: Services) -> None:
    before = an_object("one", itemState="new", channelState="inProcess")
    before["data"]["attributes"]["itemState"]["values"].append({"value": "neu", "locale": "de-DE", "source": "internal"})
    await services.create(before)
    given = {
        "id": "one",
        "type": "ConnectorState",
        "properties": {"EntityId": "item-2", "hub": None},
        "data": {"attributes": {"itemstate": {"values": [{"value": "completed", "locale": "en-US", "source": "internal"}]}}},
    }
    answer = await services.ask("connectorService/update", {"dataObject": given}, **{"x-rdp-userId": "ben"})
    assert answer["dataObjectOperationResponse"]["statusDetail"] == {"connectorStateId": "one"}
    [after] = await services.stored(query={"id": "one"})
    assert after["type"] == "connectorstate"
    assert (after["properties"]["entityid"], after["properties"]["modifiedBy"]) == ("item-2", "ben")
    assert after["properties"]["modifiedDate"] > before["properties"]["modifiedDate"]
    assert "hub" not in after["properties"]
    texts = {value["locale"]: value["value"] for value in after["data"]["attributes"]["itemState"]["values"]}
    assert texts == {"en-US": "completed", "de-DE": "neu"}
    assert after["data"]["attributes"]["channelState"] == before["data"]["attributes"]["channelState"]


async def test_an_update_keeps_what_a_serializer_writes_null_for(services: Services) -> None:
    before = {**an_object("one", itemState="new"), "name": "One"}
    before["data"]["relationships"] = {"owner": []}
    await services.create(before)
    unset = {"name": None, "properties": None, "data": {"attributes": None, "relationships": None}}
    await services.ask("connectorService/update", {"dataObject": {"id": "one", "type": "connectorstate", **unset}})
    [after] = await services.stored(query={"id": "one"})
    stamp = {"modifiedDate": after["properties"]["modifiedDate"]}
    assert after == {**before, "properties": before["properties"] | stamp}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"data": ["x"]}, "data"),
        ({"data": "x"}, "data"),
        ({"data": []}, "data"),
        ({"properties": "x"}, "properties"),
        ({"properties": False}, "properties"),
        ({"data": {"attributes": "x"}}, "data.attributes"),
    ],
)
async def test_an_update_whose_parts_are_no_objects_is_refused_with_the_place(
    services: Services, wrong: dict[str, Any], place: str
) -> None:
    await services.ask("connectorService/create", {"dataObject": an_object("one")})
    blob = in_blob({"id": "one", "type": "connectorstate", **wrong}, an_object("one"))
    answer = await services.call("connectorService/update", blob)
    [message] = refusal(answer)["messages"]
    assert (message["messageCode"], message["path"]) == ("SSH4014", f"dataObject.data.blob[0].{place}")


async def test_an_update_of_what_is_not_there_is_refused_as_a_whole(services: Services) -> None:
    await services.create(an_object("one", itemState="new"))
    changed = an_object("one", itemState="completed")
    answer = await services.call("connectorService/update", in_blob(changed, an_object("two")))
    assert answer.status_code == 400
    [message] = refusal(answer)["messages"]
    assert message["path"] == "dataObject.data.blob[1]"
    assert "create" in message["message"]
    [kept] = await services.stored(query={"id": "one"})
    assert kept["data"]["attributes"]["itemState"]["values"][0]["value"] == "new"


@pytest.mark.parametrize("service", ["create", "update"])
async def test_a_property_in_two_spellings_is_refused(services: Services, service: str) -> None:
    """Whichever of them the object has: neither may hide the other."""
    await services.create({"id": "one", "type": "connectorstate", "properties": {"Note": "before"}})
    said = {"id": "one", "type": "connectorstate", "properties": {"note": "x", "Note": "y"}}
    answer = await services.call(f"connectorService/{service}", in_blob(said))
    assert answer.status_code == 400
    [message] = refusal(answer)["messages"]
    assert message["messageCode"] == ObjectRefused.code
    assert message["path"].lower() == "dataobject.data.blob[0].properties.note"
    [kept] = await services.stored(query={"id": "one"})
    assert kept["properties"]["Note"] == "before"


@pytest.mark.parametrize("spelled", ["modifieddate", "MODIFIEDBY", "modifiedDate"])
async def test_an_update_that_says_itself_when_and_by_whom_is_taken_at_its_word(services: Services, spelled: str) -> None:
    """In any case, as with all names."""
    await services.create({"id": "one", "type": "t", "properties": {spelled: "before"}})
    said = {"id": "one", "type": "t", "properties": {spelled.swapcase(): "2021"}}
    await services.ask("connectorService/update", {"dataObject": said}, **{"x-rdp-userId": "ben"})
    found = await services.ask("connectorService/get", query("t", query={"id": "one"}))
    [kept] = found["dataObjectOperationResponse"]["dataObjects"]
    assert kept["properties"][spelled] == "2021"
    assert [name.lower() for name in kept["properties"]].count(spelled.lower()) == 1
