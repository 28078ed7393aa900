"""Jobs as tasks, and their files by the services that hand them out."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.errors import FileTooLarge
from contract.jobs import JobFile, Step
from database import jobs
from files.store import key_of, publish
from tests.api.conftest import BODY, TENANT, Api, refusal
from tests.api.services.conftest import Services, query

pytestmark = pytest.mark.anyio

TASK = "tasksummaryobject"


def finish(api: Api, job_id: str, content: bytes = b"the file", name: str = "Entity Data.xlsx") -> None:
    """Do what a run does to a job that was asked for."""
    jobs.start(api.jobs, job_id)
    jobs.describe(api.jobs, job_id, as_of=datetime.now(UTC), matched=3, total=3)
    path = Path(api.settings.home) / "made"
    path.write_bytes(content)
    key = key_of(TENANT, job_id, 1, name)
    publish(api.app.state.resources.store, path, key)
    file = JobFile(key, name, len(content), "0" * 64, datetime.now(UTC) + timedelta(days=1))
    jobs.complete(api.jobs, job_id, file, total=3)


async def tasks(services: Services, body: Any) -> list[Any]:
    found = await services.ask("requesttrackingservice/get", body)
    objects: list[Any] = found["response"]["requestObjects"]
    return objects


def said(task: dict[str, Any]) -> dict[str, Any]:
    return {name: held["values"][0]["value"] for name, held in task["data"]["attributes"].items()}


async def test_a_job_is_a_task_that_says_everything_that_clients_read(services: Services) -> None:
    job_id = await services.api.job_id(**{"x-rdp-userId": "ann@plum.example_user"})
    finish(services.api, job_id)
    answer = await services.ask("requesttrackingservice/get", query(TASK, query={"id": job_id}))
    assert list(answer) == ["request", "response"]
    assert (answer["response"]["status"], answer["response"]["totalRecords"]) == ("success", 1)
    [task] = answer["response"]["requestObjects"]
    assert (task["id"], task["type"]) == (job_id, TASK)
    assert set(task["properties"]) == {
        "createdService",
        "createdBy",
        "createdDate",
        "modifiedService",
        "modifiedBy",
        "modifiedDate",
    }
    expected = {
        "fileId": f"{job_id}.xlsx",
        "fileName": "Entity Data.xlsx",
        "fileType": "EXCEL",
        "fileExtension": "xlsx",
        "taskType": "ENTITY_EXPORT",
        "taskId": job_id,
        "submittedBy": "ann@plum.example_user",
        "status": "Completed",
        "totalRecords": 3,
        "totalRecordsSuccess": 3,
        "hasChildTasks": False,
        "isExtractComplete": True,
        "integrationType": "User",
    }
    assert expected.items() <= said(task).items()
    assert "profileName" in said(task)
    [value] = task["data"]["attributes"]["status"]["values"]
    assert value == {"source": "internal", "locale": "en-US", "value": "Completed"}


async def test_each_status_has_its_word(services: Services) -> None:
    ids = [await services.api.job_id() for _ in range(5)]
    queued, running, failed, cancelled, empty = ids
    engine = services.api.jobs
    for job_id in (running, failed, empty):
        jobs.start(engine, job_id)
    jobs.progress(engine, running, Step.EXTRACT, 7)
    jobs.fail(engine, failed, FileTooLarge(size=2, limit=1))
    jobs.request_cancel(engine, cancelled)
    jobs.complete(engine, empty, None, total=0)
    found = {task["id"]: said(task) for task in await tasks(services, query(TASK))}
    assert {job_id: found[job_id]["status"] for job_id in ids} == {
        queued: "Queued",
        running: "Processing",
        failed: "Errored",
        cancelled: "Cancelled",
        empty: "Completed with no records",
    }
    assert FileTooLarge.code in found[failed]["errorMessage"]
    assert found[empty]["errorMessage"] == "No file available to process"


async def test_tasks_are_found_by_their_attributes_sorted_and_limited(services: Services) -> None:
    """The list that the platform's own page asks for: type, status, user, date, the newest first."""
    mine = [await services.api.job_id(**{"x-rdp-userId": "ann@plum.example"}) for _ in range(4)]
    other = await services.api.job_id(**{"x-rdp-userId": "ben@plum.example"})
    for job_id in (*mine[:3], other):
        finish(services.api, job_id)
        await asyncio.sleep(0.002)
    body = query(
        TASK,
        filters={
            "attributesCriterion": [
                {"taskType": {"contains": "entity_export"}},
                {"status": {"contains": "completed"}},
                {"submittedBy": {"eq": "ann@plum.example"}},
                {"integrationType": {"contains": "user"}},
                {"totalRecords": {"gte": 3, "type": "_INTEGER"}},
            ],
            "propertiesCriterion": [{"createdDate": {"gte": "now-1d", "type": "_datetime"}}],
        },
        fields={},
        sort={"properties": [{"createdDate": "_DESC", "sortType": "_DATETIME"}]},
        options={"maxRecords": 2},
    )
    answer = await services.ask("requesttrackingservice/get", body)
    assert answer["request"]["maxRecords"] == 2
    assert answer["response"]["totalRecords"] == 3
    created = [task["properties"]["createdDate"] for task in answer["response"]["requestObjects"]]
    assert created == sorted(created, reverse=True)
    assert {task["id"] for task in answer["response"]["requestObjects"]} <= set(mine[:3])
    by_task = query(TASK, filters={"attributesCriterion": [{"taskId": {"exact": mine[0]}}]})
    assert [task["id"] for task in await tasks(services, by_task)] == [mine[0]]
    assert await tasks(services, query(TASK, query={"id": "no-such-task"})) == []


async def test_a_task_is_shown_with_the_fields_that_are_asked_for(services: Services) -> None:
    job_id = await services.api.job_id()
    fields = {"attributes": ["STATUS", "taskId", "nothing"], "properties": ["createdDate"]}
    [task] = await tasks(services, query(TASK, query={"id": job_id}, fields=fields))
    assert said(task) == {"status": "Queued", "taskId": job_id}
    assert list(task["properties"]) == ["createdDate"]
    [whole] = await tasks(services, query(TASK, query={"id": job_id}, fields={"attributes": ["_ALL"]}))
    assert len(said(whole)) > 10


async def test_a_download_is_prepared_by_the_file_id_of_a_task(services: Services) -> None:
    job_id = await services.api.job_id()
    finish(services.api, job_id, b"\0\1some bytes")
    file_id = said((await tasks(services, query(TASK, query={"id": job_id})))[0])["fileId"]
    body = {"binaryStreamObject": {"id": file_id, "type": "importDataStream", "data": {}, "properties": {"objectKey": file_id}}}
    answer = await services.ask("binarystreamobjectservice/prepareDownload", body)
    assert list(answer) == ["request", "response"]
    [stream] = answer["response"]["binaryStreamObjects"]
    assert (stream["id"], stream["type"], stream["systemInfo"]) == (file_id, "binarystreamobject", {"tenantId": TENANT})
    assert stream["properties"]["objectKey"] == file_id
    url = stream["properties"]["downloadURL"]
    assert url.startswith("http://exports.example/")
    got = await services.api.client.get(url.removeprefix("http://exports.example"))
    assert got.content == b"\0\1some bytes"


@pytest.mark.parametrize("with_extension", [True, False])
async def test_a_file_is_sent_inside_the_answer(services: Services, with_extension: bool) -> None:
    job_id = await services.api.job_id()
    finish(services.api, job_id, b"\0\1some bytes")
    wanted = f"{job_id}.xlsx" if with_extension else job_id
    answer = await services.ask("binaryobjectservice/getById", query("binaryobject", query={"id": wanted}))
    [sent] = answer["response"]["binaryObjects"]
    assert (sent["properties"]["fileName"], sent["properties"]["extension"]) == ("Entity Data.xlsx", "xlsx")
    assert base64.b64decode(sent["data"]["blob"]) == b"\0\1some bytes"


async def test_several_files_are_all_sent_and_all_of_them_must_fit(services: Services) -> None:
    contents = {await services.api.job_id(): content for content in (b"one", b"two")}
    for job_id, content in contents.items():
        finish(services.api, job_id, content)
    body = {"Params": {"Query": {"IDS": [*contents, *contents]}}}
    answer = (await services.ask("binaryobjectservice/getById", body))["response"]
    assert answer["totalRecords"] == 2
    assert {sent["id"]: base64.b64decode(sent["data"]["blob"]) for sent in answer["binaryObjects"]} == contents
    links = (await services.ask("binarystreamobjectservice/prepareDownload", body))["response"]["binaryStreamObjects"]
    assert [link["id"] for link in links] == list(contents)
    services.api.app.state.resources.settings.__dict__["max_answer_bytes"] = 5
    assert (await services.call("binaryobjectservice/getById", body)).status_code == 413


async def test_a_file_is_found_by_its_key_whatever_the_id_beside_it_is(services: Services) -> None:
    job_id = await services.api.job_id()
    finish(services.api, job_id, b"a workbook")
    body = {"binaryStreamObject": {"id": "of-this-call", "properties": {"objectKey": f"{job_id}.xlsx"}}}
    answer = await services.ask("binarystreamobjectservice/prepareDownload", body)
    assert answer["response"]["binaryStreamObjects"][0]["id"] == f"{job_id}.xlsx"


CHOSEN: list[tuple[dict[str, Any], str, int]] = [
    ({"filters": {"propertiesCriterion": [{"fileName": {"exact": "Other"}}]}}, "filters.propertiesCriterion", 501),
    ({"filters": {"attributesCriterion": [{"status": {"exact": "x"}}]}}, "filters.attributesCriterion", 501),
    ({"name": "Other"}, "name", 501),
    ({"propertiesCriterion": [{"fileName": {"exact": "Other"}}]}, "propertiesCriterion", 400),
    ({"filters": "x"}, "filters", 400),
]


@pytest.mark.parametrize("service", ["binaryobjectservice/getById", "binarystreamobjectservice/prepareDownload"])
@pytest.mark.parametrize(("chosen", "path", "status"), CHOSEN)
async def test_a_filter_beside_the_id_of_a_file_is_refused_and_not_dropped(
    services: Services, service: str, chosen: dict[str, Any], path: str, status: int
) -> None:
    job_id = await services.api.job_id()
    finish(services.api, job_id)
    answer = await services.call(service, {"params": {"query": {"id": job_id, **chosen}}})
    [message] = refusal(answer)["messages"]
    assert (answer.status_code, message["path"]) == (status, f"params.query.{path}")


async def test_a_file_that_is_too_large_not_ready_or_unknown_is_told_as_such(services: Services) -> None:
    large, waiting = await services.api.job_id(), await services.api.job_id()
    finish(services.api, large)
    with_large = services.api.settings.max_answer_bytes + 1
    from sqlalchemy import update

    from database.tables import export_job

    with services.api.jobs.begin() as connection:
        connection.execute(update(export_job).where(export_job.c.id == large).values(file_bytes=with_large))
    for wanted, status in ((large, 413), (waiting, 409), ("no-such-file", 404), ("", 400)):
        answer = await services.call("binaryobjectservice/getById", {"params": {"query": {"id": wanted}}})
        assert answer.status_code == status
        refusal(answer)
    other = await services.call("binarystreamobjectservice/prepareDownload", {"binaryStreamObject": {"id": waiting}})
    assert other.status_code == 409


async def test_a_synchronous_download_waits_for_its_job(services: Services) -> None:
    """What Prefect's run would do is done here, while the client waits."""

    async def work() -> None:
        while not services.api.prefect.runs:
            await asyncio.sleep(0.01)
        [run] = services.api.prefect.runs.values()
        await asyncio.sleep(0.05)
        finish(services.api, run["id"], b"a workbook")

    working = asyncio.create_task(work())
    answer = await services.ask("rsConnectService/downloadDataExcel", BODY)
    await working
    [sent] = answer["response"]["binaryObjects"]
    assert base64.b64decode(sent["data"]["blob"]) == b"a workbook"


async def test_a_synchronous_download_of_much_is_refused_before_it_begins(services: Services) -> None:
    app = services.api.app
    app.state.resources.settings.__dict__["sync_records"] = 1
    answer = await services.call("rsConnectService/downloadDataExcel", BODY)
    assert answer.status_code == 400
    [message] = refusal(answer)["messages"]
    assert "downloadDataJob" in message["message"]
    assert services.api.prefect.runs == {}


async def test_a_synchronous_download_that_takes_longer_is_answered_as_a_job(services: Services) -> None:
    services.api.app.state.resources.settings.__dict__["sync_seconds"] = 0.2
    answer = await services.ask("rsConnectService/downloadDataExcel", BODY)
    [run] = services.api.prefect.runs.values()
    detail = answer["dataObjectOperationResponse"]["statusDetail"]
    assert (detail["code"], run["id"] in detail["message"]) == ("RSC2162", True)


async def test_a_synchronous_download_that_fails_says_why(services: Services) -> None:
    async def work() -> None:
        while not services.api.prefect.runs:
            await asyncio.sleep(0.01)
        [run] = services.api.prefect.runs.values()
        await asyncio.sleep(0.05)
        jobs.fail(services.api.jobs, run["id"], FileTooLarge(size=2, limit=1))

    working = asyncio.create_task(work())
    answer = await services.call("rsConnectService/downloadDataExcel", BODY)
    await working
    assert answer.status_code == 500
    assert FileTooLarge.code in refusal(answer)["message"]
