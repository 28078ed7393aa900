"""The warm worker, at a real Prefect server: what is asked for runs, what is cancelled stops, what is killed runs again."""

import asyncio
import os
import signal
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import PrefectHTTPStatusError

from contract.errors import RunLost, UnknownJob
from contract.jobs import Job, JobKind, JobSource, JobStatus, Step
from database import jobs
from runtime import reconcile, waiting_runs, warm_worker
from tests.runtime.conftest import until


def test_a_run_is_taken_and_ends(workbench, tmp_path):
    async def work():
        async with workbench() as bench:
            run = await bench.ask("quick", sign=str(tmp_path / "sign"))
            return await bench.ended(run)

    assert asyncio.run(work()).is_completed()
    assert (tmp_path / "sign").exists()


def test_no_more_runs_go_at_once_than_there_is_room_for(workbench, tmp_path):
    async def work():
        async with workbench() as bench:
            signs = [tmp_path / str(number) for number in range(4)]
            runs = [await bench.ask("patient", sign=str(sign)) for sign in signs]
            most = 0
            while any(not sign.exists() for sign in signs):
                most = max(most, len(bench.worker.alive()))
                for sign in signs:
                    if sign.exists() and sum(other.exists() for other in signs) == 2:
                        sign.rename(sign.with_suffix(".seen"))
                signs = [sign for sign in signs if not sign.with_suffix(".seen").exists()]
                await asyncio.sleep(0.02)
            for sign in signs:
                sign.unlink()
            states = [await bench.ended(run) for run in runs]
            return most, states

    most, states = asyncio.run(work())
    assert most == 2
    assert all(state.is_completed() for state in states)


def test_a_killed_process_is_noticed_and_its_run_runs_again_under_the_same_id(workbench, tmp_path):
    async def work():
        async with workbench() as bench:
            sign = tmp_path / "sign"
            run = await bench.ask("patient", sign=str(sign))
            first = await bench.process_of(run, sign)
            sign.rename(tmp_path / "first sign")
            os.kill(first.pid, signal.SIGKILL)
            await bench.process_of(run, sign)
            sign.unlink()
            return await bench.ended(run), await bench.worker.prefect.read_flow_run_states(run)

    state, history = asyncio.run(work())
    assert state.is_completed()
    [lost] = [past for past in history if past.name == reconcile.RUN_AGAIN]
    assert "killed by SIGKILL" in lost.message


def test_a_process_that_hangs_is_killed_and_its_run_runs_again(workbench, tmp_path):
    async def work():
        async with workbench() as bench:
            sign = tmp_path / "sign"
            run = await bench.ask("patient", sign=str(sign))
            first = await bench.process_of(run, sign)
            sign.rename(tmp_path / "first sign")
            os.kill(first.pid, signal.SIGSTOP)
            bench.worker.stalls.seconds = 0.1
            await until(lambda: gone(bench, run, first))
            bench.worker.stalls.seconds = 300
            await bench.process_of(run, sign)
            sign.unlink()
            return await bench.ended(run), await bench.worker.prefect.read_flow_run_states(run)

    state, history = asyncio.run(work())
    assert state.is_completed()
    assert any(past.name == reconcile.RUN_AGAIN and "no progress" in past.message for past in history)


def test_a_run_that_is_lost_again_and_again_fails_with_its_cause(workbench, tmp_path):
    async def work():
        async with workbench() as bench:
            sign = tmp_path / "sign"
            run = await bench.ask("patient", sign=str(sign))
            for _ in range(1 + reconcile.MOST_RERUNS):
                process = await bench.process_of(run, sign)
                sign.unlink()
                os.kill(process.pid, signal.SIGKILL)
                await until(lambda process=process: gone(bench, run, process))
            state = await bench.ended(run)
            return state, jobs.of_run(bench.worker.records.jobs, str(run))

    state, job = asyncio.run(work())
    assert state.is_crashed()
    assert (job.status, job.error_code, job.tenant) == (JobStatus.FAILED, RunLost.code, "acme")
    assert "4 times" in job.error_message
    assert "SIGKILL" in job.error_message


def test_a_sweep_that_comes_first_to_a_killed_run_counts_it_by_how_its_process_ended(workbench, tmp_path, monkeypatch):
    at_the_runs, may_judge = asyncio.Event(), asyncio.Event()
    undecided = reconcile._undecided_runs

    async def slow(records):
        at_the_runs.set()
        await may_judge.wait()
        return await undecided(records)

    async def work():
        async with workbench() as bench:
            sign = tmp_path / "sign"
            run = await bench.ask("patient", sign=str(sign))
            process = await bench.process_of(run, sign)
            sign.rename(tmp_path / "first sign")
            monkeypatch.setattr(reconcile, "_undecided_runs", slow)
            sweep = asyncio.create_task(bench.worker.sweep())
            await at_the_runs.wait()
            os.kill(process.pid, signal.SIGKILL)
            await until(lambda: gone(bench, run, process))
            may_judge.set()
            await sweep
            await bench.process_of(run, sign)
            sign.unlink()
            return await bench.ended(run), await bench.worker.prefect.read_flow_run_states(run), bench.worker.records.ends

    state, history, unjudged = asyncio.run(work())
    assert state.is_completed()
    [lost] = [past for past in history if past.name in (reconcile.RUN_AGAIN, reconcile.RESUMED)]
    assert lost.name == reconcile.RUN_AGAIN
    assert "killed by SIGKILL" in lost.message
    assert not unjudged


async def gone(bench, run, process):
    return bench.worker.taken.get(run) is not process


@pytest.mark.parametrize("state", ["CANCELLING", "CANCELLED"])
def test_cancelling_kills_the_process_and_ends_the_job(workbench, tmp_path, state):
    async def work():
        async with workbench() as bench:
            sign = tmp_path / "sign"
            run = await bench.ask("patient", sign=str(sign))
            await bench.process_of(run, sign)
            records = bench.worker.records
            jobs.adopt(records.jobs, str(run), "acme", JobSource.UI, {})
            folder = bench.settings.spool_folder / str(run)
            folder.mkdir(parents=True)
            await records.prefect.request("POST", f"/flow_runs/{run}/set_state", json={"state": {"type": state}, "force": True})
            ended = await bench.ended(run)
            await until(lambda: told(records, run))
            return ended, jobs.of_run(records.jobs, str(run)), folder.exists()

    ended, job, left = asyncio.run(work())
    assert ended.is_cancelled()
    assert job.status is JobStatus.CANCELLED
    assert not left


def test_cancelling_lets_an_import_end_that_writes_its_objects(workbench, tmp_path):
    async def work():
        async with workbench() as bench:
            sign = tmp_path / "sign"
            run = await bench.ask("patient", sign=str(sign))
            await bench.process_of(run, sign)
            records = bench.worker.records
            key = str(uuid.uuid4())
            jobs.create(records.jobs, Job(key, "acme", JobSource.API, datetime.now(UTC), JobKind.IMPORT))
            jobs.attach_run(records.jobs, key, str(run))
            jobs.progress(records.jobs, str(run), Step.PUBLISH, 0)
            wanted = {"state": {"type": "CANCELLING"}, "force": True}
            await records.prefect.request("POST", f"/flow_runs/{run}/set_state", json=wanted)
            await bench.worker.stop_unwanted()
            await asyncio.sleep(0.2)  # in which a process that was killed is gone
            let = run in bench.worker.alive()
            jobs.progress(records.jobs, str(run), Step.COMPARE, 0)  # it compares once more: others changed an object
            await bench.ended(run)
            return let

    assert asyncio.run(work())


def test_a_run_of_the_worker_leaves_telling_of_its_job_to_it(workbench, tmp_path):
    async def work():
        async with workbench() as bench:
            await bench.ended(await bench.ask("quick", sign=str(tmp_path / "sign")))

    asyncio.run(work())
    assert (tmp_path / "sign").read_text() == "True"


async def told(records, run):
    """Whether the job has ended and the worker has told of it."""
    with suppress(UnknownJob):
        return jobs.of_run(records.jobs, str(run)).finished and not jobs.unnotified(records.jobs)


def test_a_worker_that_stops_in_order_leaves_its_runs_to_the_next(workbench, tmp_path):
    sign = tmp_path / "sign"

    async def first():
        async with workbench() as bench:
            run = await bench.ask("patient", sign=str(sign))
            await bench.process_of(run, sign)
            return run

    async def second(run):
        async with workbench() as bench:
            await bench.process_of(run, sign)
            sign.unlink()
            return await bench.ended(run), await bench.worker.prefect.read_flow_run_states(run)

    run = asyncio.run(first())
    sign.unlink()
    state, history = asyncio.run(second(run))
    assert state.is_completed()
    assert not any(past.name == reconcile.RUN_AGAIN for past in history)


def test_parameters_that_do_not_fit_the_flow_fail_the_run_at_once(workbench):
    async def work():
        async with workbench() as bench:
            body = {"parameters": {"tenant": "acme", "wrong": 1}}
            address = f"/deployments/{bench.deployments['quick']}/create_flow_run"
            answer = await bench.worker.prefect.request("POST", address, json=body)
            run = answer.json()["id"]
            state = await bench.ended(UUID(run))
            await until(lambda: told(bench.worker.records, run))
            return state, jobs.of_run(bench.worker.records.jobs, run)

    state, job = asyncio.run(work())
    assert state.is_failed()
    assert (job.status, job.error_code) == (JobStatus.FAILED, "SSH4121")
    assert job.error_message.endswith(": there is no wrong, and it needs request; it has tenant, request")


@pytest.fixture
def failing_looks(monkeypatch):
    """When Prefect was asked for all waiting runs, for which it has no answer; it has one for those that are named."""
    asked = []
    request = PrefectClient.request

    async def refusing(self, method, path, *given, **named):
        if not path.endswith("/get_scheduled_flow_runs"):
            return await request(self, method, path, *given, **named)
        asked.append(time.monotonic())
        sent = httpx.Request(method, "http://prefect" + path)
        raise PrefectHTTPStatusError("Server error '500'", request=sent, response=httpx.Response(500, request=sent))

    monkeypatch.setattr(PrefectClient, "request", refusing)
    return asked


def test_a_half_failing_prefect_keeps_no_job_waiting_and_the_worker_says_that_it_is_not_well(
    workbench, tmp_path, monkeypatch, failing_looks, caplog
):
    for module in (warm_worker, waiting_runs):
        monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(warm_worker, "_FAILING_SECONDS", 0.5)

    async def work():
        async with workbench() as bench:
            run = await bench.ask("quick", sign=str(tmp_path / "sign"))
            jobs.adopt(bench.worker.records.jobs, str(run), "acme", JobSource.API, {})
            ended = await bench.ended(run)
            await until(lambda: answers(bench, False))
            looks = len(failing_looks)
            monkeypatch.undo()
            bench.worker.waiting.look_seconds = 0.05
            await until(lambda: answers(bench, True))
            return ended, looks

    ended, looks = asyncio.run(work())
    assert ended.is_completed()
    said = [record for record in caplog.records if "Server error '500'" in record.message]
    assert len(said) == 1 < looks


async def answers(bench, expected):
    return bench.worker.is_well() is expected
