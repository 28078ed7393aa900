"""A browser stays signed in by a cookie, for a while, as long as its credential is good."""

import time

import pytest
from fastapi import Response

from api import sessions
from config.settings import Settings
from database import credentials
from tests.api.conftest import TENANT, Api, refusal, running

pytestmark = pytest.mark.anyio


def cookie_of(api: Api, tenant: str | None = TENANT) -> tuple[str, credentials.Credential]:
    """The Set-Cookie header of a sign-in with a new credential."""
    made = credentials.create(api.jobs, tenant).credential
    response = Response()
    sessions.begin(response, made, api.app.state.resources)
    return response.headers["set-cookie"], made


async def jobs_with(api: Api, cookie: str, tenant: str = TENANT) -> int:
    """The status that a browser with the cookie gets."""
    answer = await api.client.get(f"/{tenant}/jobs", headers={"cookie": cookie.partition(";")[0]})
    if answer.status_code != 200:
        refusal(answer)
    return answer.status_code


async def test_a_signed_in_browser_sees_its_tenant_and_no_other(api: Api) -> None:
    cookie, _ = cookie_of(api)
    assert await jobs_with(api, cookie) == 200
    assert await jobs_with(api, cookie, "quince") == 403
    assert await jobs_with(api, "statesheet-9095=nothing") == 401


async def test_no_script_and_no_other_site_gets_at_the_cookie(settings: Settings) -> None:
    async with running(settings) as api:
        cookie, _ = cookie_of(api)
        assert cookie.startswith("statesheet-9095=")
        assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= {
            part.strip().lower() for part in cookie.split(";")
        }
        assert "secure" not in cookie.lower().split("; ")
    async with running(settings.model_copy(update={"public_url": "https://sheets.example"})) as api:
        cookie, _ = cookie_of(api)
        assert cookie.startswith("__Host-statesheet-9095=")
        assert "secure" in cookie.lower().split("; ")
        assert await jobs_with(api, cookie) == 200


async def test_a_session_ends_with_its_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie, _ = cookie_of(api)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 43_202)
    assert await jobs_with(api, cookie) == 401


@pytest.mark.usefixtures("_no_memory")
async def test_a_session_ends_with_its_credential(api: Api) -> None:
    cookie, made = cookie_of(api)
    assert await jobs_with(api, cookie) == 200
    credentials.revoke(api.jobs, made.id)
    assert await jobs_with(api, cookie) == 401


async def test_a_session_survives_a_restart(settings: Settings) -> None:
    async with running(settings) as api:
        cookie, _ = cookie_of(api)
    async with running(settings) as api:
        assert await jobs_with(api, cookie) == 200


async def test_what_was_signed_as_a_link_is_no_session(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _, made = cookie_of(api)
    monkeypatch.setattr(sessions, "_SALT", "statesheet.download")
    response = Response()
    sessions.begin(response, made, api.app.state.resources)
    monkeypatch.undo()
    assert await jobs_with(api, response.headers["set-cookie"]) == 401


async def test_signing_out_takes_the_cookie_away_and_ends_the_session_for_every_copy_of_it(api: Api) -> None:
    cookie, made = cookie_of(api)
    response = Response()
    sessions.begin(response, made, api.app.state.resources)
    other = response.headers["set-cookie"]
    assert (await jobs_with(api, cookie), await jobs_with(api, other)) == (200, 200)
    for _ in range(2):
        answer = await api.client.post(f"/{TENANT}/sign-out", headers={"cookie": cookie.partition(";")[0]})
        assert answer.status_code == 303
        assert answer.headers["set-cookie"].startswith('statesheet-9095=""; ')
        assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await jobs_with(api, cookie), await jobs_with(api, other)) == (401, 200)
    async with running(api.settings) as again:
        assert (await jobs_with(again, cookie), await jobs_with(again, other)) == (401, 200)
    assert (await api.client.post(f"/{TENANT}/sign-out")).status_code == 303
