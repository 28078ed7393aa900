"""The reconciler: whatever broke off between Prefect's record and the job row is brought together again, once."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from api.runs import DEPLOYMENTS
from contract.errors import InternalError, PrefectUnavailable, RunLost, RunRefused, StoreUnavailable
from contract.imports import Apply, ImportReport
from contract.jobs import Job, JobKind, JobSource, JobStatus
from database import jobs, written_imports
from database.engine import connect
from database.migrate import upgrade
from flows import taking_in
from runtime import reconcile
from tests.runtime.conftest import until
from tests.runtime.records import idle, row, set_state

STATES = {"CRASHED": JobStatus.FAILED, "FAILED": JobStatus.FAILED, "CANCELLED": JobStatus.CANCELLED}


def test_an_accepted_job_without_a_run_gets_the_run_of_its_key(workbench, monkeypatch):
    monkeypatch.setitem(DEPLOYMENTS, JobKind.EXPORT, "quick/test")

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            key = row(records)
            # Whoever asked Prefect died before it stored the answer.
            earlier = await records.runs.create(key, "acme", {})
            await reconcile.sweep(records)
            await reconcile.sweep(records)
            return earlier, jobs.unfinished_ids(records.jobs)

    earlier, runs = asyncio.run(work())
    assert runs == [earlier]


def test_a_job_that_was_accepted_a_moment_ago_is_left_to_the_api(workbench):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            jobs.create(records.jobs, Job("key", "acme", JobSource.API, datetime.now(UTC)))
            await reconcile.sweep(records)
            return jobs.unattached(records.jobs, datetime.now(UTC) + timedelta(seconds=1))

    assert len(asyncio.run(work())) == 1


@pytest.mark.parametrize("state", STATES)
def test_a_job_whose_run_has_ended_ends_too(workbench, state):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick")
            row(records, run)
            await set_state(records, run, type=state, message="a cause")
            await reconcile.sweep(records)
            return jobs.of_run(records.jobs, str(run))

    job = asyncio.run(work())
    assert job.status is STATES[state]
    assert state == "CANCELLED" or "a cause" in job.error_message


def test_a_job_that_only_prefect_has_completed_runs_again_under_the_same_id_and_not_for_ever(workbench, monkeypatch):
    monkeypatch.setattr(reconcile, "MOST_RESUMED", 1)

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick")
            row(records, run)
            jobs.start(records.jobs, str(run))
            names = []
            for _ in range(2):
                async with bench.worker.judging:
                    await set_state(records, run, type="COMPLETED")
                    await reconcile.sweep(records)
                names.append((await bench.state(run)).name)
            return names, jobs.of_run(records.jobs, str(run))

    names, job = asyncio.run(work())
    assert names == [reconcile.RESUMED, "Crashed"]
    assert (job.status, job.error_code) == (JobStatus.FAILED, RunLost.code)
    assert reconcile.UNRECORDED in job.error_message


def test_a_run_that_was_seen_to_complete_here_and_left_its_job_open_is_a_fault(workbench):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick")
            row(records, run)
            async with bench.worker.judging:
                records.ends[run] = "the process ended with exit code 0"
                await set_state(records, run, type="COMPLETED")
                await reconcile.judge(records, run)
            return (await bench.state(run)).is_completed(), jobs.of_run(records.jobs, str(run)).error_code

    assert asyncio.run(work()) == (True, InternalError.code)


def test_a_completed_run_that_is_to_run_again_is_taken_and_runs(workbench, tmp_path):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick", sign=str(tmp_path / "sign"))
            row(records, run)
            async with bench.worker.judging:
                await set_state(records, run, type="COMPLETED")
                await reconcile.sweep(records)
            bench.worker.waiting.limit = 1
            bench.worker.look.set()
            await until(sign_there)

    async def sign_there():
        return (tmp_path / "sign").exists()

    asyncio.run(work())


async def of_import(bench, *, is_written):
    """The run of an import that has got as far as its writing, and perhaps has written."""
    records = await idle(bench)
    upgrade(bench.settings.objects_url, "objects")
    run = await bench.ask("quick")
    row(records, run, kind=JobKind.IMPORT)
    jobs.start(records.jobs, str(run))
    if is_written:
        report = ImportReport("states.json", Apply.ALL, applied=True, rows=2, stored=2)
        objects = connect(bench.settings.objects_url)
        with objects.begin() as connection:
            note = written_imports.note
            note(connection, "acme", str(run), report.to_json(), attempt=1, kept_for=timedelta(days=1))
        objects.dispose()
    return run


ENDINGS = {"CANCELLING": "CANCELLED", "CANCELLED": "CANCELLED", "FAILED": "FAILED", "CRASHED": "CRASHED"}


@pytest.mark.parametrize("state", ENDINGS)
@pytest.mark.parametrize("is_written", [True, False])
def test_an_import_that_died_is_completed_where_it_has_written_its_objects(workbench, state, is_written):
    """It was cancelled, or failed, and its process is gone: cancelled and failed is what has written nothing."""

    async def work():
        async with workbench() as bench:
            run = await of_import(bench, is_written=is_written)
            await set_state(bench.worker.records, run, type=state)
            await bench.worker.sweep()
            return await bench.state(run), jobs.of_run(bench.worker.records.jobs, str(run))

    seen, job = asyncio.run(work())
    told = JobStatus.COMPLETED if is_written else {"CANCELLED": JobStatus.CANCELLED}.get(ENDINGS[state], JobStatus.FAILED)
    assert job.status is told
    assert seen.type.value == ("COMPLETED" if is_written else ENDINGS[state])
    if is_written:
        assert (job.file.name, job.total, job.counts["stored"], job.file_name) == ("states report.json", 2, 2, "states.json")


def test_an_import_that_was_lost_too_often_is_completed_where_it_has_written_its_objects(workbench, monkeypatch):
    monkeypatch.setattr(reconcile, "MOST_RESUMED", 0)

    async def work():
        async with workbench() as bench:
            run = await of_import(bench, is_written=True)
            await set_state(bench.worker.records, run, type="RUNNING")
            await bench.worker.sweep()
            return await bench.state(run), jobs.of_run(bench.worker.records.jobs, str(run))

    seen, job = asyncio.run(work())
    assert (seen.type.value, job.status) == ("COMPLETED", JobStatus.COMPLETED)


def test_an_import_of_which_nobody_can_find_out_what_it_wrote_is_told_of_by_a_later_sweep(workbench, monkeypatch):
    def away(*_given, **_named):
        raise StoreUnavailable(detail="away")

    async def work():
        async with workbench() as bench:
            records, run = bench.worker.records, await of_import(bench, is_written=True)
            await set_state(records, run, type="CANCELLING")
            with monkeypatch.context() as broken:
                broken.setattr(taking_in, "keep", away)
                await bench.worker.sweep()
            before = jobs.of_run(records.jobs, str(run))
            await bench.worker.sweep()
            return before, jobs.of_run(records.jobs, str(run))

    before, after = asyncio.run(work())
    assert (before.finished, after.status) == (None, JobStatus.COMPLETED)


ENDED_AS = {
    "COMPLETED": lambda engine, run: jobs.complete(engine, run, None, total=0),
    "FAILED": lambda engine, run: jobs.fail(engine, run, RunLost(times=1, cause="killed")),
    "CANCELLED": jobs.cancelled,
}


@pytest.mark.parametrize("state", ENDED_AS)
def test_a_run_of_an_ended_job_does_not_run_again_and_ends_as_the_job_did(workbench, state):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick")
            row(records, run)
            jobs.start(records.jobs, str(run))
            ENDED_AS[state](records.jobs, str(run))
            await set_state(records, run, type="RUNNING")
            await reconcile.sweep(records)
            return await bench.state(run)

    assert asyncio.run(work()).type == state


def test_a_run_that_is_being_cancelled_and_has_no_process_is_cancelled_with_its_job(workbench):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick")
            row(records, run)
            jobs.start(records.jobs, str(run))
            async with bench.worker.judging:  # its own sweep would find the run lost between the two states
                await set_state(records, run, type="RUNNING")
                await set_state(records, run, type="CANCELLING")
                await reconcile.sweep(records)
            return (await bench.state(run)).type, jobs.of_run(records.jobs, str(run)).status

    assert asyncio.run(work()) == ("CANCELLED", JobStatus.CANCELLED)


def test_a_run_that_has_a_process_is_left_alone(workbench):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick")
            row(records, run)
            bench.worker.taken[run] = None  # as while its process is being started
            await set_state(records, run, type="RUNNING")
            await reconcile.judge(records, run)
            state = await bench.state(run)
            del bench.worker.taken[run]
            return state

    assert asyncio.run(work()).is_running()


def test_all_lost_runs_are_found_however_many_prefect_tells_of_at_once(workbench, monkeypatch):
    monkeypatch.setattr(reconcile, "_AT_ONCE", 1)

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            runs = [str(uuid.uuid4()) for _ in range(3)]
            for run in runs:
                row(records, run)
            await reconcile.sweep(records)
            return [jobs.of_run(records.jobs, run).status for run in runs]

    assert asyncio.run(work()) == [JobStatus.FAILED] * 3


def test_a_job_whose_run_prefect_has_lost_fails(workbench):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = uuid.uuid4()
            row(records, run)
            await reconcile.sweep(records)
            return jobs.of_run(records.jobs, str(run))

    job = asyncio.run(work())
    assert (job.status, job.error_code) == (JobStatus.FAILED, "SSH5036")


def answered(records):
    """A job whose client had its answer, with the id that its run will have; it is old enough for the reconciler."""
    key = row(records)
    jobs.attach_run(records.jobs, key, key)
    return key


def test_a_job_that_was_answered_and_never_reached_prefect_gets_its_run(workbench, monkeypatch):
    monkeypatch.setitem(DEPLOYMENTS, JobKind.EXPORT, "quick/test")

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            key = answered(records)
            await reconcile.sweep(records)
            await reconcile.sweep(records)
            [run] = [run for run in await records.prefect.read_flow_runs() if run.idempotency_key == key]
            return key, run, jobs.of_run(records.jobs, key)

    key, run, job = asyncio.run(work())
    assert (str(run.id), run.state.is_scheduled()) == (key, True)
    assert job.status is JobStatus.QUEUED


def test_a_job_that_had_begun_when_an_older_prefect_was_restored_gets_its_run(workbench, monkeypatch):
    monkeypatch.setitem(DEPLOYMENTS, JobKind.EXPORT, "quick/test")

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            key = answered(records)
            jobs.start(records.jobs, key)
            await reconcile.sweep(records)
            return jobs.of_run(records.jobs, key).finished, (await bench.state(uuid.UUID(key))).is_scheduled()

    assert asyncio.run(work()) == (None, True)


def test_a_job_that_prefect_does_not_know_again_and_again_fails(workbench, monkeypatch):
    monkeypatch.setattr(reconcile, "MOST_RESUMED", 0)

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            key = answered(records)
            jobs.start(records.jobs, key)
            await reconcile.sweep(records)
            return jobs.of_run(records.jobs, key)

    assert asyncio.run(work()).error_code == RunLost.code


def test_a_job_that_was_answered_a_moment_ago_is_left_to_the_api(workbench):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            while not bench.worker.swept:  # its first sweep leaves nothing to anybody
                await asyncio.sleep(0.01)
            young = Job(str(uuid.uuid4()), "acme", JobSource.API, datetime.now(UTC), request={})
            jobs.create(records.jobs, young)
            jobs.attach_run(records.jobs, young.request_key, young.request_key)
            await reconcile.sweep(records)
            runs = [run.idempotency_key for run in await records.prefect.read_flow_runs()]
            return jobs.of_run(records.jobs, young.request_key).status, young.request_key in runs

    assert asyncio.run(work()) == (JobStatus.QUEUED, False)


def test_a_job_that_was_answered_and_that_prefect_refuses_fails_with_that_cause(workbench, monkeypatch):
    async def refuse(*_):
        raise RunRefused(detail="not this one")

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            monkeypatch.setattr(records.runs, "create", refuse)
            key = answered(records)
            await reconcile.sweep(records)
            return jobs.of_run(records.jobs, key)

    job = asyncio.run(work())
    assert (job.status, job.error_code) == (JobStatus.FAILED, RunRefused.code)


def test_a_run_that_prefect_made_after_its_job_was_cancelled_never_runs(workbench, monkeypatch):
    monkeypatch.setitem(DEPLOYMENTS, JobKind.EXPORT, "quick/test")

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            key = answered(records)
            jobs.request_cancel(records.jobs, key)
            late = await records.runs.create(key, "acme", {})
            await reconcile.sweep(records)
            return await bench.state(late)

    assert asyncio.run(work()).is_cancelled()


def test_a_run_without_a_process_or_a_row_runs_again(workbench):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick")
            await set_state(records, run, type="RUNNING")
            await reconcile.sweep(records)
            return await bench.state(run)

    assert asyncio.run(work()).name == reconcile.RESUMED


def test_restarts_do_not_use_up_the_reruns_of_a_run_and_are_bounded_too(workbench, monkeypatch):
    monkeypatch.setattr(reconcile, "MOST_RERUNS", 1)
    monkeypatch.setattr(reconcile, "MOST_RESUMED", 2)

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick")
            row(records, run)
            names = []
            for seen in ({}, {run: "killed"}, {}, {}):
                async with bench.worker.judging:  # its own sweep would find the run lost once more
                    records.ends.update(seen)
                    await set_state(records, run, type="RUNNING")
                    await reconcile.judge(records, run)
                names.append((await bench.state(run)).name)
            return names, jobs.of_run(records.jobs, str(run))

    names, job = asyncio.run(work())
    assert names == [reconcile.RESUMED, reconcile.RUN_AGAIN, reconcile.RESUMED, "Crashed"]
    assert job.error_code == RunLost.code
    assert "4 times" in job.error_message


def test_a_run_that_waits_is_left_alone(workbench):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick")
            row(records, run)
            before = await bench.state(run)
            await reconcile.sweep(records)
            return before, await bench.state(run), jobs.of_run(records.jobs, str(run)).status

    before, after, status = asyncio.run(work())
    assert after.id == before.id
    assert status is JobStatus.QUEUED


def test_folders_that_no_job_needs_are_removed(workbench):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            run = await bench.ask("quick")
            row(records, run)
            for name in (str(run), str(uuid.uuid4())):
                (bench.settings.spool_folder / name).mkdir(parents=True)
            await reconcile.sweep(records)
            return str(run), [folder.name for folder in bench.settings.spool_folder.iterdir()]

    run, left = asyncio.run(work())
    assert left == [run]


def test_runs_that_prefect_made_after_their_requests_were_refused_never_run(workbench, monkeypatch):
    monkeypatch.setitem(DEPLOYMENTS, JobKind.EXPORT, "quick/test")
    monkeypatch.setattr(reconcile, "_AT_ONCE", 1)

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            keys = [row(records) for _ in range(2)]
            for key in keys:
                jobs.refuse(records.jobs, key, PrefectUnavailable(detail="it is slow"))
            late = [await records.runs.create(key, "acme", {}) for key in keys]
            await reconcile.sweep(records)
            return [await bench.state(run) for run in late], jobs.page(records.jobs, "acme", None, 10, None)

    states, (listed, _) = asyncio.run(work())
    assert [state.is_cancelled() for state in states] == [True, True]
    assert all("not accepted" in state.message for state in states)
    assert listed == []
