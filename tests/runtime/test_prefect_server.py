"""The embedded Prefect server: takes simultaneous calls, and keeps to itself."""

import asyncio
import json
import os
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import websockets.exceptions
import websockets.sync.client
from prefect.client.orchestration import PrefectClient

from api.runs import run_body
from runtime import deployments
from tests.loopback import http


def test_forty_runs_that_are_created_at_once_are_all_taken(prefect):
    async def create():
        async with httpx.AsyncClient(base_url=prefect, timeout=60) as client:
            flow = (await client.post("/flows/", json={"name": "many"})).json()["id"]
            deployment = (await client.post("/deployments/", json={"name": "many", "flow_id": flow})).json()["id"]
            keys = [{"idempotency_key": str(uuid.uuid4())} for _ in range(40)]
            calls = (client.post(f"/deployments/{deployment}/create_flow_run", json=key) for key in keys)
            return await asyncio.gather(*calls)

    answers = asyncio.run(create())
    assert [answer.status_code for answer in answers] == [201] * 40
    assert len({answer.json()["id"] for answer in answers}) == 40


def test_a_run_that_the_api_asks_for_has_its_key_as_its_id_and_no_other_has(prefect):
    async def create():
        async with httpx.AsyncClient(base_url=prefect, timeout=60) as client, PrefectClient(prefect) as known:
            await deployments.register(known, Path(__file__).parent / "prefect.yaml")
            deployment = (await client.get("/deployments/name/quick/test")).json()["id"]
            address = f"/deployments/{deployment}/create_flow_run"
            keys = [str(uuid.uuid4()) for _ in range(6)]
            bodies = [json.loads(run_body(key, "acme", {})) for key in keys]
            alone = [(await client.post(address, json=body)).json()["id"] for body in bodies[:3]]
            # Some are asked for again, as after a crash: it is the same run.
            together = (await client.post(f"{address}/bulk", json=bodies)).json()["results"]
            again = [(await client.post(address, json=body)) for body in bodies[3:]]
            other = await client.post(address, json={"idempotency_key": str(uuid.uuid4())})
            for key in keys:
                await client.post(f"/flow_runs/{key}/set_state", json={"state": {"type": "CANCELLED"}, "force": True})
            await client.delete(f"/flow_runs/{other.json()['id']}")
            return keys, alone, [one["flow_run_id"] for one in together], again, other.json()

    keys, alone, together, again, other = asyncio.run(create())
    assert alone == keys[:3]
    assert together == keys
    assert [(answer.status_code, answer.json()["id"]) for answer in again] == [(200, key) for key in keys[3:]]
    assert other["id"] != other["idempotency_key"]


def test_the_pages_are_served(prefect):
    assert "<html" in http.get(prefect.removesuffix("/api"), timeout=10, follow_redirects=True).text


def test_other_sites_in_a_browser_may_not_read_its_answers(prefect):
    answer = http.get(f"{prefect}/health", headers={"Origin": "https://elsewhere.example"}, timeout=10)
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "elsewhere.example"}, 421),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_other_sites_in_a_browser_may_not_have_it_do_anything(prefect, headers, status):
    assert http.post(f"{prefect}/flows/filter", json={}, headers=headers, timeout=10).status_code == status


def test_its_own_pages_may_by_whichever_name_they_were_opened(prefect):
    port = httpx.URL(prefect).port
    for name in ("localhost", "127.0.0.1"):
        headers = {"Origin": f"http://{name}:{port}", "Sec-Fetch-Site": "cross-site"}
        answer = http.post(f"{prefect}/flows/filter", json={}, headers=headers, timeout=10)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, f"http://{name}:{port}")


def test_a_websocket_is_opened_for_its_own_pages_and_for_programs_only(prefect):
    address = prefect.replace("http://", "ws://") + "/events/in"
    with websockets.sync.client.connect(address):
        pass
    with pytest.raises(websockets.exceptions.InvalidStatus, match="403"):
        websockets.sync.client.connect(address, origin="http://elsewhere.example")


def test_telemetry_and_what_is_not_used_is_off(prefect):
    settings = http.get(f"{prefect}/admin/settings", timeout=10).json()["server"]
    services = settings["services"]
    assert settings["analytics_enabled"] is False
    assert services["scheduler"]["enabled"] is True
    assert not any(services[name]["enabled"] for name in ("late_runs", "triggers", "pause_expirations", "repossessor"))


HALF = "x \ud83d"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"parameters": {"file_name": HALF}}).encode(),
        json.dumps({"parameters": {HALF: 1}}).encode(),
        json.dumps({"parameters": {"file_name": HALF}}, ensure_ascii=False).encode("utf-8", "surrogatepass"),
        json.dumps({"parameters": {"file_name": HALF}}).encode("utf-16"),
        # What Prefect itself makes a text of.
        json.dumps({"parameters": {"file_name": {"__prefect_kind": "json", "value": json.dumps(HALF)}}}).encode(),
    ],
)
def test_a_run_with_half_of_a_surrogate_pair_is_refused_and_all_others_can_be_read(prefect, quick, body):
    with httpx.Client(base_url=prefect) as client:
        address = f"/deployments/{quick}/create_flow_run"
        other = client.post(address, json={"parameters": {"file_name": "whole \N{GRINNING FACE}"}}).json()["id"]
        answer = client.post(address, content=body)
        assert (answer.status_code, "half of a surrogate pair" in answer.text) == (400, True)
        [found] = client.post("/flow_runs/filter", json={"flow_runs": {"deployment_id": {"any_": [quick]}}}).json()
        assert (found["id"], found["parameters"]["file_name"]) == (other, "whole \N{GRINNING FACE}")


def test_a_run_with_half_of_a_surrogate_pair_that_an_earlier_version_took_can_be_read(prefect, quick):
    with (
        httpx.Client(base_url=prefect) as client,
        closing(sqlite3.connect(f"{os.environ['PREFECT_HOME']}/prefect.db")) as database,
    ):
        client.post(f"/deployments/{quick}/create_flow_run", json={"parameters": {"file_name": "whole"}})
        with database:
            parameters = json.dumps({"file_name": HALF, "tenant": "acme"})
            database.execute("UPDATE flow_run SET parameters = ? WHERE deployment_id = ?", (parameters, quick))
        [found] = client.post("/flow_runs/filter", json={"flow_runs": {"deployment_id": {"any_": [quick]}}}).json()
        assert found["parameters"] == {"file_name": "x \N{REPLACEMENT CHARACTER}", "tenant": "acme"}


@pytest.fixture
def quick(prefect):
    """A deployment that is gone with its runs afterwards."""
    with httpx.Client(base_url=prefect) as client:
        flow = client.post("/flows/", json={"name": "halves"}).json()["id"]
        deployment = client.post("/deployments/", json={"name": "halves", "flow_id": flow}).json()["id"]
        yield deployment
        client.delete(f"/deployments/{deployment}")
