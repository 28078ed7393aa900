"""Health, metrics, the interface's own document and page, explain, and what the web process may not carry."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import httpx
import pytest

from api.models import Explanation, Health, Refusal, Started
from config.settings import Settings
from database import job_totals
from database.tables import export_job
from tests.api.conftest import BODY, TENANT, Api, FakePrefect, refusal, running

pytestmark = pytest.mark.anyio


async def test_a_stack_that_would_run_an_export_is_well(api: Api) -> None:
    answer = await api.client.get("/health")
    assert answer.status_code == 200
    said = answer.json()
    Health.model_validate(said)
    assert said["status"] == "ok"
    assert said["prefectUrl"] == "http://prefect"
    assert {name: part["ok"] for name, part in said["parts"].items()} == dict.fromkeys(
        ("objects", "jobs", "prefect", "worker", "disk"), True
    )
    assert (await api.client.head("/health")).status_code == 200


async def ill_parts(api: Api) -> set[str]:
    answer = await api.client.get("/health")
    said = answer.json()
    Health.model_validate(said)
    ill = {name for name, part in said["parts"].items() if not part["ok"]}
    assert answer.status_code == (503 if ill else 200)
    assert said["status"] == ("unavailable" if ill else "ok")
    assert all(part["detail"] for part in said["parts"].values())
    return ill


async def test_each_part_that_is_not_well_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(settings) as api:
        assert await ill_parts(api) == set()
        with api.jobs.begin() as connection:
            export_job.drop(connection)
        assert await ill_parts(api) == {"jobs"}
    monkeypatch.setattr("files.spool.LEAST_FREE_BYTES", 1 << 80)
    async with running(settings) as api:
        assert await ill_parts(api) == {"jobs", "disk"}


async def test_a_prefect_that_is_away_is_named(api: Api) -> None:
    api.prefect.trouble = [httpx.ConnectError("refused")] * 30
    assert await ill_parts(api) == {"prefect", "worker"}


async def test_a_part_that_hangs_holds_up_nobody_who_asks(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.health._SECONDS", 0.5)
    async with running(settings, FakePrefect(hangs=True)) as api:
        answer = await api.client.get("/health")
    details = {name: part["detail"] for name, part in answer.json()["parts"].items() if not part["ok"]}
    assert answer.status_code == 503
    assert details == dict.fromkeys(("prefect", "worker"), "it has not answered in 0.5 seconds")


async def test_without_the_deployment_no_export_would_run(settings: Settings) -> None:
    async with running(settings, FakePrefect(is_deployed=False)) as api:
        assert await ill_parts(api) == {"prefect", "worker"}


@pytest.mark.parametrize("workers", [[], [{"name": "one", "status": "OFFLINE"}]])
async def test_without_a_worker_no_export_would_run(settings: Settings, workers: list[dict[str, str]]) -> None:
    async with running(settings, FakePrefect(workers=workers)) as api:
        assert await ill_parts(api) == {"worker"}


@pytest.mark.parametrize("answers", [True, False])
async def test_the_worker_of_this_machine_is_asked_itself(settings: Settings, answers: bool) -> None:
    async with running(settings, FakePrefect(workers=[]), worker_answers=lambda: answers) as api:
        assert await ill_parts(api) == (set() if answers else {"worker"})


async def test_metrics_count_jobs_and_requests_with_few_labels(api: Api) -> None:
    await api.job_id()
    for number in range(3):
        await api.client.get(f"/{TENANT}/jobs/{number}")
        await api.client.request(f"MADE{number}", f"/made/up/address/{number}")
    answer = await api.client.get("/metrics")
    assert answer.status_code == 200
    text = answer.text
    assert 'statesheet_jobs{status="queued"} 1.0' in text
    assert 'statesheet_jobs{status="completed with no records"} 0.0' in text
    assert re.search(r'statesheet_requests_total\{address="/\{tenant\}/jobs/\{job_id\}",method="GET",status="404"\} 3\.0', text)
    assert re.search(r'statesheet_requests_total\{address="none",method="other",status="404"\} 3\.0', text)
    assert TENANT not in text


async def test_metrics_tell_how_long_the_queue_waits_and_what_completed_jobs_came_to(api: Api) -> None:
    assert "statesheet_queue_oldest_seconds 0.0" in (await api.client.get("/metrics")).text
    await api.job_id()
    job_totals.add(api.jobs, [("seconds", "render", 0.25), ("rows", "excel", 7), ("bytes", "excel", 900)])
    job_totals.add(api.jobs, [("seconds", "render", 0.5)])
    text = (await api.client.get("/metrics")).text
    assert re.search(r"^statesheet_queue_oldest_seconds [0-9.]*[1-9]", text, re.MULTILINE)
    assert 'statesheet_step_seconds_count{step="render"} 2.0' in text
    assert 'statesheet_step_seconds_sum{step="render"} 0.75' in text
    assert 'statesheet_rows_total{format="excel"} 7.0' in text
    assert 'statesheet_file_bytes_total{format="excel"} 900.0' in text


async def test_metrics_without_the_table_of_jobs_are_503(settings: Settings) -> None:
    async with running(settings) as api:
        with api.jobs.begin() as connection:
            export_job.drop(connection)
        answer = await api.client.get("/metrics")
        assert answer.status_code == 503
        refusal(answer)


async def test_the_document_names_every_address_and_refuses_in_one_shape(api: Api) -> None:
    document = (await api.client.get("/openapi.json")).json()
    named = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    services = {("POST", path) for _, path in named if path.startswith("/{tenant}/api/")}
    assert ("POST", "/{tenant}/api/rsConnectService/downloadDataJob") in services
    assert named - services == {
        ("POST", "/{tenant}/explain"),
        ("GET", "/{tenant}/jobs"),
        ("GET", "/{tenant}/jobs/{job_id}"),
        ("POST", "/{tenant}/jobs/{job_id}/cancel"),
        ("GET", "/{tenant}/jobs/{job_id}/file"),
        ("GET", "/{tenant}/download/{token}"),
        ("GET", "/health"),
        ("GET", "/metrics"),
    }
    assert "HTTPValidationError" not in document["components"]["schemas"]
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    assert all(operation["summary"] and operation["description"] for operation in operations)
    identifiers = [operation["operationId"] for operation in operations]
    assert len(identifiers) == len(set(identifiers))


async def test_the_answers_have_the_shapes_of_the_document(api: Api) -> None:
    Started.model_validate((await api.post()).json())
    Refusal.model_validate((await api.post(b"{")).json())


class Page(HTMLParser):
    """Collects what a page would fetch, its anchors and its links to them."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.anchors: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.anchors.add(value or "")
            elif name == "href" and tag == "a":
                self.links.add(value or "")
            elif name in ("src", "href", "srcset", "action", "data"):
                self.fetched.append(value or "")
        if tag == "script":
            self.fetched.append(tag)


async def test_the_page_of_the_interface_shows_all_of_it_and_fetches_nothing(api: Api) -> None:
    answer = await api.client.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    page = Page()
    page.feed(answer.text)
    assert page.fetched == []
    assert "url(" not in answer.text
    assert {link.removeprefix("#") for link in page.links if link.startswith("#")} <= page.anchors
    document = (await api.client.get("/openapi.json")).json()
    for path in document["paths"]:
        assert path in answer.text
    for shape in document["components"]["schemas"]:
        assert shape in page.anchors


async def test_explain_says_the_request_in_words_and_counts_without_running(api: Api) -> None:
    answer = await api.post(BODY, path=f"/{TENANT}/explain")
    assert answer.status_code == 200
    said = answer.json()
    Explanation.model_validate(said)
    assert (said["matchedRecords"], said["totalRecords"], said["format"]) == (2, 2, "excel")
    assert any("shop-one" in line for line in said["words"])
    assert not api.prefect.runs
    assert (await api.client.get(f"/{TENANT}/jobs")).json()["jobs"] == []


@pytest.mark.parametrize(("options", "total"), [({"maxRecords": 1}, 1), ({"from": 1}, 1), ({"from": 5}, 0), ({}, 2)])
async def test_explain_says_how_many_a_file_would_hold(api: Api, options: dict[str, int], total: int) -> None:
    body = json.loads(json.dumps(BODY))
    body["params"]["options"] = options
    said = (await api.post(body, path=f"/{TENANT}/explain")).json()
    assert (said["matchedRecords"], said["totalRecords"]) == (2, total)


async def test_a_tenant_is_there_with_its_first_object_or_when_the_settings_name_it(settings: Settings) -> None:
    async with running(settings.model_copy(update={"tenants": {"quince": {}}})) as api:
        assert (await api.client.get("/quince/jobs")).status_code == 200
        assert (await api.client.get("/medlar/jobs")).status_code == 404


async def test_the_web_process_carries_nothing_heavy(settings: Settings) -> None:
    """Through a start, a request and an explanation: a fresh interpreter, since this one has them all."""
    program = f"""
import asyncio, sys
from config.settings import Settings
from tests.api.conftest import Api, BODY, running

async def main():
    async with running(Settings(home={str(settings.home)!r})) as api:
        assert (await api.post()).status_code == 200
        assert (await api.post(path="/{TENANT}/explain")).status_code == 200
        assert (await api.client.get("/{TENANT}/jobs")).status_code == 200
        assert (await api.client.get("/docs")).status_code == 200

asyncio.run(main())
heavy = {{"polars", "pandas", "pyarrow", "adbc_driver_manager", "prefect", "xlsxwriter"}}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


async def test_explain_says_of_a_delta_what_its_counts_are_of(api: Api) -> None:
    body = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}, "since": "last"}}
    said = (await api.post(body, f"/{TENANT}/explain")).json()
    assert said["matchedRecords"] == 2
    assert [warning["code"] for warning in said["warnings"]] == ["SSH2005"]
