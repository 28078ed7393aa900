"""The Downloads page: the list of jobs, one job, and what may be done with each."""

import json
import shlex
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from api import importing, submission
from api.authentication import public
from api.callers import current
from api.jobs import JobId, cancel_job, find, read_status
from api.links import download_url, is_gone
from api.pages import upload
from api.pages.job_view import JobView
from api.pages.notices import Notice
from api.pages.rendering import HEADERS, page, root_path
from api.pages.routing import PageRoute, Posted, Visited, back, forward
from api.resources import Resources, Shared
from config.settings import Settings
from contract.answers import timestamp
from contract.errors import FileExpired, FileNotReady, InvalidRequest, Mistake, UnknownTenant
from contract.jobs import Job, JobKind, JobStatus
from contract.tenants import is_tenant_name
from contract.words import in_words
from database import jobs
from tasks.validate import check_request

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_ROWS = 50
_LONGEST_SEARCH = 200


@router.get("/{tenant}")
@public
def without_slash(shared: Shared, tenant: str) -> Response:
    """The address as people type it; it says nothing of whether there is such a tenant."""
    if not is_tenant_name(tenant):
        raise UnknownTenant(tenant=tenant[:100])
    return RedirectResponse(f"{root_path(shared)}/{tenant}/")


@router.get("/{tenant}/")
def downloads(shared: Shared, tenant: Visited, notice: Notice, status: str = "", q: str = "", cursor: str = "") -> Response:
    """The tenant's jobs, the newest first."""
    search = q.strip()[:_LONGEST_SEARCH]
    try:
        wanted = read_status(status)
        found, following = jobs.page(shared.jobs, tenant, wanted, _ROWS, cursor or None, search=search)
    except Mistake as mistake:
        raise InvalidRequest([mistake]) from mistake
    places = jobs.queue_positions(shared.jobs, found)
    chosen = {"status": wanted.value if wanted else "", "q": search}
    return page(
        shared,
        tenant,
        "downloads.html",
        jobs=[JobView(job, places.get(job.request_key)) for job in found],
        statuses=[(one.value, urlencode({**chosen, "status": one.value})) for one in JobStatus],
        all_statuses=urlencode({"q": search}) if search else "",
        older=urlencode({**chosen, "cursor": following}) if following else "",
        cursor=cursor,
        notice=notice,
        status=chosen["status"],
        q=chosen["q"],
    )


@router.get("/{tenant}/downloads/{job_id}")
def one_job(shared: Shared, tenant: Visited, job_id: JobId, notice: Notice) -> Response:
    """Everything about one job."""
    job = find(shared, tenant, job_id)
    if job.kind is JobKind.IMPORT:
        return RedirectResponse(f"{root_path(shared)}/{tenant}/{JobView(job).path}", 303)
    view = JobView(job, jobs.queue_position(shared.jobs, job))
    said = _in_words(shared.settings, job)
    return page(shared, tenant, "job.html", job=view, words=said, curl=curl(shared, job), notice=notice)


def _in_words(settings: Settings, job: Job) -> tuple[str, ...]:
    """The request of a job in words; empty where it is none, as that of a failed run from Prefect's UI may be."""
    try:
        return in_words(check_request(job.request, max_records=settings.max_records, now=job.created))
    except InvalidRequest:
        return ()


@router.get("/{tenant}/downloads/{job_id}/file")
def file_link(shared: Shared, tenant: Visited, job_id: JobId) -> Response:
    """A fresh signed link to the file."""
    job = find(shared, tenant, job_id)
    url = download_url(shared, job)
    if url is None and job.file is not None and is_gone(job):
        raise FileExpired(expired=timestamp(job.file.expires))
    if url is None:
        raise FileNotReady(job_status=job.status.value)
    # By the address that the visitor came by, whatever people outside call this server.
    return RedirectResponse(urlsplit(url).path, 303, headers={"Cache-Control": "no-store"})


@router.get("/{tenant}/downloads/{job_id}/curl")
def as_curl(shared: Shared, tenant: Visited, job_id: JobId) -> Response:
    """The command line that asks for the same."""
    return PlainTextResponse(curl(shared, find(shared, tenant, job_id)), headers=HEADERS)


def submitted(tenant: str, body: object) -> submission.Submission:
    """A download request that a visitor makes, in the name of the visitor's credential."""
    credential = current().credential
    return submission.Submission(
        tenant, json.dumps(body).encode(), user=(credential.name or credential.id) if credential else None
    )


def curl(shared: Resources, job: Job) -> str:
    """The command that asks for a job's export again."""
    return curl_command(shared, job.tenant, json.dumps(job.request))


def curl_command(shared: Resources, tenant: str, body: str) -> str:
    """A command for a shell that sends `body` as a download request."""
    address = f"{shared.public_url}/{tenant}/api/rsConnectService/downloadDataJob"
    return f"curl -sS -X POST {shlex.quote(address)} -H 'Content-Type: application/json' --data-raw {shlex.quote(body)}"


@router.get("/{tenant}/downloads/{job_id}/prefect")
def in_prefect(shared: Shared, tenant: Visited, job_id: JobId) -> Response:
    """Prefect's page of the job's run, where the visitor's browser reaches Prefect."""
    job = find(shared, tenant, job_id)
    return RedirectResponse(f"{shared.runs.ui_url}/runs/flow-run/{job.id}", 303)


@router.post("/{tenant}/downloads/{job_id}/cancel")
async def cancel(request: Request, shared: Shared, tenant: Visited, job_id: JobId, _: Posted) -> Response:
    """Ends a job that is not wanted any more; one that has ended, or is past that, stays as it is."""
    job = await run_in_threadpool(find, shared, tenant, job_id)
    if job.finished is not None:
        return back(request, shared, tenant, "ended")
    if job.is_beyond_cancelling:
        return back(request, shared, tenant, "too-late")
    await cancel_job(shared, tenant, job_id)
    return back(request, shared, tenant, "cancelled")


@router.post("/{tenant}/downloads/{job_id}/again")
async def again(shared: Shared, tenant: Visited, job_id: JobId, _: Posted) -> Response:
    """Asks for the same once more."""
    job = await run_in_threadpool(find, shared, tenant, job_id)
    if job.kind is JobKind.IMPORT:
        await importing.submit(shared, tenant, upload.again(job))
        return forward(shared, tenant, "", "repeated")
    await submission.submit(shared, submitted(tenant, job.request))
    return forward(shared, tenant, "", "started")
