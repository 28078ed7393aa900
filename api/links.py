"""Download links: where a job's file can be had for a while by whoever has the link."""

from datetime import UTC, datetime

from api.resources import Resources
from contract.jobs import Job
from files import links


def download_url(shared: Resources, job: Job) -> str | None:
    """A fresh signed link to the job's file, None where it has none (any more)."""
    if job.file is None or job.id is None or is_gone(job):
        return None
    return f"{shared.public_url}/{job.tenant}/download/{links.sign(shared.link_secret, job.tenant, job.id)}"


def is_gone(job: Job) -> bool:
    """Whether the file of a job is past its time or removed."""
    return job.file is not None and (not job.file.key or job.file.expires <= datetime.now(UTC))
