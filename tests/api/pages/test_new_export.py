"""The page of a new export: what its form offers, takes, keeps and starts."""

import re

import pytest
from sqlalchemy import delete, insert

from api.pages.export_form import unknown_fields
from contract.file_name import MOST_CHARACTERS
from database import jobs
from database.engine import connect
from database.tables import state_object
from tests.api.conftest import TENANT, Api
from tests.api.pages.visits import HOME, send, shown

pytestmark = pytest.mark.anyio


async def test_the_same_again_is_a_job_of_its_own(api: Api) -> None:
    job_id = await api.job_id()
    assert (await send(api, f"{HOME}downloads/{job_id}/again")).headers["location"] == f"{HOME}?notice=started"
    found, _ = jobs.page(api.jobs, TENANT, None, 10, None)
    first, second = (jobs.of_run(api.jobs, str(job.id)) for job in found)
    assert first.id != second.id
    assert first.request == second.request


async def test_the_form_starts_an_export_and_shows_itself_again_where_something_is_wrong(api: Api) -> None:
    answer = await send(api, f"{HOME}new", {"channel": "shop-one", "file_name": "From the form", "do": "start"})
    assert answer.headers["location"] == f"{HOME}?notice=started"
    [job] = jobs.page(api.jobs, TENANT, None, 10, None)[0]
    assert (job.file_name, job.source) == ("From the form", "api")
    wrong = await send(api, f"{HOME}new", {"channel": "shop-one", "file_name": "a/b", "do": "start"})
    assert wrong.status_code == 400
    assert 'value="a/b"' in wrong.text
    assert "SSH4010" in wrong.text


@pytest.mark.parametrize("fields", [{"chanel": "shop-one"}, {"channel": "shop-one", "chanel": "x", "do": "schedule"}])
async def test_a_form_with_a_field_that_is_none_is_refused_by_the_name_of_that(api: Api, fields: dict[str, str]) -> None:
    wrong = await send(api, f"{HOME}new", fields)
    assert wrong.status_code == 400
    assert "no field &#39;chanel&#39;" in wrong.text
    assert "SSH4016" in wrong.text
    assert "was not started" in wrong.text or "was not saved" in wrong.text
    assert jobs.of_tenant(api.jobs, TENANT) == []


async def test_every_field_of_the_form_is_one_that_it_takes(api: Api) -> None:
    add_objects(api, {"type": "connectorstate", "id": "b1", "itemstate": "new", "entitytype": "sku"})
    names = re.findall(r' name="([^"]+)"', await shown(api, f"{HOME}new"))
    assert {"channel", "state.itemState", "do", "cron", "column"} <= set(names)
    assert unknown_fields((name, "") for name in names if name not in ("count", "viewport", "color-scheme")) == []


def add_objects(api: Api, *rows: dict[str, str]) -> None:
    """Objects of the tenant, by their columns."""
    engine = connect(api.settings.objects_url)
    with engine.begin() as connection:
        for number, row in enumerate(rows):
            connection.execute(insert(state_object).values({"tenant": TENANT, "id": f"b{number}", "loaded_ms": 0} | row))
    engine.dispose()


async def test_the_form_offers_the_values_of_the_type_that_it_shows(api: Api) -> None:
    engine = connect(api.settings.objects_url)
    with engine.begin() as connection:
        connection.execute(delete(state_object))
    engine.dispose()
    add_objects(api, {"type": "listing", "channelid": "shop-nine", "entitytype": "sku"}, {"type": "offer"})
    text = await shown(api, f"{HOME}new?count=1")
    assert '<option value="listing" selected>' in text
    for said in ('value="shop-nine"', 'value="sku"', "Type is listing"):
        assert said in text


async def test_a_choice_that_the_store_does_not_hold_is_seen_all_the_same(api: Api) -> None:
    query = "channel=shop-none&channel=SHOP-ONE&entity_type=none&state.itemState=odd&columns=only&column=attribute:none"
    text = await shown(api, f"{HOME}new?{query}")
    for chosen in ("shop-none", "shop-one", "none", "odd", "attribute:none"):
        assert f'value="{chosen}" checked' in text
    assert "SHOP-ONE" not in text


async def test_another_type_keeps_what_was_typed_and_the_choices_that_it_has_too(api: Api) -> None:
    add_objects(api, {"type": "listing", "channelid": "shop-two"}, {"type": "listing", "channelid": "Shop-One", "id": "c"})
    query = "type=listing&offered_type=connectorstate&channel=shop-one&channel=shop-none&entity_type=none&file_name=Mine&most=7"
    text = await shown(api, f"{HOME}new?{query}&format=CSV&state.itemState=odd&columns=only&column=attribute:none")
    for kept in (
        '<option value="listing" selected>',
        'value="Shop-One" checked',
        'value="Mine"',
        'value="7"',
        'value="CSV" checked',
    ):
        assert kept in text
    for left in ("shop-none", '"none"', "odd", "attribute:none"):
        assert left not in text


async def test_a_list_that_is_cut_short_says_so_on_the_form(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("database.held_values.MOST_VALUES", 2)
    add_objects(api, *({"type": "connectorstate", "channelid": f"shop-{number}"} for number in range(2)))
    assert (await shown(api, f"{HOME}new")).count("There are more than these 2.") == 1


async def test_the_boxes_that_narrow_the_lists_belong_to_a_form_that_sends_nothing(api: Api) -> None:
    add_objects(api, *({"type": "connectorstate", "channelid": f"shop-{number}"} for number in range(13)))
    text = await shown(api, f"{HOME}new")
    [box] = re.findall(r"<input [^>]*data-narrow>", text)
    assert 'form="narrowing"' in box
    assert "name=" not in box
    assert '<form id="narrowing" hidden><button disabled></button></form>' in text


async def test_a_schedule_that_is_being_made_stays_in_sight_when_the_form_comes_again(api: Api) -> None:
    assert "data-schedule>" in await shown(api, f"{HOME}new?count=1")
    text = await shown(api, f"{HOME}new?count=1&every=cron&cron=0+5+*+*+*")
    assert "data-schedule open>" in text
    assert 'value="0 5 * * *"' in text


async def test_a_name_that_is_too_long_cannot_be_typed(api: Api) -> None:
    assert f'maxlength="{MOST_CHARACTERS}"' in await shown(api, f"{HOME}new")


async def test_the_preview_counts_without_running(api: Api) -> None:
    answer = await send(api, f"{HOME}new/preview", {"channel": "shop-one"})
    assert "<strong>2</strong> objects match" in answer.text
    assert "Channel id is shop-one" in answer.text
    nothing = await send(api, f"{HOME}new/preview", {"channel": "shop-none"})
    assert "<strong>0</strong> objects match" in nothing.text
    assert jobs.page(api.jobs, TENANT, None, 10, None)[0] == []
