"""What is done for jobs that have ended: telling who asked, and removing results that are past their time."""

from datetime import UTC, datetime, timedelta

from anyio import to_thread

from database import import_files, jobs
from files import store
from flows.ending import tell
from runtime.reconcile import Records


async def keep_house(records: Records) -> None:
    """One round of it; what is not done now is done in the next."""
    await to_thread.run_sync(_tell_of_ended, records)
    await to_thread.run_sync(_remove_expired, records)


def _tell_of_ended(records: Records) -> None:
    """Jobs that ended without their own process: cancelled, lost, or killed before it could tell."""
    alive = {str(run_id) for run_id in records.alive()}
    for job in jobs.unnotified(records.jobs):
        if job.id is not None and job.id not in alive:
            tell(records.jobs, records.settings, job.id)


def _remove_expired(records: Records) -> None:
    kept_for = timedelta(days=records.settings.retention_days)
    import_files.remove_older(records.jobs, datetime.now(UTC) - kept_for)
    results = store.open_store(records.settings.results)
    for job in jobs.expired(records.jobs, datetime.now(UTC)):
        assert job.id is not None, "a job with a file has a run"
        assert job.file is not None, "jobs.expired gives jobs with a file"
        store.delete(results, job.file.key)
        jobs.forget_file(records.jobs, job.id)
