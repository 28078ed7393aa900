"""Without credentials: the server answers this machine only, and no page of another site starts anything."""

import pytest

from config.settings import Settings
from database import credentials
from tests.api.conftest import TENANT, Api, refusal, running
from tests.api.known_routes import call, routes
from tests.api.shown_credentials import shown, status

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("_no_memory")]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9095", "127.8.8.8", "[::1]:9095", "LOCALHOST:1", "exports.example"])
async def test_the_open_server_answers_to_this_machines_names_and_its_public_one(api: Api, host: str) -> None:
    assert await status(api, {"host": host}) == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "10.1.2.3", "["]
)
async def test_the_open_server_answers_to_no_other_name(api: Api, host: str) -> None:
    for route in routes(api.app):
        answer = await call(api, route, {"host": host}, tenant=TENANT)
        assert answer.status_code == 421, route
    assert refusal(await api.client.get("/health", headers={"host": host}))["code"] == "SSH4120"
    credentials.create(api.jobs, TENANT)
    assert (await api.client.get("/health", headers={"host": host})).status_code == 200, "credentials protect it now"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9096"},
        {"origin": "http://["},
        {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_another_sites_page_starts_nothing(api: Api, headers: dict[str, str]) -> None:
    assert refusal(await api.post(**headers))["code"] == "SSH4151"
    assert not api.prefect.runs
    made = credentials.create(api.jobs, TENANT)
    assert (await api.post(**headers, **shown(made))).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://127.0.0.1:9095"}, {"origin": "http://exports.example"}, {"sec-fetch-site": "same-origin"}, {}],
)
async def test_our_own_pages_and_clients_that_are_no_browsers_may_start_something(api: Api, headers: dict[str, str]) -> None:
    assert (await api.post(**headers)).status_code == 200


async def test_beyond_this_machine_nothing_is_open_even_without_credentials(settings: Settings) -> None:
    async with running(settings.model_copy(update={"host": "0.0.0.0"})) as api:
        assert await status(api, {}) == 401
        assert (await api.client.get("/health")).json()["version"] is None
