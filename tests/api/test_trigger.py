"""The trigger: one documented request makes one row and one run, whatever happens in between."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, delete, select

from config.settings import Settings
from contract.errors import PrefectUnavailable
from contract.jobs import JobSource, JobStatus
from database import jobs
from database.tables import export_job
from tests.api.conftest import BODY, TENANT, TRIGGER, Api, FakePrefect, refusal, running

pytestmark = pytest.mark.anyio


def rows(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(export_job)).all())


async def test_the_answer_is_the_documented_one_to_the_byte(api: Api) -> None:
    answer = await api.post()
    [run] = api.prefect.runs.values()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.text == (
        '{"dataObjectOperationResponse":{"status":"success","dataObjects":[{"properties":{"workAutomationId":"'
        + run["id"]
        + '"}}],'
        '"statusDetail":{"code":"RSC2162","message":"Download data job has been initiated with work automation id : '
        + run["id"]
        + '.","messageType":"Info"},"totalRecords":0}}'
    )


async def test_the_job_is_written_down_and_prefect_gets_the_whole_request(api: Api) -> None:
    job_id = await api.job_id()
    job = jobs.get(api.jobs, TENANT, job_id)
    assert (job.source, job.status, job.request) == (JobSource.API, JobStatus.QUEUED, BODY)
    assert (job.file_name, job.format, job.submitted_by) == ("EntityData", "excel", "ann@plum.example_user")
    [(key, run)] = api.prefect.runs.items()
    assert (key, run["id"], run["tags"]) == (job.request_key, job_id, [TENANT])
    assert run["parameters"]["tenant"] == TENANT
    assert json.loads(run["parameters"]["request"]["value"]) == BODY
    assert api.submitted == [None]


async def test_prefect_is_given_text_so_that_it_fills_in_no_template_of_a_client(api: Api) -> None:
    await api.job_id(BODY | {"extra": {"__prefect_kind": "jinja", "template": "{{ 1 + 1 }}"}})
    [run] = api.prefect.runs.values()
    assert run["parameters"]["request"]["__prefect_kind"] == "json"
    assert isinstance(run["parameters"]["request"]["value"], str)


@pytest.mark.parametrize("content_type", [None, "application/json", "text/plain", "application/x-www-form-urlencoded", "x"])
async def test_any_or_no_content_type_is_json(api: Api, content_type: str | None) -> None:
    await api.job_id(BODY, **({"content-type": content_type} if content_type else {}))


async def test_the_header_says_who_asks_before_the_body_does(api: Api) -> None:
    answer = await api.client.post(TRIGGER, json=BODY, headers=[(b"x-rdp-userId", "Zoë".encode())])
    assert answer.status_code == 200
    assert [row.submitted_by for row in rows(api.jobs)] == ["Zoë"]


@pytest.mark.parametrize("service", ["downloadDataJob", "downloadDataExcel"])
async def test_a_header_that_says_nobody_leaves_it_to_the_body(api: Api, service: str) -> None:
    api.app.state.resources.settings.__dict__["sync_seconds"] = 0
    body = BODY | {"clientState": {"notificationInfo": {"userId": "ann"}}}
    answer = await api.post(body, f"/{TENANT}/api/rsConnectService/{service}", **{"x-rdp-userId": " "})
    assert answer.status_code == 200
    assert [row.submitted_by for row in rows(api.jobs)] == ["ann"]


async def test_who_asks_may_be_named_in_any_spelling(api: Api) -> None:
    job_id = await api.job_id(BODY | {"clientState": {"NotificationInfo": {"userID": "ann"}}})
    assert jobs.get(api.jobs, TENANT, job_id).submitted_by == "ann"


@pytest.mark.parametrize("state", [{}, {"notificationInfo": "x"}, {"notificationInfo": {"userId": None}}, None])
async def test_who_asks_may_be_unknown(api: Api, state: object) -> None:
    job_id = await api.job_id(BODY | {"clientState": state})
    assert jobs.get(api.jobs, TENANT, job_id).submitted_by is None


async def test_a_name_of_strange_characters_is_kept_in_one_short_line(api: Api) -> None:
    job_id = await api.job_id(BODY | {"clientState": {"notificationInfo": {"userId": "a\nb\u202ec" + "d" * 1000}}})
    name = jobs.get(api.jobs, TENANT, job_id).submitted_by
    assert name is not None
    assert name.startswith("abcd")
    assert len(name) == 256


async def test_sixty_at_once_are_all_taken(api: Api) -> None:
    ids = await asyncio.gather(*(api.job_id() for _ in range(60)))
    assert len(set(ids)) == 60
    assert {row.id for row in rows(api.jobs)} == set(ids)


# Idempotency-Key


async def test_a_repeated_key_gives_the_same_job_however_the_body_is_written(api: Api) -> None:
    first = await api.job_id(BODY, **{"Idempotency-Key": "k-1"})
    again = json.dumps(dict(reversed(BODY.items())), indent=3).encode()
    assert await api.job_id(again, **{"Idempotency-Key": "k-1"}) == first
    assert len(api.prefect.runs) == 1
    assert refusal(await api.post(BODY | {"fileName": "Other"}, **{"Idempotency-Key": "k-1"}))["code"] == "SSH4112"


async def test_many_with_one_key_at_once_make_one_job(api: Api) -> None:
    ids = await asyncio.gather(*(api.job_id(BODY, **{"Idempotency-Key": "k-1"}) for _ in range(20)))
    assert len(set(ids)) == len(api.prefect.runs) == len(rows(api.jobs)) == 1


async def test_a_repeated_key_finishes_what_a_crash_left_half_done(api: Api) -> None:
    first = await api.job_id(BODY, **{"Idempotency-Key": "k-1"})
    with api.jobs.begin() as connection:
        connection.execute(export_job.update().values(id=None))
    assert await api.job_id(BODY, **{"Idempotency-Key": "k-1"}) == first
    assert jobs.get(api.jobs, TENANT, first).id == first


@pytest.mark.parametrize("key", ["", "k" * 256, "k\x7f", "é"])
async def test_a_key_that_cannot_be_kept_is_a_mistake(api: Api, key: str) -> None:
    answer = await api.client.post(TRIGGER, json=BODY, headers=[(b"Idempotency-Key", key.encode())])
    assert refusal(answer)["messages"][0]["path"] == "Idempotency-Key"
    assert answer.status_code == 400


# Prefect in trouble


@pytest.mark.parametrize("trouble", [503, 429, httpx.ConnectError("refused"), httpx.ReadError("reset")])
async def test_a_passing_trouble_is_bridged(settings: Settings, trouble: int | Exception) -> None:
    prefect = FakePrefect(trouble=[trouble, trouble])
    async with running(settings, prefect) as api:
        await api.job_id()
        assert len(prefect.runs) == 1


@pytest.mark.parametrize("after_the_fact", [False, True])
async def test_when_prefect_stays_away_the_client_is_told_and_nothing_is_run_later(
    settings: Settings, after_the_fact: bool
) -> None:
    prefect = FakePrefect()
    async with running(settings, prefect) as api:
        await api.job_id()
        [known] = prefect.runs
        prefect.after_the_fact = after_the_fact
        prefect.trouble = [httpx.ReadError("reset")] * 4
        answer = await api.post(BODY, **{"Idempotency-Key": "k-1"})
        assert answer.status_code == 503
        assert refusal(answer)["code"] == "SSH5032"
        assert int(answer.headers["retry-after"]) > 0
        [refused] = [row for row in rows(api.jobs) if row.request_key != known]
        assert (refused.id, refused.error_code, refused.idempotency_key) == (None, "SSH5032", None)
        assert (await api.client.get(f"/{TENANT}/jobs")).json()["jobs"][0]["workAutomationId"] == prefect.runs[known]["id"]
        # The client tries again with the same key.
        again = await api.job_id(BODY, **{"Idempotency-Key": "k-1"})
        assert jobs.get(api.jobs, TENANT, again).request_key not in (known, refused.request_key)


async def test_a_prefect_that_is_busy_is_waited_for_and_then_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.runs._BUSY_SECONDS", 0.3)
    async with running(settings, FakePrefect(trouble=[503] * 50)) as api:
        assert refusal(await api.post())["code"] == "SSH5032"
        assert len(api.prefect.calls) >= 3


async def test_a_prefect_that_never_answers_is_given_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(FakePrefect):
        async def _create(self, request: Any) -> Any:
            await asyncio.sleep(60)

    monkeypatch.setattr("api.runs.LONGEST_SECONDS", 0.2)
    async with running(settings, Silent()) as api:
        assert "no answer in" in refusal(await api.post())["message"]
        assert [row.error_code for row in rows(api.jobs)] == ["SSH5032"]


async def test_a_run_that_began_although_prefect_did_not_answer_is_told(settings: Settings) -> None:
    class BeginsRuns(FakePrefect):
        async def _create(self, request: Any) -> Any:
            answer = await super()._create(request)
            [(key, run)] = self.runs.items()
            engine = jobs_engine[0]
            jobs.adopt(engine, run["id"], TENANT, JobSource.API, {}, request_key=key)
            return answer

    prefect = BeginsRuns(after_the_fact=True)
    jobs_engine: list[Engine] = []
    async with running(settings, prefect) as api:
        jobs_engine.append(api.jobs)
        await api.client.get("/health")  # it knows the deployment now
        prefect.trouble = [httpx.ReadError("reset")] * 4
        job_id = await api.job_id()
    assert job_id == next(iter(prefect.runs.values()))["id"]


async def test_a_repeat_that_cannot_reach_prefect_does_not_end_the_job_of_the_first(settings: Settings) -> None:
    async with running(settings) as api:
        first = await api.job_id(BODY, **{"Idempotency-Key": "k-1"})
        with api.jobs.begin() as connection:
            connection.execute(export_job.update().values(id=None))
        api.prefect.trouble = [httpx.ConnectError("refused")] * 4
        assert (await api.post(BODY, **{"Idempotency-Key": "k-1"})).status_code == 503
        assert [(row.finished_ms, row.idempotency_key) for row in rows(api.jobs)] == [(None, "k-1")]
        assert await api.job_id(BODY, **{"Idempotency-Key": "k-1"}) == first


async def test_a_request_that_was_refused_while_its_repeat_waited_is_accepted_for_neither(settings: Settings) -> None:
    """One of them is told that there is no job; the other may not be told of one that nobody will run."""

    class RefusedMeanwhile(FakePrefect):
        async def _create(self, request: Any) -> Any:
            answer = await super()._create(request)
            jobs.refuse(engines[0], next(reversed(self.runs)), PrefectUnavailable(detail="it is away"))
            return answer

    engines: list[Engine] = []
    async with running(settings, RefusedMeanwhile()) as api:
        engines.append(api.jobs)
        assert refusal(await api.post(BODY, **{"Idempotency-Key": "k-1"}))["code"] == "SSH5032"
        assert jobs.page(api.jobs, TENANT, None, 10, None) == ([], None)


async def test_a_deployment_that_was_made_anew_is_found(api: Api) -> None:
    await api.job_id()
    api.prefect.deployment = "00000000-0000-0000-0000-000000000001"
    await api.job_id()
    assert len(api.prefect.runs) == 2


async def test_without_a_deployment_exports_are_not_taken(settings: Settings) -> None:
    async with running(settings, FakePrefect(is_deployed=False)) as api:
        assert refusal(await api.post())["code"] == "SSH5032"


async def test_an_error_inside_prefect_is_its_trouble_and_not_the_requests(settings: Settings) -> None:
    async with running(settings) as api:
        await api.client.get("/health")
        api.prefect.trouble = [500]
        assert refusal(await api.post())["code"] == "SSH5032"


@pytest.mark.parametrize("status", [400, 409, 422])
async def test_a_run_that_prefect_does_not_take_is_no_job(settings: Settings, status: int) -> None:
    prefect = FakePrefect()
    async with running(settings, prefect) as api:
        await api.client.get("/health")
        prefect.trouble = [status]
        answer = await api.post()
        assert answer.status_code == 502
        assert refusal(answer)["code"] == "SSH5041"
        assert jobs.page(api.jobs, TENANT, None, 10, None) == ([], None)


# The database in trouble, the queue


async def test_when_the_row_cannot_be_written_prefect_is_not_asked(settings: Settings) -> None:
    async with running(settings) as api:
        with api.jobs.begin() as connection:
            export_job.drop(connection)
        answer = await api.post()
        assert answer.status_code == 503
        assert refusal(answer)["code"] == "SSH5031"
        assert "retry-after" in answer.headers
        assert not api.prefect.calls


async def test_a_full_queue_is_told(settings: Settings) -> None:
    async with running(settings.model_copy(update={"max_queued": 2})) as api:
        await api.job_id()
        await api.job_id()
        answer = await api.post()
        assert answer.status_code == 429
        assert refusal(answer)["code"] == "SSH4113"
        assert int(answer.headers["retry-after"]) > 0
        assert len(api.prefect.runs) == 2


async def test_a_listener_that_fails_does_not_fail_the_request(settings: Settings) -> None:
    def knock() -> None:
        raise OSError("nobody is there")

    async with running(settings, on_submitted=knock) as api:
        await api.job_id()


@pytest.mark.parametrize("address", [TRIGGER, f"/{TENANT}/explain"])
@pytest.mark.parametrize("named", ["unknown", "of another tenant", "not completed"])
async def test_a_job_that_since_names_in_vain_is_refused_at_once(api: Api, address: str, named: str) -> None:
    job_id = {
        "unknown": "00000000-0000-4000-8000-000000000000",
        "of another tenant": jobs.adopt(api.jobs, "00000000-0000-4000-8000-000000000001", "pear", JobSource.API, BODY).id,
        "not completed": await api.job_id(),
    }[named]
    before = len(rows(api.jobs))
    answer = await api.post({"params": BODY["params"] | {"since": job_id}}, address)
    [mistake] = refusal(answer)["messages"]
    assert (mistake["messageCode"], mistake["path"], job_id in mistake["message"]) == ("SSH4006", "params.since", True)
    assert len(rows(api.jobs)) == before


async def test_a_completed_job_may_be_named_as_since(api: Api) -> None:
    earlier = await api.job_id()
    jobs.start(api.jobs, earlier)
    jobs.describe(api.jobs, earlier, as_of=datetime.now(UTC), seen="7")
    jobs.complete(api.jobs, earlier, None, total=0)
    assert await api.job_id({"params": BODY["params"] | {"since": earlier}}) != earlier


async def test_a_repeated_request_gets_its_first_answer_also_once_the_job_that_since_names_is_gone(api: Api) -> None:
    earlier = await api.job_id()
    jobs.start(api.jobs, earlier)
    jobs.describe(api.jobs, earlier, as_of=datetime.now(UTC), seen="7")
    jobs.complete(api.jobs, earlier, None, total=0)
    body, key = {"params": BODY["params"] | {"since": earlier}}, {"Idempotency-Key": "once"}
    first = await api.job_id(body, **key)
    with api.jobs.begin() as connection:
        connection.execute(delete(export_job).where(export_job.c.id == earlier))
    assert await api.job_id(body, **key) == first
    assert (await api.post(body | {"fileName": "Other"}, **key)).status_code == 400
    assert (await api.post(body)).status_code == 400
