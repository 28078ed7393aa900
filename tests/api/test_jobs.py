"""Jobs over HTTP: one, lists, cancelling; and their answers fit the shapes that the interface's own document shows."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.models import JobAnswer, JobList
from config.settings import Settings
from contract.errors import RunLost
from contract.jobs import JobFile, JobSource, JobStatus, Step
from contract.warnings import JobWarning
from database import jobs
from tests.api.conftest import TENANT, Api, refusal, running

pytestmark = pytest.mark.anyio


def a_file(job_id: str) -> JobFile:
    return JobFile(f"{TENANT}/{job_id}/R.csv", "R.csv", 3, "ab" * 32, datetime.now(UTC) + timedelta(days=7))


async def ended(api: Api, status: JobStatus) -> str:
    """The id of a job in a status."""
    job_id = await api.job_id()
    if status is JobStatus.QUEUED:
        return job_id
    if status is JobStatus.CANCELLED:
        jobs.request_cancel(api.jobs, job_id)
        return job_id
    jobs.start(api.jobs, job_id)
    if status is JobStatus.FAILED:
        jobs.fail(api.jobs, job_id, RunLost(times=3, cause="killed"))
    elif status is not JobStatus.RUNNING:
        jobs.complete(api.jobs, job_id, a_file(job_id), total=int(status is JobStatus.COMPLETED))
    return job_id


async def shown(api: Api, job_id: str) -> dict[str, Any]:
    answer = await api.client.get(f"/{TENANT}/jobs/{job_id}")
    assert answer.status_code == 200
    JobAnswer.model_validate(answer.json())
    said: dict[str, Any] = answer.json()
    return said


@pytest.mark.parametrize("status", list(JobStatus))
async def test_a_job_is_shown_in_its_status_and_in_the_pinned_shape(api: Api, status: JobStatus) -> None:
    job_id = await ended(api, status)
    said = await shown(api, job_id)
    assert (said["workAutomationId"], said["status"], said["tenant"], said["source"]) == (job_id, status.value, TENANT, "api")
    assert (said["file"] is not None) is (status in (JobStatus.COMPLETED, JobStatus.COMPLETED_EMPTY))


async def test_a_waiting_job_says_its_place_and_a_running_one_how_far_it_is(api: Api) -> None:
    first, second = await api.job_id(), await api.job_id()
    assert [(await shown(api, one))["progress"]["queuePosition"] for one in (first, second)] == [1, 2]
    jobs.start(api.jobs, first)
    jobs.progress(api.jobs, first, Step.EXTRACT, 16_384)
    assert (await shown(api, first))["progress"] == {"step": "extract", "recordsDone": 16_384, "queuePosition": None}
    assert (await shown(api, second))["progress"]["queuePosition"] == 1


async def test_warnings_and_the_cause_are_told(api: Api) -> None:
    job_id = await ended(api, JobStatus.FAILED)
    jobs.warn(api.jobs, job_id, [JobWarning("SSH5039", "the hook is away")])
    said = await shown(api, job_id)
    assert said["warnings"] == [{"code": "SSH5039", "message": "the hook is away"}]
    assert said["error"] == {"code": "SSH5036", "message": str(RunLost(times=3, cause="killed"))}


async def test_the_file_has_a_link_until_it_expires(api: Api) -> None:
    job_id = await ended(api, JobStatus.COMPLETED)
    assert (await shown(api, job_id))["file"]["url"].startswith(f"http://exports.example/{TENANT}/download/")
    jobs.forget_file(api.jobs, job_id)
    assert (await shown(api, job_id))["file"]["url"] is None


@pytest.mark.parametrize("job_id", ["x", "8c6672cd-2deb-48f7-b556-ffa2169d0653", "%00", "'", "é"])
async def test_a_job_that_is_not_there_is_404(api: Api, job_id: str) -> None:
    answer = await api.client.get(f"/{TENANT}/jobs/{job_id}")
    assert answer.status_code == 404
    refusal(answer)


async def test_an_id_may_be_written_in_capitals(api: Api) -> None:
    job_id = await api.job_id()
    assert (await shown(api, job_id.upper()))["workAutomationId"] == job_id


async def test_another_tenant_sees_nothing_of_a_job(settings: Settings) -> None:
    async with running(settings.model_copy(update={"tenants": {"quince": {}}})) as api:
        job_id = await ended(api, JobStatus.COMPLETED)
        for method, path in (("GET", ""), ("GET", "/file"), ("POST", "/cancel")):
            answer = await api.client.request(method, f"/quince/jobs/{job_id}{path}")
            assert refusal(answer)["code"] == "SSH4106"
        assert (await api.client.get("/quince/jobs")).json() == {"jobs": [], "cursor": None}


# Lists


async def test_the_list_is_paged_by_its_cursor(api: Api) -> None:
    made = [await api.job_id() for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    for size in (2, 2, 1):
        page = await listed(api, limit="2", cursor=cursor)
        assert len(page["jobs"]) == size
        seen += [job["workAutomationId"] for job in page["jobs"]]
        cursor = page["cursor"]
    assert cursor is None
    assert sorted(seen) == sorted(made)


async def listed(api: Api, **query: str) -> dict[str, Any]:
    answer = await api.client.get(f"/{TENANT}/jobs", params=query)
    assert answer.status_code == 200
    JobList.model_validate(answer.json())
    said: dict[str, Any] = answer.json()
    return said


def _without_link(job: dict[str, Any]) -> dict[str, Any]:
    """All but the link to its file, which says the second in which it was made."""
    return job if job["file"] is None else job | {"file": job["file"] | {"url": None}}


@pytest.mark.parametrize("status", list(JobStatus))
async def test_the_list_can_be_of_one_status(api: Api, status: JobStatus) -> None:
    made = {one: await ended(api, one) for one in JobStatus}
    page = await listed(api, status=status.value)
    assert [job["workAutomationId"] for job in page["jobs"]] == [made[status]]
    assert _without_link(page["jobs"][0]) == _without_link(await shown(api, made[status]))


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("status=done", ["status"]),
        ("limit=0", ["limit"]),
        ("limit=501", ["limit"]),
        ("limit=ten", ["limit"]),
        ("limit=99999999999999999999", ["limit"]),
        ("limit=%C2%B2", ["limit"]),
        ("cursor=nonsense", ["cursor"]),
        ("status=x&limit=-1", ["status", "limit"]),
    ],
)
async def test_a_list_that_cannot_be_given_says_what_is_wrong(api: Api, query: str, paths: list[str]) -> None:
    answer = await api.client.get(f"/{TENANT}/jobs?{query}")
    assert answer.status_code == 400
    messages = refusal(answer)["messages"]
    assert [message["path"] for message in messages] == paths
    for message in messages:
        if message["path"] == "limit":
            assert message["message"].endswith("is not a whole number from 1 to 500")


# Cancelling


async def test_a_waiting_job_is_cancelled_at_once_and_prefect_is_told(api: Api) -> None:
    job_id = await api.job_id()
    answer = await api.client.post(f"/{TENANT}/jobs/{job_id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert api.prefect.cancelled == [job_id]
    again = await api.client.post(f"/{TENANT}/jobs/{job_id}/cancel")
    assert again.status_code == 409
    assert refusal(again)["code"] == "SSH4109"


async def test_a_running_job_is_asked_to_stop(api: Api) -> None:
    job_id = await ended(api, JobStatus.RUNNING)
    answer = await api.client.post(f"/{TENANT}/jobs/{job_id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "running")
    assert api.prefect.cancelled == [job_id]
    assert jobs.of_run(api.jobs, job_id).cancel_requested is not None


async def test_cancelling_is_noted_even_where_prefect_is_away(api: Api) -> None:
    job_id = await ended(api, JobStatus.RUNNING)
    api.prefect.trouble = [httpx.ConnectError("refused")] * 4
    answer = await api.client.post(f"/{TENANT}/jobs/{job_id}/cancel")
    assert answer.status_code == 200
    assert jobs.of_run(api.jobs, job_id).cancel_requested is not None


async def test_a_job_of_another_way_in_is_shown_too(api: Api) -> None:
    run_id = str(uuid.uuid4())
    adopted = jobs.adopt(api.jobs, run_id, TENANT, JobSource.SCHEDULE, {"params": {}}, "ann")
    said = await shown(api, run_id)
    assert (said["source"], said["submittedBy"], said["createdDate"]) == (
        "schedule",
        "ann",
        replace(adopted).created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )
