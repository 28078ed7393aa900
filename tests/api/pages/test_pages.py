"""The pages over HTTP: what they show and do, and what they never load, run or follow."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from api import schedules
from api.schedules import Schedule
from config.settings import Settings
from contract.errors import DiskFull, RunLost
from contract.jobs import JobFile
from contract.warnings import NO_EFFECT, WARNINGS, warning
from database import jobs
from tests.api.conftest import BODY, TENANT, Api, running
from tests.api.pages.visits import HOME, Parts, send, shown

pytestmark = pytest.mark.anyio

OTHER = "quince"


def a_file(api: Api, job_id: str, days: float = 7) -> None:
    jobs.start(api.jobs, job_id)
    file = JobFile(f"{TENANT}/{job_id}/R.csv", "R.csv", 3, "ab" * 32, datetime.now(UTC) + timedelta(days=days))
    jobs.complete(api.jobs, job_id, file, total=1)


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
