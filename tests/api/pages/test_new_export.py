"""The page of a new export: what its form offers, takes, keeps and starts."""

import re
from html.parser import HTMLParser
from urllib.parse import urlencode

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


class Fields(HTMLParser):
    """The ids of a page; what is said of its fields: where links of the summary lead, which are invalid, and in which words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.linked: list[str] = []
        self.invalid: list[str] = []
        self.described: dict[str, str] = {}
        self.said: dict[str, str] = {}
        self.telling = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag == "a" and given.get("href", "").startswith("#") and given["href"] != "#main":
            self.linked.append(given["href"][1:])
        if given.get("aria-invalid") == "true":
            self.invalid.append(given["id"])
        self.described[given.get("id", "")] = given.get("aria-describedby", "")
        self.telling = given.get("id", "") if given.get("class") == "mistake" and "hidden" not in given else ""

    def handle_data(self, data: str) -> None:
        if self.telling:
            self.said[self.telling] = self.said.get(self.telling, "") + data

    def handle_endtag(self, tag: str) -> None:
        self.telling = ""


WRONG = [
    ({"most": "many", "file_name": "a/b"}, {"most": "'many' is not a whole number", "file_name": "cannot be a file name"}),
    ({"period": "between", "since": "x", "until": "2024-02-30"}, {"since": "'x' is not a date", "until": "'2024-02-30'"}),
    ({"period": "tomorrow"}, {"period": "'tomorrow' is not a date"}),
    ({"format": "XML"}, {"format": "'XML' is not configured"}),
    ({"channel": "\0"}, {"channel": "U+0000"}),
    ({"state.itemState": "\0"}, {"state.itemState": "U+0000"}),
    ({"columns": "only", "column": "property:"}, {"columns": "not empty"}),
]
WRONG_SCHEDULES = [
    ({"every": "cron", "cron": "0 6 * *"}, {"cron": "has 4 fields and not five"}),
    ({"every": "cron", "cron": "0 0 30 2 *"}, {"cron": "bad day-of-month"}),
    ({"every": "daily", "at": "25:00"}, {"at": "'25:00' is not a time of the day"}),
    ({"every": "daily", "at": ""}, {"at": "'' is not a time of the day"}),
    ({"every": "daily", "timezone": "Mars/Olympus"}, {"timezone": "'Mars/Olympus' is not a time zone"}),
]
SCHEDULE = {"do": "schedule"}
GROUPS = {"format", "channel", "state.itemState", "columns"}
"""Groups of fields, which have no value of their own to be wrong."""


@pytest.mark.parametrize(("fields", "said"), [*WRONG, *((fields | SCHEDULE, said) for fields, said in WRONG_SCHEDULES)])
async def test_a_mistake_stands_beside_its_field_and_is_linked_from_a_summary_on_top(
    api: Api, fields: dict[str, str], said: dict[str, str]
) -> None:
    """For people who look, and for those who listen; all of it is in the page, so no script is needed."""
    add_objects(api, {"type": "connectorstate", "id": "b1", "itemstate": "new"})
    wrong = await send(api, f"{HOME}new", {"do": "start"} | fields)
    assert wrong.status_code == 400
    found = Fields(wrong.text)
    assert found.linked == list(said)
    assert sorted(found.invalid) == sorted(set(said) - GROUPS)
    assert {f"{name}-mistake" for name in said} == set(found.said)
    for name, words in said.items():
        assert name in found.ids
        assert f"{name}-mistake" in found.described[name].split()
        assert words in found.said[f"{name}-mistake"]


@pytest.mark.parametrize(("fields", "said"), WRONG)
async def test_a_count_of_a_mistaken_form_leads_to_the_fields_too(
    api: Api, fields: dict[str, str], said: dict[str, str]
) -> None:
    """Without a script the page comes again with them marked; a script marks them by what the answer says of each."""
    found = Fields(await shown(api, f"{HOME}new?{urlencode(fields | {'count': '1'})}"))
    assert (found.linked, set(found.said)) == (list(said), {f"{name}-mistake" for name in said})
    live = (await send(api, f"{HOME}new/preview", fields)).text
    assert (Fields(live).linked, re.findall(r'data-field="([^"]*)"', live)) == (list(said), list(said))


@pytest.mark.parametrize("types", [("connectorstate",), ("connectorstate", "order_state")])
async def test_a_wrong_type_is_told_of_also_where_there_is_none_to_choose(api: Api, types: tuple[str, ...]) -> None:
    add_objects(api, *({"type": name} for name in types))
    found = Fields((await send(api, f"{HOME}new", {"type": "\0"})).text)
    assert found.linked == ["type"]
    assert "type" in found.ids
    assert "U+0000" in found.said["type-mistake"]


async def test_a_form_without_a_mistake_has_no_field_marked(api: Api) -> None:
    found = Fields(await shown(api, f"{HOME}new?count=1&channel=shop-one"))
    assert (found.linked, found.invalid, found.said) == ([], [], {})


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
