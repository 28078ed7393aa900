"""The earlier job that `since` of a request names. Light: the web process imports it."""

from sqlalchemy import Engine

from contract.errors import BadOperand, InvalidRequest, UnknownJob
from contract.jobs import Job
from contract.request import ExportRequest
from contract.since import Since
from database import jobs

_EXPECTED = "the id of a completed job of this tenant"


def check_since(engine: Engine, tenant: str, request: ExportRequest) -> None:
    """Raises InvalidRequest where the request names a job that `base_job` does not give, and DatabaseUnavailable."""
    if request.since is not None:
        base_job(engine, tenant, request.since)


def base_job(engine: Engine, tenant: str, since: Since) -> Job | None:
    """The job that is named, which has read its objects; None where none is named.

    Raises InvalidRequest for a job that is no completed one of the tenant, and DatabaseUnavailable.
    """
    if since.job is None:
        return None
    mistake = BadOperand(path=since.path, value=since.job, expected=_EXPECTED)
    try:
        job = jobs.get(engine, tenant, since.job)
    except UnknownJob as error:
        raise InvalidRequest([mistake]) from error
    if job.finished is None or job.error_code is not None or job.as_of is None:
        raise InvalidRequest([mistake])
    return job
