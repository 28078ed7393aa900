"""What is done for every job that has ended, however it did: whoever asked is told, at least once.

First sent, then noted: a process that is killed in between leaves a job that is told of again. Noting first would lose the
message instead. Receivers know a repeated one by its `requestId`.
"""

from sqlalchemy import Engine

from config.settings import Settings
from contract.warnings import JobWarning
from database import jobs
from tasks.notify import notify


def tell(engine: Engine, settings: Settings, run_id: str) -> tuple[JobWarning, ...]:
    """Notify of an ended job, unless that was done; what could not be told is a warning on the job."""
    if not jobs.is_untold(engine, run_id):
        return ()
    job = jobs.of_run(engine, run_id)
    targets = settings.for_tenant(job.tenant)
    warnings = notify(
        job,
        webhooks=targets.webhooks,
        apprise=targets.apprise,
        secret=settings.webhook_secret.get_secret_value(),
        public_url=settings.public_url,
        request_status=targets.request_status,
    )
    if warnings:
        jobs.warn(engine, run_id, warnings)
    jobs.mark_notified(engine, run_id)
    return warnings
