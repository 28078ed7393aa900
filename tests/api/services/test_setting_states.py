"""The states of entities on channels set over HTTP: where they were begun, and where they begin."""

import json
from typing import Any

import pytest

from contract.errors import NothingMatches
from tests.api.conftest import refusal
from tests.api.services.conftest import Services, an_object

pytestmark = pytest.mark.anyio


def state_change(services: list[str], **attributes: Any) -> dict[str, Any]:
    return {
        "params": {
            "query": {"id": "item-9", "filters": {"typesCriterion": ["sku"]}, "valueContexts": [{"locale": "en-US"}]},
            "connectorstate": {"services": services, "attributes": attributes, "transitioncode": "is_new_ready"},
        }
    }


async def test_setting_a_state_begins_it_where_a_named_channel_has_none(services: Services) -> None:
    """The answer is the bare object; a second call sets the same object and not another."""
    change = state_change(["_ALL", "OR", "shop-new"], itemState="new")
    made = await services.ask("connectorService/setconnectorstate", change)
    assert list(made) == ["id", "type", "properties", "data"]
    about = {name: made["properties"][name] for name in ("tenantId", "entityid", "entitytype", "channelid", "self")}
    assert about == {"tenantId": "plum", "entityid": "item-9", "entitytype": "sku", "channelid": "shop-new", "self": "self"}
    states = {name: held["values"][0]["value"] for name, held in made["data"]["attributes"].items() if name.endswith("State")}
    assert states == dict.fromkeys(("channelState", "syndicationState", "validationState"), "uninitialized") | {
        "itemState": "new"
    }
    again = await services.ask("connectorService/setconnectorstate", state_change(["shop-new"], itemState="completed"))
    assert again["id"] == made["id"]
    assert [
        item["id"] for item in await services.stored(filters={"propertiesCriterion": [{"entityid": {"exact": "item-9"}}]})
    ] == [made["id"]]


async def test_setting_a_state_on_all_channels_answers_all_of_them(services: Services) -> None:
    both = [an_object(f"s{shop}", entity="item-9", channel=shop, itemState="new", introState="done") for shop in ("a", "b")]
    await services.create(*both, an_object("other", entity="item-8", channel="a", itemState="new"))
    answer = await services.ask("connectorService/setconnectorstate", state_change(["_ALL"], itemState="inProcess"))
    found = answer["dataObjectOperationResponse"]["dataObjects"]
    assert [item["id"] for item in found] == ["sa", "sb"]
    for item in found:
        states = {name: held["values"][0]["value"] for name, held in item["data"]["attributes"].items()}
        assert (states["itemState"], states["introState"]) == ("inProcess", "done")
        assert "itemStateDate" in states
    [other] = await services.stored(query={"id": "other"})
    assert other["data"]["attributes"]["itemState"]["values"][0]["value"] == "new"


async def test_a_state_of_nothing_cannot_be_set(services: Services) -> None:
    answer = await services.call("connectorService/setconnectorstate", state_change(["_ALL"], itemState="new"))
    assert (answer.status_code, refusal(answer)["code"]) == (404, NothingMatches.code)
    broken = json.loads(json.dumps(state_change(["_ALL"])))
    del broken["params"]["query"]["id"]
    told = refusal(await services.call("connectorService/setconnectorstate", broken))["messages"]
    assert [message["path"] for message in told] == ["params.query.id", "params.connectorstate.attributes"]


@pytest.mark.parametrize("chosen", [[], ["OR"]])
async def test_whoever_names_no_channel_sets_none(services: Services, chosen: list[str]) -> None:
    await services.ask("connectorService/setconnectorstate", state_change(["shop"], itemState="new"))
    answer = await services.call("connectorService/setconnectorstate", state_change(chosen, itemState="completed"))
    [message] = refusal(answer)["messages"]
    assert (message["messageCode"], message["path"]) == ("SSH4003", "params.connectorstate.services")


@pytest.mark.parametrize("content", [{"a": 1}, {}, ["new"], []])
async def test_a_state_that_is_no_value_is_refused_and_the_former_one_stays(services: Services, content: Any) -> None:
    await services.create(an_object("s", entity="item-9", channel="a", itemState="errored"))
    answer = await services.call("connectorService/setconnectorstate", state_change(["_ALL"], itemState=content))
    [message] = refusal(answer)["messages"]
    assert (answer.status_code, message["path"]) == (400, "params.connectorstate.attributes.itemState")
    [kept] = await services.stored(query={"id": "s"})
    assert kept["data"]["attributes"]["itemState"]["values"][0]["value"] == "errored"


async def states_of(services: Services, *entities: str) -> list[tuple[str, str, str]]:
    """Entity, channel and itemState of each stored state, in order."""
    found = await services.stored(filters={"propertiesCriterion": [{"entityid": {"exacts": entities}}]})
    return sorted(
        (
            item["properties"]["entityid"],
            item["properties"]["channelid"],
            item["data"]["attributes"]["itemState"]["values"][0]["value"],
        )
        for item in found
    )


@pytest.mark.parametrize(
    "moved_to",
    [{"channelid": "moved", "keep": "me"}, {"entityid": "item-8", "keep": "me"}, {"entitytype": "pod", "keep": "me"}],
)
async def test_a_state_that_was_begun_and_is_of_something_else_now_is_left_alone(
    services: Services, moved_to: dict[str, str]
) -> None:
    """The channel gets another one, as often as that happens, and that is the one that is set from then on."""
    service, ids = "connectorService/setconnectorstate", []
    for state in ("first", "second", "third"):
        made = await services.ask(service, state_change(["shop"], itemState=state))
        again = await services.ask(service, state_change(["Shop"], itemState=f"{state} again"))
        assert made["id"] == again["id"]
        ids.append(made["id"])
        left = {"id": made["id"], "type": "connectorstate", "properties": moved_to}
        await services.ask("connectorService/update", {"dataObject": left})
    assert len(set(ids)) == 3
    found = {item["id"]: item for item in await services.stored(query={"ids": ids})}
    for identifier, state in zip(ids, ("first", "second", "third"), strict=True):
        item = found[identifier]
        assert item["properties"].items() >= moved_to.items()
        assert item["data"]["attributes"]["itemState"]["values"][0]["value"] == f"{state} again"


async def test_a_state_that_is_begun_has_the_type_of_its_entity_as_it_was_written(services: Services) -> None:
    change = state_change(["shop"], itemState="new")
    change["params"]["query"]["filters"] = {"TypesCriterion": [" DisplayShipper"]}
    made = await services.ask("connectorService/setconnectorstate", change)
    assert made["properties"]["entitytype"] == "DisplayShipper"
    change["params"]["query"]["filters"] = {"typesCriterion": ["displayshipper"]}
    assert (await services.ask("connectorService/setconnectorstate", change))["id"] == made["id"]


async def test_each_of_several_entities_gets_its_state_on_each_channel_that_is_named(services: Services) -> None:
    await services.create(an_object("there", entity="item-1", channel="SHOP", itemState="new"))
    change = state_change(["shop", "Shop", "other"], itemState="set")
    del change["params"]["query"]["id"]
    change["params"]["query"]["ids"] = ["item-1", "item-2", "ITEM-2"]
    answer = await services.ask("connectorService/setconnectorstate", change)
    assert answer["dataObjectOperationResponse"]["totalRecords"] == 6
    assert await states_of(services, "item-1", "item-2", "ITEM-2") == [
        ("ITEM-2", "Shop", "set"),
        ("ITEM-2", "other", "set"),
        ("item-1", "SHOP", "set"),
        ("item-1", "other", "set"),
        ("item-2", "Shop", "set"),
        ("item-2", "other", "set"),
    ]
    again = await services.ask("connectorService/setconnectorstate", change)
    assert again["dataObjectOperationResponse"]["totalRecords"] == 6
    assert len(await states_of(services, "item-1", "item-2", "ITEM-2")) == 6


async def test_entities_without_any_state_to_set_are_named(services: Services) -> None:
    change = state_change(["_ALL"], itemState="new")
    change["params"]["query"]["ids"] = ["item-10"]
    answer = await services.call("connectorService/setconnectorstate", change)
    assert answer.status_code == 404
    assert "item-9, item-10" in json.dumps(refusal(answer))


async def test_more_states_than_one_call_may_begin_are_refused(services: Services) -> None:
    change = state_change([str(number) for number in range(101)], itemState="new")
    change["params"]["query"]["ids"] = [str(number) for number in range(100)]
    [message] = refusal(await services.call("connectorService/setconnectorstate", change))["messages"]
    assert (message["messageCode"], message["path"]) == ("SSH4009", "params.connectorstate.services")


async def test_the_words_around_a_change_of_states_are_read_in_any_case(services: Services) -> None:
    change = {"Params": {name.upper(): part for name, part in state_change(["shop"], itemState="new")["params"].items()}}
    made = await services.ask("connectorService/setconnectorstate", change)
    assert made["properties"]["channelid"] == "shop"
