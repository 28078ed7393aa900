"""Who may call: every route asks, in every way that clients have, and says no in the envelope."""

import base64
import logging
import uuid
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts

from api.authentication import is_public
from config.settings import Settings
from contract.errors import ERRORS
from database import credentials, jobs
from tests.api.conftest import BODY, TENANT, Api, FakePrefect, refusal, running
from tests.api.finished_jobs import SECRET_VALUES, a_file_of_plum
from tests.api.known_routes import call, routes
from tests.api.shown_credentials import basic, bearer, shown, status

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("_no_memory")]

OTHER = "quince"


async def test_each_way_to_show_a_credential_opens_its_tenant(api: Api) -> None:
    made = credentials.create(api.jobs, TENANT)
    identifier = made.credential.id
    assert await status(api, shown(made)) == 200
    assert await status(api, bearer(made.secret)) == 200
    assert await status(api, {"authorization": f"bearer  {made.secret} "}) == 200
    assert await status(api, basic(identifier, made.secret)) == 200
    # What some proxies put there as well does not get in the way.
    assert await status(api, {**shown(made), **basic("proxy", "password")}) == 200


async def test_what_is_wrong_in_any_way_opens_nothing(api: Api) -> None:
    made, other = credentials.create(api.jobs, TENANT), credentials.create(api.jobs, TENANT)
    identifier = made.credential.id
    wrong: list[dict[str, str]] = [
        {},
        {"auth-client-id": identifier},
        {"auth-client-secret": made.secret},
        {"auth-client-id": other.credential.id, "auth-client-secret": made.secret},
        {"auth-client-id": "", "auth-client-secret": made.secret},
        {"auth-client-id": identifier, "auth-client-secret": made.secret[:-1]},
        {"auth-client-id": made.secret, "auth-client-secret": identifier},
        {**bearer(made.secret), "auth-client-id": identifier},
        bearer(identifier),
        bearer(""),
        bearer(credentials.digest(made.secret)),
        {"authorization": made.secret},
        {"authorization": f"Digest {made.secret}"},
        basic(identifier, ""),
        basic("", made.secret),
        basic(other.credential.id, made.secret),
        {"authorization": "Basic not/base64!"},
        {"authorization": "Basic " + base64.b64encode(b"\xff\xfe:x").decode()},
        {"authorization": "Basic"},
        {"cookie": f"statesheet-9095={identifier}"},
    ]
    for headers in wrong:
        assert await status(api, headers) == 401, headers


async def test_a_401_says_how_and_keeps_browsers_from_asking_by_themselves(api: Api) -> None:
    credentials.create(api.jobs, TENANT)
    answer = await api.client.get(f"/{TENANT}/jobs")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (
        401,
        'Bearer realm="statesheet", Basic realm="statesheet"',
    )
    answer = await api.client.get(f"/{TENANT}/jobs", headers={"sec-fetch-mode": "cors"})
    assert answer.headers["www-authenticate"] == 'Bearer realm="statesheet"'


async def test_a_credential_of_another_tenant_is_403_whether_the_tenant_exists_or_not(api: Api) -> None:
    made = credentials.create(api.jobs, OTHER)
    for tenant in (TENANT, "medlar", "no such"):
        answer = await api.client.get(f"/{tenant}/jobs", headers=shown(made))
        assert (answer.status_code, refusal(answer)["code"]) == (403, "SSH4103")


async def test_once_one_credential_was_made_every_tenant_needs_one_even_when_it_is_revoked(api: Api) -> None:
    assert await status(api, {}) == 200
    made = credentials.create(api.jobs, OTHER)
    assert await status(api, {}) == 401
    credentials.revoke(api.jobs, made.credential.id)
    assert await status(api, {}) == 401
    assert await status(api, shown(made), f"/{OTHER}/jobs") == 401


async def test_a_revoked_credential_opens_nothing_within_seconds(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    now = 1000.0
    monkeypatch.setattr("api.keyring.time.monotonic", lambda: now)
    made = credentials.create(api.jobs, TENANT)
    assert await status(api, shown(made)) == 200
    credentials.revoke(api.jobs, made.credential.id)
    assert await status(api, shown(made)) == 200, "remembered"
    now += 2.01
    assert await status(api, shown(made)) == 401


async def test_a_credential_in_use_asks_the_database_seldom(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    made = credentials.create(api.jobs, TENANT)
    assert await status(api, shown(made)) == 200
    asked: list[str] = []
    monkeypatch.setattr("api.keyring.time.monotonic", lambda: 0.0)
    monkeypatch.setattr(credentials, "by_secret_digest", lambda *given: asked.append("secret"))
    monkeypatch.setattr(credentials, "any_made", lambda *given: asked.append("any"))
    for _ in range(20):
        assert await status(api, shown(made)) == 200
    assert asked == []


async def test_the_credential_of_the_operator_opens_the_operation_and_no_tenant(api: Api) -> None:
    operator, tenants = credentials.create(api.jobs, None), credentials.create(api.jobs, TENANT)
    assert await status(api, shown(operator)) == 403
    assert (await api.client.get("/metrics", headers=shown(operator))).status_code == 200
    assert await status(api, shown(tenants), "/metrics") == 403
    assert await status(api, {}, "/metrics") == 401


async def test_health_tells_strangers_only_which_parts_are_well(api: Api) -> None:
    operator, tenants = credentials.create(api.jobs, None), credentials.create(api.jobs, TENANT)
    assert (await api.client.get("/health", headers=shown(operator))).json()["prefectUrl"] == "http://prefect"
    for headers in ({}, shown(tenants), bearer("nonsense")):
        answer = await api.client.get("/health", headers=headers)
        said = answer.json()
        assert (answer.status_code, said["status"], said["version"], said["prefectUrl"]) == (200, "ok", None, None)
        assert {(part["ok"], part["detail"]) for part in said["parts"].values()} == {(True, None)}


async def test_who_asks_by_a_credential_alone_is_kept_with_the_job(api: Api) -> None:
    body = {**BODY, "clientState": {}}
    named, unnamed = credentials.create(api.jobs, TENANT, "night\x1bly"), credentials.create(api.jobs, TENANT)
    for made, said in ((named, "nightly"), (unnamed, unnamed.credential.id)):
        job_id = await api.job_id(body, **shown(made))
        assert jobs.of_run(api.jobs, job_id).submitted_by == said


# Every route that there is.


@pytest.mark.parametrize("whose", ["nobody", "wrong", "revoked", "other"])
async def test_no_route_gives_anything_to_whom_it_is_not_for(api: Api, tmp_path: Path, whose: str) -> None:
    """Every route of the application, with the real id of a job of the tenant; a new route is here by itself."""
    job_id = await a_file_of_plum(api, tmp_path)
    revoked, other = credentials.create(api.jobs, TENANT), credentials.create(api.jobs, OTHER)
    credentials.revoke(api.jobs, revoked.credential.id)
    headers = {
        "nobody": {},
        "wrong": {"auth-client-id": other.credential.id, "auth-client-secret": "x" * 43},
        "revoked": shown(revoked),
        "other": shown(other),
    }[whose]
    walked = list(routes(api.app))
    assert len(walked) > 10
    parts = {"tenant": TENANT, "job_id": job_id, "schedule_id": str(uuid.uuid4())}
    for route in walked:
        answer = await call(api, route, headers, **parts)
        said = answer.text + str(answer.headers)
        assert not any(value in said for value in SECRET_VALUES), route
        assert "a1" not in answer.text.split('"'), route
        if not is_public(route.endpoint):
            assert answer.status_code == (403 if whose == "other" else 401) or is_sign_in(answer), (route, answer.status_code)
            assert job_id not in answer.text, route
    # It is about those who ask, and not about the routes: the owner does find it.
    owner = credentials.create(api.jobs, TENANT)
    assert SECRET_VALUES[0] in (await api.client.get(f"/{TENANT}/jobs/{job_id}", headers=shown(owner))).text


def is_sign_in(answer: httpx.Response) -> bool:
    """Whether a page sends its visitor to sign in."""
    return answer.status_code == 303 and "/sign-in" in answer.headers["location"]


async def test_a_job_of_another_tenant_is_404_on_every_route_of_ones_own(api: Api, tmp_path: Path) -> None:
    """With a good credential, under one's own tenant, the id of somebody else's job is as unknown as any other."""
    settings = api.settings.model_copy(update={"tenants": {OTHER: {}}})
    job_id = await a_file_of_plum(api, tmp_path)
    async with running(settings) as second:
        headers = shown(credentials.create(second.jobs, OTHER))
        with_job = [route for route in routes(second.app) if "{job_id}" in route.path]
        assert len(with_job) >= 4
        for route in with_job:
            there = await call(second, route, headers, tenant=OTHER, job_id=job_id)
            never = await call(second, route, headers, tenant=OTHER, job_id=str(uuid.uuid4()))
            assert there.status_code == never.status_code == 404, route
            assert not any(value in there.text for value in SECRET_VALUES), route


async def test_a_route_that_is_added_needs_a_credential_by_itself(api: Api) -> None:
    added = APIRouter()
    added.add_api_route("/{tenant}/added", lambda: "open", methods=["GET"])
    api.app.include_router(added)
    assert (await api.client.get(f"/{TENANT}/added")).status_code == 200
    credentials.create(api.jobs, OTHER)
    assert await status(api, {}, f"/{TENANT}/added") == 401


async def test_every_route_is_one_that_asks(api: Api) -> None:
    """A mount or a bare route of Starlette's would have no dependencies, and so would ask nobody."""
    for context in iter_route_contexts(api.app.routes):
        assert isinstance(context.original_route, APIRoute), context.path


# What must not be told.


async def test_secrets_are_in_no_log_and_no_answer(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through calls that fail in every way, at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    answers: list[httpx.Response] = []
    prefect = FakePrefect()
    async with running(settings, prefect) as api:
        made = credentials.create(api.jobs, TENANT)
        token = "token-of-a-link"
        for headers in (shown(made), bearer(made.secret), basic(made.credential.id, made.secret)):
            answers.append(await api.post(b"{", **headers))
            answers.append(await api.client.get(f"/{OTHER}/jobs", headers=headers))
            answers.append(await api.client.get(f"/{TENANT}/nothing/there", headers=headers))
            prefect.trouble = [500, httpx.ConnectError("refused")]
            answers.append(await api.post(**headers))
            with monkeypatch.context() as patched:
                patched.setattr("api.jobs.find", lambda *given: 1 / 0)
                answers.append(await api.client.get(f"/{TENANT}/jobs/1", headers=headers))
        with monkeypatch.context() as patched:
            patched.setattr("files.links.verify", lambda *given: 1 / 0)
            answers.append(await api.client.get(f"/{TENANT}/download/{token}"))
        credentials.revoke(api.jobs, made.credential.id)
        answers.append(await api.client.get(f"/{TENANT}/jobs", headers=shown(made)))
    assert {answer.status_code for answer in answers} >= {400, 401, 403, 404, 500}
    assert all(code in ERRORS for code in (refusal(answer)["code"] for answer in answers))
    # The client of this test tells what it asks for; that is not the service.
    logged = "".join(map(caplog.handler.format, (record for record in caplog.records if record.name != "httpx")))
    told = logged + "".join(answer.text + str(answer.headers) for answer in answers)
    for secret in (made.secret, basic(made.credential.id, made.secret)["authorization"].split()[1], token):
        assert secret not in told


async def test_an_address_cannot_write_lines_of_its_own_into_the_log(
    api: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.jobs.find", lambda *given: 1 / 0)
    answer = await api.client.get(f"/{TENANT}/jobs/x%0AERROR forged%1b[2J")
    assert answer.status_code == 500
    assert any("forged" in record.getMessage() for record in caplog.records), "and still it can be seen"
    assert all("\n" not in record.getMessage() and "\x1b" not in record.getMessage() for record in caplog.records)
