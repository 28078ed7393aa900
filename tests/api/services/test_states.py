"""Figures, names and histories of states."""

from typing import Any

import pytest

from contract.errors import Ambiguous, NotServed
from tests.api.conftest import TENANT, refusal
from tests.api.services.conftest import Services, an_object, in_blob, query

pytestmark = pytest.mark.anyio

CHANNELS = {"filters": {"propertiesCriterion": [{"channelid": {"exacts": ["c1", "c2"]}}]}}


async def seed(services: Services) -> None:
    many = an_object("m", entity="e4", channel="c2", itemState="new")
    many["data"]["attributes"]["itemState"]["values"].append({"value": "neu", "locale": "de-DE", "source": "internal"})
    await services.create(
        an_object("a", entity="e1", channel="c1", itemState="new", validationState="errored"),
        an_object("b", entity="e2", channel="c1", itemState="new", publishState="completed"),
        an_object(
            "c", entity="e2", channel="c2", itemState="completed", channelState="listedSuccess", syndicationState="error"
        ),
        an_object("d", entity="e3", channel="c3", itemState="completed"),
        many,
    )


async def test_states_are_counted_by_entity_type_and_channel(services: Services) -> None:
    """A value in another context counts too, as one of its object's."""
    await seed(services)
    [found] = (await services.ask("connectorService/getstatus", query(**CHANNELS)))["dataObjectOperationResponse"][
        "dataObjects"
    ]
    assert list(found) == ["id", "type", "systemInfo", "data"]
    assert (found["type"], found["systemInfo"]) == ("connectorstate", {"tenantId": TENANT})
    assert found["data"] == {
        "sku": {
            "c1": {"itemState": {"new": 2}, "validationState": {"errored": 1}},
            "c2": {
                "itemState": {"completed": 1, "new": 1, "neu": 1},
                "channelState": {"listedSuccess": 1},
                "syndicationState": {"error": 1},
            },
        }
    }


async def test_items_are_counted_by_what_is_published_and_what_has_errors(services: Services) -> None:
    await seed(services)
    found = (await services.ask("connectorService/getitemstatus", query(**CHANNELS)))["dataObjectOperationResponse"]
    assert found["totalRecords"] == 0
    assert found["dataObjects"][0]["data"] == {
        "c1": {"published": 1, "validationErrorCount": 1, "syndicationErrorCount": 0},
        "c2": {"published": 1, "validationErrorCount": 0, "syndicationErrorCount": 1},
    }


async def test_published_items_without_a_channel_are_counted_as_one_number(services: Services) -> None:
    figs = [an_object(f"fig-{number}", publishState="completed") | {"type": "fig"} for number in range(4)]
    for item in figs:
        del item["properties"]["channelid"]
    figs[3]["properties"]["channelid"] = ""
    await services.create(*figs)
    found = (await services.ask("connectorService/getitemstatus", query("fig")))["dataObjectOperationResponse"]
    figures = {"published": 4, "validationErrorCount": 0, "syndicationErrorCount": 0}
    assert found["dataObjects"][0]["data"] == {"_UNASSIGNED": figures}


async def test_items_are_counted_by_their_states_in_the_contexts_of_the_request(services: Services) -> None:
    await services.create(an_object("ctx", channel="c1", publishState="completed", channelState="errored"))
    for locale, count in (("en-US", 1), ("de-DE", 0)):
        body = query(query={"valueContexts": [{"locale": locale}]})
        found = (await services.ask("connectorService/getitemstatus", body))["dataObjectOperationResponse"]
        figures = {"published": count, "validationErrorCount": 0, "syndicationErrorCount": count}
        assert found["dataObjects"][0]["data"]["c1"] == figures


def searches(states: Any, entities: Any = None) -> dict[str, Any]:
    listed = [{"serviceName": "connectorService", "searchQuery": states["params"]}]
    if entities is not None:
        listed.append({"serviceName": "entityappservice", "searchQuery": entities["params"]})
    return {"params": {"searchQueries": listed}}


async def test_entities_of_matching_states_are_named_once_each(services: Services) -> None:
    await seed(services)
    states = query(filters={**CHANNELS["filters"], "nonContexual": True}, query={"contexts": [{"country": "US"}]})
    entities = {"params": {"query": {"filters": {"typesCriterion": ["sku", "product"]}}, "options": {"maxRecords": 2}}}
    found = (await services.ask("connectorService/getentityid", searches(states, entities)))["response"]
    unnamed = {"name": "_EMPTY", "systemInfo": {"tenantId": TENANT}}
    warned = found.pop("statusDetail")["messages"]
    assert [message["message"].split(" ")[0].rpartition(".")[2] for message in warned] == ["country", "nonContexual"]
    assert found == {
        "entities": [{"id": "e1", "type": "sku", **unnamed}, {"id": "e2", "type": "sku", **unnamed}],
        "status": "success",
        "totalRecords": 3,
    }


async def test_an_entity_without_a_type_is_named_and_an_empty_channel_is_none(services: Services) -> None:
    untyped = an_object("u", entity="e9", channel="")
    del untyped["properties"]["entitytype"]
    await services.create(untyped)
    named = (await services.ask("connectorService/getentityid", searches(query())))["response"]
    assert [(item["id"], item["type"]) for item in named["entities"]] == [("e9", "_UNASSIGNED")]
    found = (await services.ask("connectorService/getchannels", query("podsyndicationserviceconfig")))["response"]
    assert "" not in [item["id"] for item in found["entities"]]


async def test_a_search_of_entities_by_their_own_values_is_not_served(services: Services) -> None:
    entities = query("sku", filters={"attributesCriterion": [{"brand": {"exact": "x"}}]})
    answer = await services.call("connectorService/getentityid", searches(query(), entities))
    assert (answer.status_code, refusal(answer)["code"]) == (501, NotServed.code)


async def test_a_mistake_in_a_search_is_named_where_it_stands(services: Services) -> None:
    answer = await services.call("connectorService/getentityid", searches(query(filters={"propertiesCriterion": 5})))
    assert [message["path"] for message in refusal(answer)["messages"]] == [
        "params.searchQueries[0].searchQuery.query.filters.propertiesCriterion"
    ]


@pytest.mark.parametrize("name", ["connectorService", "EntityAppService"])
async def test_two_searches_for_one_service_are_refused(services: Services, name: str) -> None:
    body = searches(query(), query())
    body["params"]["searchQueries"].append({"serviceName": name.upper(), "searchQuery": query(**CHANNELS)["params"]})
    answer = await services.call("connectorService/getentityid", body)
    [message] = refusal(answer)["messages"]
    assert (answer.status_code, message["messageCode"]) == (400, Ambiguous.code)
    assert message["path"] == "params.searchQueries[2].serviceName"


async def test_a_search_for_a_service_that_has_no_part_in_it_is_not_ignored(services: Services) -> None:
    body = searches(query())
    body["params"]["searchQueries"].append({"serviceName": "entitymanageservice", "searchQuery": query()["params"]})
    answer = await services.call("connectorService/getentityid", body)
    [message] = refusal(answer)["messages"]
    assert (answer.status_code, message["messageCode"]) == (501, NotServed.code)
    assert (message["path"], "entitymanageservice" in message["message"]) == ("params.searchQueries[1].serviceName", True)


async def test_channels_are_those_that_are_stored_and_those_that_states_name(services: Services) -> None:
    await seed(services)
    context = {"source": "internal", "locale": "en-US"}
    stored = {
        "id": "x",
        "name": "Shop one",
        "type": "syndicationchannel",
        "data": {"attributes": {"referencecode": {"values": [{**context, "value": "c1"}]}}},
    }
    await services.create(stored)
    found = (await services.ask("connectorService/getchannels", query("podsyndicationserviceconfig")))["response"]
    assert found["entities"][0] == stored
    codes = [item["data"]["attributes"]["referencecode"]["values"][0]["value"] for item in found["entities"]]
    assert codes == ["c1", "c2", "c3", "shop-one"]
    assert found["totalRecords"] == 4


async def test_each_change_of_a_state_is_told_in_its_order(services: Services) -> None:
    """Who and when, under channel and entity; a write that changes nothing and one of other attributes tell nothing."""
    await services.create(an_object("h", entity="e1", channel="c1", itemState="new"), **{"x-rdp-userId": "ann"})
    changed = an_object("h", entity="e1", channel="c1", itemState="completed", validationState="errored")
    await services.create(changed, **{"x-rdp-userId": "ben"})
    await services.create(changed)
    await services.create({**changed, "name": "named"})
    body = query("integrationmessageactivity", filters={"propertiesCriterion": [{"entityid": {"exacts": ["e1"]}}]})
    answer = await services.ask("connectorService/gethistory", body)
    [tree] = answer["dataObjects"]
    entries = tree["c1"]["e1"]
    assert list(entries[0])[:5] == ["state", "status", "Timestamp", "requestid", "messageId"]
    told = [(one["status"], one["previousState"], one["state"], one["changedBy"]) for one in entries]
    assert told == [
        ("itemState", None, "new", "ann"),
        ("itemState", "new", "completed", "ben"),
        ("validationState", None, "errored", "ben"),
    ]
    assert [one["Timestamp"] for one in entries] == sorted(one["Timestamp"] for one in entries)


async def test_the_history_of_an_entity_is_told_by_time_over_all_of_its_objects(services: Services) -> None:
    for identifier, state in (("zz", "z1"), ("aa", "a1"), ("zz", "z2")):
        await services.create(an_object(identifier, entity="e1", channel="shop", itemState=state))
    respelled = an_object("aa", entity="e1", channel="shop", itemstate="a1")
    await services.create(respelled)
    body = query(filters={"propertiesCriterion": [{"entityid": {"exacts": ["e1"]}}]})
    [tree] = (await services.ask("connectorService/gethistory", body))["dataObjects"]
    assert [one["state"] for one in tree["shop"]["e1"]] == ["z1", "a1", "z2"]


async def test_the_history_of_states_that_are_named_is_theirs_alone(services: Services) -> None:
    await services.create(*(an_object(name, entity=f"e-{name}", channel="c1", itemState="new") for name in ("one", "two")))
    named = in_blob({"id": "one", "type": "integrationMessageActivity"}, {"id": "two", "type": "other"})
    answer = await services.ask("connectorService/gethistory", named)
    assert [list(tree["c1"]) for tree in answer["dataObjects"]] == [["e-one"]]


async def test_what_cannot_be_answered_truthfully_says_so(services: Services) -> None:
    answer = await services.call("connectorService/getentitystate", searches(query()))
    assert (answer.status_code, refusal(answer)["code"]) == (501, NotServed.code)
    assert "entities" in refusal(answer)["message"]
