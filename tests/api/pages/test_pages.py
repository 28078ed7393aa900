"""The pages over HTTP: what they show and do, and what they never load, run or follow."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from sqlalchemy import delete, insert

from api import keyring, schedules
from api.pages.export_form import unknown_fields
from api.schedules import Schedule
from config.settings import Settings
from contract.errors import DiskFull, RunLost
from contract.file_name import MOST_CHARACTERS
from contract.jobs import JobFile
from contract.warnings import NO_EFFECT, WARNINGS, warning
from database import credentials, jobs
from database.engine import connect
from database.tables import state_object
from tests.api.conftest import BODY, TENANT, Api, running

pytestmark = pytest.mark.anyio

OTHER = "quince"
HOME = f"/{TENANT}/"


class Parts(HTMLParser):
    """What a page would load or run, its links and forms, and the rows of its list."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self.links: list[str] = []
        self.rows: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.loaded += [given[name] or "" for name in ("src",) if name in given]
        if tag == "link":
            self.loaded.append(given.get("href") or "")
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "li" and (given.get("id") or "").startswith("job-"):
            self.rows.append((given["id"] or "").removeprefix("job-"))


def a_file(api: Api, job_id: str, days: float = 7) -> None:
    jobs.start(api.jobs, job_id)
    file = JobFile(f"{TENANT}/{job_id}/R.csv", "R.csv", 3, "ab" * 32, datetime.now(UTC) + timedelta(days=days))
    jobs.complete(api.jobs, job_id, file, total=1)


async def shown(api: Api, path: str, status: int = 200) -> str:
    answer = await api.client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


async def send(api: Api, path: str, fields: dict[str, str] | None = None, **headers: str) -> httpx.Response:
    return await api.client.post(path, data=fields or {"x": ""}, headers=headers)


@pytest.mark.parametrize(
    "path", ["", "?q=x&status=failed", "new", "new?count=1", "downloads/{job}", "downloads/none", "?cursor=x"]
)
async def test_a_page_loads_our_assets_and_runs_nothing_of_its_own(api: Api, path: str) -> None:
    job_id = await api.job_id()
    answer = await api.client.get(HOME + path.format(job=job_id))
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    parts = Parts(answer.text)
    assert parts.inline == []
    assert len(parts.loaded) >= 3
    for address in parts.loaded:
        asset = await api.client.get(address)
        assert asset.status_code == 200, address
        assert "immutable" in asset.headers["cache-control"]
        assert "://" not in re.sub(rb"http://www.w3.org/2000/svg", b"", asset.content).decode()


async def test_an_asset_of_another_version_is_not_there(api: Api) -> None:
    assert (await api.client.get("/-/assets/000000000000/page.css")).status_code == 404


async def test_texts_from_outside_are_shown_as_texts(api: Api) -> None:
    evil = '<script>alert("x")</script>'
    job_id = await api.job_id(BODY | {"fileName": "a & b"}, **{"x-rdp-userId": evil})
    jobs.start(api.jobs, job_id)
    jobs.fail(api.jobs, job_id, RunLost(times=3, cause=evil))
    for path in (HOME, f"{HOME}downloads/{job_id}", f"{HOME}?q={evil}"):
        text = await shown(api, path)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


async def test_pages_by_cursor_hold_every_job_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.downloads._ROWS", 3)
    made = [await api.job_id() for _ in range(8)]
    seen: list[str] = []
    path = HOME
    for _ in range(3):
        parts = Parts(await shown(api, path))
        seen += parts.rows
        path = next((link for link in parts.links if "cursor=" in link), "")
    assert path == ""
    assert sorted(seen) == sorted(made)


async def test_a_status_and_a_search_choose_rows(api: Api) -> None:
    waiting = await api.job_id(BODY | {"fileName": "Plums"})
    cancelled = await api.job_id(BODY | {"fileName": "Damsons"}, **{"x-rdp-userId": "Bo"})
    jobs.request_cancel(api.jobs, cancelled)
    for query, found in (
        ("status=queued", [waiting]),
        ("status=cancelled", [cancelled]),
        ("q=PLUM", [waiting]),
        ("q=bo", [cancelled]),
        (f"q={waiting[:13]}", [waiting]),
        ("q=%25", []),
        ("q=plum&status=cancelled", []),
        ("status=", [cancelled, waiting]),
    ):
        assert Parts(await shown(api, f"{HOME}?{query}")).rows == found, query
    assert "&#39;done&#39; is not one of queued, running, completed" in await shown(api, f"{HOME}?status=done", 400)


async def test_the_link_to_the_file_is_made_on_the_click(api: Api) -> None:
    job_id = await api.job_id()
    assert (await api.client.get(f"{HOME}downloads/{job_id}/file")).status_code == 409
    a_file(api, job_id)
    assert "/download/" not in await shown(api, HOME)
    answer = await api.client.get(f"{HOME}downloads/{job_id}/file")
    assert answer.status_code == 303
    assert re.fullmatch(rf"/{TENANT}/download/[\w.-]+", answer.headers["location"])
    old = await api.job_id()
    a_file(api, old, days=-1)
    assert (await api.client.get(f"{HOME}downloads/{old}/file")).status_code == 410
    assert "Expired" in await shown(api, HOME)


async def test_cancelling_leads_back_to_where_it_was_asked(api: Api) -> None:
    job_id = await api.job_id()
    site = str(api.client.base_url).rstrip("/")
    came_from = {"referer": f"{site}{HOME}?status=queued&notice=started", "origin": site}
    answer = await send(api, f"{HOME}downloads/{job_id}/cancel", **came_from)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HOME}?status=queued&notice=cancelled")
    assert jobs.of_run(api.jobs, job_id).status == "cancelled"
    again = await send(api, f"{HOME}downloads/{job_id}/cancel", referer="http://evil.example/plum/")
    assert again.headers["location"] == f"{HOME}?notice=ended"


class Asking(HTMLParser):
    """The addresses of a page's forms, and whether each stands within an element that opens to ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.asked: dict[str, bool] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "details":
            self.open.append(given.get("class", ""))
            assert "open" not in given
        if tag == "form":
            self.asked[given.get("action", "").rsplit("/", 1)[-1]] = "menu asking" in self.open

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self.open.pop()


async def test_cancelling_and_deleting_ask_once_more_and_need_no_script(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def listed(*_: object) -> list[Schedule]:
        return [Schedule("1", TENANT, "0 6 * * 1-5", "UTC", True, None, BODY)]

    monkeypatch.setattr(schedules, "listed", listed)
    await api.job_id()
    downloads, planned = Asking(await shown(api, HOME)).asked, Asking(await shown(api, f"{HOME}schedules")).asked
    assert (downloads["cancel"], downloads["again"]) == (True, False)
    assert (planned["delete"], planned["pause"]) == (True, False)


async def test_a_job_that_is_to_stop_is_not_asked_to_once_more(api: Api) -> None:
    job_id = await api.job_id()
    jobs.start(api.jobs, job_id)
    jobs.request_cancel(api.jobs, job_id)
    assert "cancel" not in Asking(await shown(api, HOME)).asked


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


async def test_the_next_run_of_a_schedule_names_its_zone_where_the_schedule_has_another_one(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    when = datetime(2026, 11, 30, 5, 0, tzinfo=UTC)
    kept = [
        Schedule("1", TENANT, "0 6 * * 1-5", "Europe/Berlin", True, when, BODY),
        Schedule("2", TENANT, "0 5 * * 1-5", "UTC", True, when, BODY),
    ]

    async def listed(*_: object) -> list[Schedule]:
        return kept

    monkeypatch.setattr(schedules, "listed", listed)
    text = await shown(api, f"{HOME}schedules")
    assert re.findall(r"05:00</time>([^<]*)<", text) == [" UTC", ""]


async def test_a_name_that_is_too_long_cannot_be_typed(api: Api) -> None:
    assert f'maxlength="{MOST_CHARACTERS}"' in await shown(api, f"{HOME}new")


async def test_the_preview_counts_without_running(api: Api) -> None:
    answer = await send(api, f"{HOME}new/preview", {"channel": "shop-one"})
    assert "<strong>2</strong> objects match" in answer.text
    assert "Channel id is shop-one" in answer.text
    nothing = await send(api, f"{HOME}new/preview", {"channel": "shop-none"})
    assert "<strong>0</strong> objects match" in nothing.text
    assert jobs.page(api.jobs, TENANT, None, 10, None)[0] == []


async def test_other_sites_and_other_tenants_change_nothing(settings: Settings) -> None:
    async with running(settings.model_copy(update={"tenants": {OTHER: {}}})) as api:
        job_id = await api.job_id()
        paths = [f"downloads/{job_id}/cancel", f"downloads/{job_id}/again"]
        for path in [*paths, "new"]:
            assert (await send(api, f"{HOME}{path}", origin="http://evil.example")).status_code == 403
        for path in paths:
            assert (await send(api, f"/{OTHER}/{path}")).status_code == 404
        assert [job.status for job in jobs.page(api.jobs, TENANT, None, 10, None)[0]] == ["queued"]


async def test_an_error_is_a_page(api: Api) -> None:
    text = await shown(api, "/nobody/", 404)
    assert "There is no tenant" in text
    assert "<title>Not found" in text
    assert "There is no job" in await shown(api, f"{HOME}downloads/none", 404)
    assert "cursor" in await shown(api, f"{HOME}?cursor=nonsense", 400)


async def test_the_size_of_a_file_stands_with_the_day_until_which_it_is_kept(api: Api) -> None:
    job_id = await api.job_id()
    a_file(api, job_id)
    row = await shown(api, HOME)
    assert "<span>1 row</span>" in row
    assert re.search(r"<span>3 bytes,</span> <span>kept until <time[^>]*>\d+ [A-Z]", row)


async def test_the_facts_of_a_job_whose_file_has_expired_do_not_say_that_it_is_kept(api: Api) -> None:
    job_id = await api.job_id()
    a_file(api, job_id, days=-1)
    page = await shown(api, f"{HOME}downloads/{job_id}")
    assert "<dt>Expired</dt>" in page
    assert "Kept until" not in page


async def test_a_job_that_failed_says_what_to_do_about_it(api: Api) -> None:
    job_id = await api.job_id()
    jobs.start(api.jobs, job_id)
    jobs.fail(api.jobs, job_id, DiskFull(what="the database"))
    for path in (HOME, f"{HOME}downloads/{job_id}"):
        assert "frees space where <code>STATESHEET_HOME</code> lies" in await shown(api, path)


async def test_the_page_of_a_job_says_what_to_do_about_its_warnings_each_once(api: Api) -> None:
    job_id = await api.job_id()
    a_file(api, job_id)
    jobs.warn(api.jobs, job_id, [warning(NO_EFFECT, path=path, reason="of this") for path in ("a", "b")])
    assert (await shown(api, f"{HOME}downloads/{job_id}")).count(WARNINGS[NO_EFFECT].advice) == 1
    assert "What to do about" not in await shown(api, f"{HOME}downloads/{await api.job_id()}")


async def test_a_page_of_an_error_says_what_to_do_and_so_does_the_form(api: Api) -> None:
    assert "<code>statesheet jobs --tenant TENANT</code> lists" in await shown(api, f"{HOME}downloads/none", 404)
    wrong = await send(api, f"{HOME}new", {"channel": "shop-one", "file_name": "a/b", "do": "start"})
    assert "Give a plain name in <code>fileName</code>" in wrong.text


async def test_the_address_without_its_slash_leads_to_the_page(api: Api) -> None:
    answer = await api.client.get(f"/{TENANT}")
    assert (answer.status_code, answer.headers["location"]) == (307, HOME)


async def test_behind_a_proxy_every_address_begins_with_the_public_path(settings: Settings) -> None:
    async with running(settings.model_copy(update={"public_url": "https://example.org/exports"})) as api:
        job_id = await api.job_id()
        answer = await api.client.get(f"{HOME}downloads/{job_id}")
        parts = Parts(answer.text)
    own = [address for address in [*parts.loaded, *parts.links] if address.startswith("/")]
    assert own
    assert all(address.startswith("/exports/") for address in own)


# Signing in


@pytest.fixture
def _no_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A credential that is made counts at once."""
    monkeypatch.setattr(keyring, "REMEMBERED_SECONDS", 0)
    return


@pytest.mark.usefixtures("_no_memory")
async def test_who_is_not_signed_in_is_led_to_sign_in_and_back(api: Api) -> None:
    made = credentials.create(api.jobs, TENANT, "Ann")
    answer = await api.client.get(f"{HOME}new?channel=shop-one")
    assert answer.status_code == 303
    asked = urlsplit(answer.headers["location"])
    assert asked.path == f"{HOME}sign-in"
    assert parse_qs(asked.query) == {"next": [f"{HOME}new?channel=shop-one"]}
    text = await shown(api, answer.headers["location"])
    assert 'value="/plum/new?channel=shop-one"' in text
    wrong = await send(api, f"{HOME}sign-in", {"id": made.credential.id, "secret": "guess"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers
    fields = {"id": made.credential.id, "secret": made.secret, "next": f"{HOME}new?channel=shop-one"}
    right = await send(api, f"{HOME}sign-in", fields)
    assert right.headers["location"] == f"{HOME}new?channel=shop-one"
    assert "Sign out" in await shown(api, HOME)
    job = await send(api, f"{HOME}new", {"do": "start"})
    assert job.status_code == 303
    assert jobs.page(api.jobs, TENANT, None, 1, None)[0][0].submitted_by == "Ann"
    await send(api, f"{HOME}sign-out")
    assert (await api.client.get(HOME)).status_code == 303
    assert (await api.client.get(f"{HOME}events")).status_code == 401


@pytest.mark.usefixtures("_no_memory")
@pytest.mark.parametrize("do", ["start", "schedule"])
async def test_a_form_that_is_sent_after_the_session_ended_comes_back_with_its_choices(api: Api, do: str) -> None:
    made = credentials.create(api.jobs, TENANT)
    fields = {"channel": "shop-one", "file_name": "Ours & \u00fcbrig", "every": "cron", "cron": "0 5 * * *", "do": do}
    asked = await send(api, f"{HOME}new", fields)
    assert asked.status_code == 303
    text = await shown(api, asked.headers["location"])
    assert "You were signed out" in text
    [wanted] = parse_qs(urlsplit(asked.headers["location"]).query)["next"]
    signed_in = await send(api, f"{HOME}sign-in", {"id": made.credential.id, "secret": made.secret, "next": wanted})
    form = await shown(api, signed_in.headers["location"])
    for kept in (
        "nothing was started or saved",
        'value="shop-one" checked',
        'value="Ours &amp; \u00fcbrig"',
        'value="0 5 * * *"',
    ):
        assert kept in form
    assert jobs.of_tenant(api.jobs, TENANT) == []


@pytest.mark.usefixtures("_no_memory")
async def test_choices_too_many_for_an_address_are_said_to_be_lost(api: Api) -> None:
    credentials.create(api.jobs, TENANT)
    asked = await send(api, f"{HOME}new", {"file_name": "x" * 9_000})
    assert parse_qs(urlsplit(asked.headers["location"]).query)["next"] == [f"{HOME}new?notice=lost"]


@pytest.mark.usefixtures("_no_memory")
async def test_anything_else_that_is_sent_after_the_session_ended_is_said_not_to_be_done(api: Api) -> None:
    job_id = await api.job_id()
    credentials.create(api.jobs, TENANT)
    for path in (f"downloads/{job_id}/cancel", "upload", "schedules/x/pause"):
        asked = await send(api, f"{HOME}{path}")
        assert "was not done" in await shown(api, asked.headers["location"])


@pytest.mark.usefixtures("_no_memory")
async def test_a_credential_opens_its_own_tenants_page_only(settings: Settings) -> None:
    async with running(settings.model_copy(update={"tenants": {OTHER: {}}})) as api:
        made = credentials.create(api.jobs, OTHER)
        fields = {"id": made.credential.id, "secret": made.secret}
        assert (await send(api, f"{HOME}sign-in", fields)).status_code == 401
        assert (await send(api, f"/{OTHER}/sign-in", fields)).status_code == 303
        links = Parts(await shown(api, f"{HOME}?q=x", 403)).links
        [to_sign_in] = [link for link in links if urlsplit(link).path == f"{HOME}sign-in"]
        assert f"/{OTHER}/" in links
        for link in links:
            assert link.startswith(f"/{OTHER}/") or link in (to_sign_in, "/docs", "#main")
        for referer, wanted in ((f"{HOME}?q=x", f"{HOME}?q=x"), (f"/{OTHER}/?q=x", HOME), ("@evil.example/plum/", HOME)):
            asked = await api.client.get(to_sign_in, headers={"referer": f"http://127.0.0.1:9095{referer}"})
            assert f'name="next" value="{wanted}"' in asked.text
        assert "Sign in" in await shown(api, f"{HOME}sign-in")
        operator = credentials.create(api.jobs, None)
        answer = await api.client.get(HOME, headers={"authorization": f"Bearer {operator.secret}"})
        assert answer.status_code == 403
        assert f"{HOME}sign-in" in answer.text
        assert 'aria-label="Pages"' not in answer.text


@pytest.mark.usefixtures("_no_memory")
@pytest.mark.parametrize(
    "wanted",
    [
        "http://evil.example/",
        "//evil.example/plum/",
        "/plum/../quince/",
        "/quince/",
        "/plum/\\evil",
        "javascript:alert(1)",
        "http://[",
        "/plum/\r\nx: y",
        "/plum",
    ],
)
async def test_signing_in_leads_to_no_other_place(api: Api, wanted: str) -> None:
    made = credentials.create(api.jobs, TENANT)
    fields = {"id": made.credential.id, "secret": made.secret, "next": wanted}
    answer = await send(api, f"{HOME}sign-in", fields)
    assert answer.headers["location"] == HOME
