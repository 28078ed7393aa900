"""What is removed for jobs that have ended: results that are past their time, and what attempts left in the store that did
not live to end their job. Telling of them is a matter of its own (`runtime.telling`): nothing here waits for a receiver."""

import logging
from datetime import UTC, datetime, timedelta

from anyio import to_thread

from config import logs
from contract.errors import UnknownJob
from database import import_files, jobs
from files import store
from runtime.reconcile import Records

log = logging.getLogger("statesheet.housekeeping")


async def remove_expired(records: Records) -> None:
    """Remove the results that are past their time, and what jobs that ended without one left in the store; what is not removed
    now is in the next round."""
    await to_thread.run_sync(_remove_expired, records)


def _remove_expired(records: Records) -> None:
    kept_for = timedelta(days=records.settings.retention_days)
    import_files.remove_older(records.jobs, datetime.now(UTC) - kept_for)
    results = store.open_store(records.settings.results)
    for job in jobs.expired(records.jobs, datetime.now(UTC)):
        assert job.id is not None, "a job that has begun has a run"
        with logs.about(job.id, job.tenant):
            store.delete_all(results, job.tenant, job.id)
            jobs.forget_file(records.jobs, job.id)


async def remove_leftovers(records: Records) -> None:
    """Remove files of ended jobs that are not their result, half written ones among them, and empty folders, from a store in a
    folder.

    An object store never shows half of a file, and listing all of it again and again would cost; what a killed attempt may
    leave there goes when the job's result expires, or at once where the job ends without one (`remove_expired`).
    """
    await to_thread.run_sync(_remove_leftovers, records)


def _remove_leftovers(records: Records) -> None:
    results = store.open_store(records.settings.results)
    # Looked for before the rows are read: a file that comes later, and is a result by then, is not among them.
    found = store.files_in_folder(results)
    for key in found - jobs.result_keys(records.jobs):
        if _is_left_over(records, key):
            store.remove_from_folder(results, key)
            with logs.about(store.job_of(key)):
                log.info("removed %s, which an attempt left that did not end its job", key)
    store.remove_empty_folders(results)


def _is_left_over(records: Records, key: str) -> bool:
    """Files of nobody's are left alone: the folder may hold another service's."""
    try:
        job = jobs.of_run(records.jobs, store.job_of(key))
    except UnknownJob:
        return False
    return job.finished is not None and (job.file is None or job.file.key != key)
