"""Records of a task: what became of each part of a file that was taken in."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.errors import FileExpired, InvalidRequest, NotServed
from contract.imports import Apply, ImportRecord, ImportReport
from contract.jobs import JobFile
from contract.services.task_records import MOST_TASKS
from database import jobs
from files.store import key_of, publish
from tests.api.conftest import TENANT, Api, refusal
from tests.api.services.conftest import Services, query
from tests.api.services.test_tasks_and_files import said

pytestmark = pytest.mark.anyio

RECORD = "requestobject"
CHANGES = [
    ImportRecord("Connector State, row 3", "connectorstate", "1", "Item State", "new", "fixed"),
    ImportRecord("Connector State, row 3", "connectorstate", "1", "Name", None, "one"),
    ImportRecord("Connector State, row 5", "connectorstate", "3", "Action", None, "DELETE"),
]
REFUSALS = [
    ImportRecord("Connector State, row 4", "connectorstate", "2", "Modified Date", after="soon", reason="no date"),
    ImportRecord("Connector State, row 4", "connectorstate", "2", "Item State", after="x", reason="changed", conflict=True),
]


async def an_import(services: Services) -> str:
    body = {"dataObject": {"properties": {"fileName": "a.xlsx"}, "data": {"blob": base64.b64encode(b"[]").decode()}}}
    answer = await services.ask("connectorService/process", body)
    job_id: str = answer["dataObjectOperationResponse"]["dataObjects"][0]["properties"]["workAutomationId"]
    return job_id


def report_on(api: Api, job_id: str, *, applied: bool = True, days: int = 1) -> None:
    """Do what a run does to an import."""
    report = ImportReport("a.xlsx", Apply.PARTIAL, edited=True, applied=applied, changes=CHANGES, refusals=REFUSALS)
    jobs.start(api.jobs, job_id)
    path = Path(api.settings.home) / "report"
    path.write_bytes(report.to_json())
    key = key_of(TENANT, job_id, 1, "a report.json")
    publish(api.app.state.resources.store, path, key)
    expires = datetime.now(UTC) + timedelta(days=days)
    jobs.complete(api.jobs, job_id, JobFile(key, "a report.json", 1, "0" * 64, expires), total=3)


def of_task(*ids: str, operator: str = "exacts", **criteria: Any) -> dict[str, Any]:
    asked = [{"taskId": {operator: list(ids)}}, *({name: test} for name, test in criteria.items())]
    return query(RECORD, filters={"attributesCriterion": asked})


async def records(services: Services, body: Any) -> list[dict[str, Any]]:
    found = await services.ask("requesttrackingservice/get", body)
    return [said(one) for one in found["response"]["requestObjects"]]


async def test_each_row_is_a_record_that_says_what_became_of_it(services: Services) -> None:
    job_id = await an_import(services)
    report_on(services.api, job_id)
    refused, changed, deleted = await records(services, of_task(job_id))
    assert refused == {
        "taskId": job_id,
        "requestStatus": "error",
        "entityId": "2",
        "entityType": "connectorstate",
        "place": "Connector State, row 4",
        "columns": "Modified Date, Item State",
        "errorMessage": "Modified Date: no date; Item State: changed",
    }
    assert (changed["entityId"], changed["requestStatus"], changed["columns"]) == ("1", "success", "Item State, Name")
    assert "errorMessage" not in changed
    assert (deleted["entityId"], deleted["place"]) == ("3", "Connector State, row 5")


async def test_records_are_found_by_what_they_say_and_paged(services: Services) -> None:
    job_id = await an_import(services)
    report_on(services.api, job_id)
    [failed] = await records(services, of_task(job_id, requestStatus={"exact": "error"}))
    assert failed["entityId"] == "2"
    body = of_task(job_id)
    body["params"]["options"] = {"maxRecords": 1}
    answer = await services.ask("requesttrackingservice/get", body)
    assert (len(answer["response"]["requestObjects"]), answer["response"]["totalRecords"]) == (1, 3)
    [shown] = answer["response"]["requestObjects"]
    assert (shown["type"], shown["id"]) == (RECORD, f"{job_id}-1")


async def test_what_could_have_been_written_and_was_not_is_ignored(services: Services) -> None:
    job_id = await an_import(services)
    report_on(services.api, job_id, applied=False)
    assert {record["requestStatus"] for record in await records(services, of_task(job_id))} == {"error", "ignored"}


async def test_a_task_is_named_by_any_operator(services: Services) -> None:
    job_id, other = await an_import(services), await an_import(services)
    report_on(services.api, job_id)
    report_on(services.api, other)
    for test in ({"exact": job_id}, {"eq": job_id}, {"contains": job_id[:13]}):
        body = query(RECORD, filters={"attributesCriterion": [{"taskId": test}]})
        assert {record["taskId"] for record in await records(services, body)} == {job_id}


async def test_a_task_that_has_not_ended_has_no_records_yet(services: Services) -> None:
    assert await records(services, of_task(await an_import(services))) == []


@pytest.mark.parametrize("filters", [{}, {"attributesCriterion": [{"requestStatus": {"exact": "error"}}]}])
async def test_a_task_must_be_named(services: Services, filters: dict[str, Any]) -> None:
    answer = await services.call("requesttrackingservice/get", query(RECORD, filters=filters))
    assert (answer.status_code, refusal(answer)["code"]) == (400, InvalidRequest.code)
    assert "taskId" in refusal(answer)["message"]


async def test_one_request_means_a_few_tasks(services: Services) -> None:
    for _ in range(MOST_TASKS + 1):
        await an_import(services)
    body = query(RECORD, filters={"attributesCriterion": [{"taskId": {"hasvalue": True}}]})
    answer = await services.call("requesttrackingservice/get", body)
    assert answer.status_code == 400
    assert f"at most {MOST_TASKS} tasks" in refusal(answer)["message"]


async def test_the_records_of_an_export_are_the_rows_of_its_file(services: Services) -> None:
    answer = await services.call("requesttrackingservice/get", of_task(await services.api.job_id()))
    assert (answer.status_code, refusal(answer)["code"]) == (501, NotServed.code)
    assert "rows of its file" in refusal(answer)["message"]


async def test_records_go_with_the_report(services: Services) -> None:
    job_id = await an_import(services)
    report_on(services.api, job_id, days=-1)
    answer = await services.call("requesttrackingservice/get", of_task(job_id))
    assert (answer.status_code, refusal(answer)["code"]) == (410, FileExpired.code)


async def test_tasks_and_records_are_not_asked_for_together(services: Services) -> None:
    body = query(filters={"typesCriterion": [RECORD, "tasksummaryobject"]})
    answer = await services.call("requesttrackingservice/get", body)
    assert (answer.status_code, refusal(answer)["code"]) == (501, NotServed.code)
