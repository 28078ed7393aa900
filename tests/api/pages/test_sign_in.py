"""Signing in on the pages: who is led there, what it opens, and what is not lost by it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from config.settings import Settings
from database import credentials, jobs
from tests.api.conftest import TENANT, Api, running
from tests.api.pages.visits import HOME, Parts, send, shown

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("_no_memory")]

OTHER = "quince"


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


async def test_choices_too_many_for_an_address_are_said_to_be_lost(api: Api) -> None:
    credentials.create(api.jobs, TENANT)
    asked = await send(api, f"{HOME}new", {"file_name": "x" * 9_000})
    assert parse_qs(urlsplit(asked.headers["location"]).query)["next"] == [f"{HOME}new?notice=lost"]


async def test_anything_else_that_is_sent_after_the_session_ended_is_said_not_to_be_done(api: Api) -> None:
    job_id = await api.job_id()
    credentials.create(api.jobs, TENANT)
    for path in (f"downloads/{job_id}/cancel", "upload", "schedules/x/pause"):
        asked = await send(api, f"{HOME}{path}")
        assert "was not done" in await shown(api, asked.headers["location"])


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
