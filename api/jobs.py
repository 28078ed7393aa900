"""Jobs as users see them: one, the list, and the end of one that is not wanted any more."""

import logging
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from starlette.concurrency import run_in_threadpool

from api import auditing
from api.links import download_url
from api.models import JobAnswer, JobList, refusals
from api.resources import Resources, Shared
from api.responses import answer
from config import logs
from contract.answers import job_answer
from contract.errors import BadOperand, InvalidRequest, Mistake, PrefectUnavailable, RunRefused, UnknownJob
from contract.jobs import Job, JobStatus
from database import jobs
from database.audit import Action

_log = logging.getLogger(__name__)

router = APIRouter(tags=["Jobs"])

Tenant = Annotated[str, Path(description="The tenant whose jobs are meant.")]
JobId = Annotated[str, Path(description="The job's workAutomationId.")]

_PAGE, _LONGEST_PAGE = 50, 500


@router.get(
    "/{tenant}/jobs",
    summary="List jobs",
    response_description="A page of jobs.",
    responses={200: {"model": JobList}, **refusals(400, 404, 503)},
)
def list_jobs(
    shared: Shared,
    tenant: Tenant,
    status: Annotated[str | None, Query(description="Only jobs in this status.")] = None,
    limit: Annotated[str, Query(description=f"How many jobs, 1 to {_LONGEST_PAGE}.")] = str(_PAGE),
    cursor: Annotated[str | None, Query(description="The cursor of the page before.")] = None,
) -> Response:
    """A page of the tenant's jobs, the newest first."""
    shared.tenants.require(tenant)
    wanted, size = _read(status, limit)
    try:
        found, following = jobs.page(shared.jobs, tenant, wanted, size, cursor or None)
    except Mistake as mistake:
        raise InvalidRequest([mistake]) from mistake
    places = jobs.queue_positions(shared.jobs, found)
    return answer({"jobs": [_told(shared, job, places.get(job.request_key)) for job in found], "cursor": following})


@router.get(
    "/{tenant}/jobs/{job_id}",
    summary="Show a job",
    response_description="The job as it is now.",
    responses={200: {"model": JobAnswer}, **refusals(404, 503)},
)
def show_job(shared: Shared, tenant: Tenant, job_id: JobId) -> Response:
    """How far a job is, and its file, warnings or error once it has ended."""
    job = find(shared, tenant, job_id)
    return answer(_told(shared, job, jobs.queue_position(shared.jobs, job)))


@router.post(
    "/{tenant}/jobs/{job_id}/cancel",
    summary="Cancel a job",
    response_description="The job, cancelled or about to be.",
    responses={200: {"model": JobAnswer}, **refusals(404, 409, 503)},
)
async def cancel_job(shared: Shared, tenant: Tenant, job_id: JobId) -> Response:
    """A job that waits ends at once; one that runs stops soon. Its partial files are removed."""
    job = await run_in_threadpool(find, shared, tenant, job_id)
    job = await run_in_threadpool(jobs.request_cancel, shared.jobs, str(job.id))
    auditing.note(shared.audit, Action.CANCELLED, tenant, job=job.id)
    try:
        await shared.runs.cancel(str(job.id))
    except (PrefectUnavailable, RunRefused):
        # The row says that it is wanted: the run stops at its next step, and the reconciler tells Prefect.
        _log.warning("Prefect could not be told to cancel the run", exc_info=True)
    return answer(_told(shared, job, None))


def find(shared: Resources, tenant: str, job_id: str) -> Job:
    """The job of a tenant; raises UnknownTenant, UnknownJob (also for what is no id at all), DatabaseUnavailable."""
    shared.tenants.require(tenant)
    try:
        job = jobs.get(shared.jobs, tenant, str(uuid.UUID(job_id)))
    except (ValueError, UnknownJob) as error:
        raise UnknownJob(job=job_id[:100]) from error
    logs.learn(job.id)
    return job


def _told(shared: Resources, job: Job, queue_position: int | None) -> dict[str, Any]:
    return job_answer(job, queue_position=queue_position, url=download_url(shared, job))


def _read(status: str | None, limit: str) -> tuple[JobStatus | None, int]:
    """Both as they are meant. Raises InvalidRequest, which names both where both are wrong."""
    mistakes: list[Mistake] = []
    wanted, size = None, 0
    try:
        wanted = read_status(status or "")
    except BadOperand as mistake:
        mistakes.append(mistake)
    try:
        size = _read_limit(limit)
    except BadOperand as mistake:
        mistakes.append(mistake)
    if mistakes:
        raise InvalidRequest(mistakes)
    return wanted, size


def read_status(status: str) -> JobStatus | None:
    """The status that the jobs of a list are to have; None for an empty text. Raises BadOperand, which lists all of them."""
    known = {one.value: one for one in JobStatus}
    if status and status not in known:
        raise BadOperand(path="status", value=status[:100], expected=f"one of {', '.join(known)}")
    return known.get(status)


def _read_limit(limit: str) -> int:
    size = int(limit) if limit.isascii() and limit.isdecimal() and len(limit) < 10 else 0
    if not 1 <= size <= _LONGEST_PAGE:
        raise BadOperand(path="limit", value=limit[:100], expected=f"a whole number from 1 to {_LONGEST_PAGE}")
    return size
