"""What nobody needs any more of jobs that have ended is removed, and nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.runs import DEPLOYMENTS
from contract.errors import InternalError
from contract.jobs import JobFile, JobKind, JobStatus
from database import jobs
from files import store
from runtime import housekeeping
from tests.runtime.records import asked, idle, row


def made(folder: Path) -> Path:
    """A file to publish."""
    path = folder / "made"
    path.write_bytes(b"rows")
    return path


def test_results_that_are_past_their_time_are_removed(workbench, tmp_path):
    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            results = store.open_store(bench.settings.results)
            for run, expires in (("old", datetime.now(UTC)), ("young", datetime.now(UTC) + timedelta(hours=1))):
                row(records, run)
                store.publish(results, made(tmp_path), f"acme/{run}/made")
                jobs.complete(records.jobs, run, JobFile(f"acme/{run}/made", "made", 4, "", expires), total=1)
            await housekeeping.remove_expired(records)
            return [
                (store.exists(results, f"acme/{run}/made"), jobs.of_run(records.jobs, run).status) for run in ("old", "young")
            ]

    assert asyncio.run(work()) == [(False, JobStatus.COMPLETED), (True, JobStatus.COMPLETED)]


@pytest.mark.parametrize("end", [jobs.cancelled, lambda engine, run: jobs.fail(engine, run, InternalError(detail="broken"))])
def test_what_attempts_published_of_a_job_that_ended_without_a_file_is_removed(workbench, tmp_path, end):
    """Also in an object store, where nobody looks for leftovers."""

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            results = store.open_store(bench.settings.results)
            row(records, "run")
            jobs.start(records.jobs, "run")
            store.publish(results, made(tmp_path), "acme/run/1/made")
            await housekeeping.remove_expired(records)
            before = store.exists(results, "acme/run/1/made")
            end(records.jobs, "run")
            await housekeeping.remove_expired(records)
            return before, store.exists(results, "acme/run/1/made"), jobs.expired(records.jobs, datetime.now(UTC))

    assert asyncio.run(work()) == (True, False, [])


def test_what_lost_attempts_left_in_the_store_is_removed_once_their_job_has_ended(workbench, tmp_path, monkeypatch):
    monkeypatch.setitem(DEPLOYMENTS, JobKind.EXPORT, "quick/test")

    async def work():
        async with workbench() as bench:
            records = await idle(bench)
            results = store.open_store(bench.settings.results)
            ended, runs = [await asked(records) for _ in range(2)]
            for run in (ended, runs):
                jobs.start(records.jobs, run)
                for attempt in (1, 2):
                    store.publish(results, made(tmp_path), f"acme/{run}/{attempt}/made")
                (results.folder / f"acme/{run}/1/made#1").write_bytes(b"half")
            store.publish(results, made(tmp_path), "acme/of another service/made")
            (results.folder / "notes").touch()
            later = datetime.now(UTC) + timedelta(hours=1)
            jobs.complete(records.jobs, ended, JobFile(f"acme/{ended}/2/made", "made", 4, "", later), total=1)
            await housekeeping.remove_leftovers(records)
            return ended, runs, store.files_in_folder(results)

    ended, runs, left = asyncio.run(work())
    of_a_live_job = {f"acme/{runs}/1/made", f"acme/{runs}/1/made#1", f"acme/{runs}/2/made"}
    assert left == {f"acme/{ended}/2/made", "acme/of another service/made", "notes"} | of_a_live_job
