"""Files that are sent in become jobs: kept first, asked of Prefect once, tracked as tasks."""

import base64
from typing import Any

import httpx
import pytest

from contract.jobs import JobKind
from database import import_files, jobs
from tests.api.conftest import TENANT, refusal
from tests.api.services.conftest import Services, query

pytestmark = pytest.mark.anyio


def sent(content: bytes = b"[{}]", **properties: Any) -> dict[str, Any]:
    return {"dataObject": {"properties": properties, "data": {"blob": base64.b64encode(content).decode()}}}


def job_of(answer: Any) -> str:
    identifier: str = answer["dataObjectOperationResponse"]["dataObjects"][0]["properties"]["workAutomationId"]
    return identifier


@pytest.mark.parametrize("service", ["connectorService/process", "rsConnectService/publish"])
async def test_a_file_is_kept_and_becomes_a_job(services: Services, service: str) -> None:
    answer = await services.ask(service, sent(b"PK...", fileName="My states.xlsx"), **{"x-rdp-userId": "ann"})
    detail = answer["dataObjectOperationResponse"]["statusDetail"]
    assert (detail["code"], detail["messageType"]) == ("RSC1002", "Info")
    assert job_of(answer) in detail["message"]
    job = jobs.get(services.api.jobs, TENANT, job_of(answer))
    assert (job.kind, job.file_name, job.submitted_by) == (JobKind.IMPORT, "My states.xlsx", "ann")
    kept = import_files.fetch(services.api.jobs, TENANT, job.request["upload"])
    assert (kept.name, kept.content) == ("My states.xlsx", b"PK...")
    assert "POST /api/deployments/name/import-connector-states/import" not in services.api.prefect.calls
    assert "GET /api/deployments/name/import-connector-states/import" in services.api.prefect.calls


async def test_an_import_is_a_task_of_its_own_type(services: Services) -> None:
    job_id = job_of(await services.ask("connectorService/process", sent(fileName="a.xlsx")))
    jobs.start(services.api.jobs, job_id)
    counts = {"applied": 1, "rows": 5, "created": 1, "updated": 2, "unchanged": 1, "refused": 1}
    jobs.describe(services.api.jobs, job_id, matched=5, total=4, counts=counts)
    body = query("tasksummaryobject", filters={"attributesCriterion": [{"taskType": {"exact": "ENTITY_IMPORT"}}]})
    [task] = (await services.ask("requesttrackingservice/get", body))["response"]["requestObjects"]
    said = {name: held["values"][0]["value"] for name, held in task["data"]["attributes"].items()}
    assert task["id"] == job_id
    assert (said["fileName"], said["fileType"], said["totalRecords"], said["totalRecordsProcessed"]) == (
        "a.xlsx",
        "EXCEL",
        5,
        5,
    )
    assert [said[f"totalRecords{word}"] for word in ("Create", "Update", "Delete", "NoChange")] == [1, 2, 0, 1]
    assert said["totalLoadError"] == 1


async def test_the_same_key_with_the_same_file_gives_the_same_job(services: Services) -> None:
    key = {"Idempotency-Key": "k1"}
    first = await services.ask("connectorService/process", sent(), **key)
    assert await services.ask("connectorService/process", sent(), **key) == first
    other = await services.call("connectorService/process", sent(b"[1]"), **key)
    assert refusal(other)["code"] == "SSH4112"


async def test_a_file_that_was_sent_before_is_named_by_its_id(services: Services) -> None:
    job_id = job_of(await services.ask("connectorService/process", sent(apply="nothing")))
    upload = jobs.get(services.api.jobs, TENANT, job_id).request["upload"]
    again = {"dataObject": {"properties": {"fileId": upload}}}
    second = jobs.get(services.api.jobs, TENANT, job_of(await services.ask("connectorService/process", again)))
    assert (second.request["upload"], second.request["apply"]) == (upload, "all")


@pytest.mark.parametrize("service", ["connectorService/process", "rsConnectService/publish"])
async def test_a_file_id_that_is_not_kept_is_named_with_its_place(services: Services, service: str) -> None:
    answer = await services.call(service, {"dataObject": {"properties": {"fileId": "nowhere"}}})
    [message] = refusal(answer)["messages"]
    assert (message["messageCode"], message["path"]) == ("RSC7524", "dataObject.properties.fileId")
    assert "nowhere" in message["message"]
    answer = await services.call(service, {"dataObject": {"properties": {"fileId": 7}}})
    [message] = refusal(answer)["messages"]
    assert (message["messageCode"], message["path"]) == ("SSH4002", "dataObject.properties.fileId")
    assert message["message"] == "Expected text, the id of a file that is kept, got a number"


async def test_a_file_that_is_not_there_and_an_empty_one_have_the_documented_codes(services: Services) -> None:
    missing = await services.call("connectorService/process", {"dataObject": {"properties": {"fileId": "nowhere"}}})
    assert (refusal(missing)["code"], missing.status_code) == ("RSC7524", 404)
    assert refusal(await services.call("connectorService/process", sent(b"")))["code"] == "RSC7483"


async def test_a_file_is_not_accepted_while_prefect_is_away(services: Services) -> None:
    services.api.prefect.trouble = [httpx.ConnectError("away")] * 50
    answer = await services.call("connectorService/process", sent())
    assert refusal(answer)["code"] == "SSH5032"
    assert jobs.unfinished_ids(services.api.jobs) == []
