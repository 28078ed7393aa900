"""Send back: a file from a visitor, looked at first, shown change by change, and applied once the visitor says so."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api import importing
from api.files import content_disposition
from api.jobs import JobId, find
from api.links import is_gone
from api.pages.job_view import JobView
from api.pages.notices import Notice
from api.pages.rendering import page
from api.pages.routing import PageRoute, Posted, Visited, forward
from api.resources import Resources, Shared
from contract.errors import BadOperand, InvalidRequest, Missing, NoDataInFile, StatesheetError, UnknownJob
from contract.imports import Apply, ImportRecord, read_import
from contract.jobs import Job, JobKind
from contract.services.importing import KINDS, Upload, check_kind, plain_name
from database import import_files, jobs
from formats import FORMATS

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_SHOWN = 500
"""Changes, and refusals, that the page lists; all that the report tells are in its file."""
_FILE = "file"


@router.get("/{tenant}/upload")
def upload(shared: Shared, tenant: Visited) -> Response:
    """The form."""
    return page(shared, tenant, "upload.html", error=None, kinds=KINDS)


@router.post("/{tenant}/upload")
async def send(request: Request, shared: Shared, tenant: Visited) -> Response:
    """Has a file looked at; nothing is written yet. Shows the form again where it is none."""
    try:
        sent = await _sent(request)
        job_id = await importing.submit(shared, tenant, sent)
    except StatesheetError as error:
        return page(shared, tenant, "upload.html", error.status, error=error, kinds=KINDS)
    return forward(shared, tenant, f"uploads/{job_id}", "sent")


async def _sent(request: Request) -> Upload:
    """The file of the form, called as the visitor calls it. Raises InvalidRequest, NoDataInFile and UnreadableFile."""
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            file = form.get(_FILE)
            if not isinstance(file, UploadFile) or not file.filename:
                raise InvalidRequest([Missing(path=_FILE, what="A file")])
            name = plain_name(file.filename)
            check_kind(name)
            content = await file.read()
            if not content.strip():
                raise NoDataInFile(name=name)
            return Upload(name, content, apply=Apply.NOTHING)
    except HTTPException as error:  # what Starlette says of a form that cannot be read
        raise InvalidRequest([BadOperand(path="form", value="The form", expected="one file, sent by a browser")]) from error


@router.get("/{tenant}/uploads/{job_id}")
def uploaded(shared: Shared, tenant: Visited, job_id: JobId, notice: Notice) -> Response:
    """What a file would change or has changed, and what of it cannot be taken."""
    job = _import_of(shared, tenant, job_id)
    report = None if job.file is None or is_gone(job) else importing.report_of(shared, job)
    return page(
        shared,
        tenant,
        "uploaded.html",
        job=JobView(job, jobs.queue_position(shared.jobs, job)),
        report=report,
        changes=_shown(report.changes if report else ()),
        refusals=_shown(report.refusals if report else ()),
        rejects=report is not None and report.edited and report.refused > 0,
        notice=notice,
    )


def _shown(records: Sequence[ImportRecord]) -> Sequence[ImportRecord]:
    return records[:_SHOWN]


def _import_of(shared: Resources, tenant: str, job_id: str) -> Job:
    job = find(shared, tenant, job_id)
    if job.kind is not JobKind.IMPORT:
        raise UnknownJob(job=job_id[:100])
    return job


@router.post("/{tenant}/uploads/{job_id}/apply")
async def apply(shared: Shared, tenant: Visited, job_id: JobId, fields: Posted) -> Response:
    """Writes a file that was looked at: all of it, or what of it can be taken. It is compared with the store once more."""
    job = await run_in_threadpool(_import_of, shared, tenant, job_id)
    wish = read_import(job.request | {"apply": dict(fields).get("apply", "")})
    new_id = await importing.submit(shared, tenant, again(job, wish.apply))
    return forward(shared, tenant, f"uploads/{new_id}", "applying")


def again(job: Job, apply: Apply | None = None) -> Upload:
    """The file of an import once more, as it was wished then or as `apply` says. Raises InvalidRequest."""
    wish = read_import(job.request)
    return Upload(wish.file_name, None, wish.upload, apply=apply or wish.apply)


@router.get("/{tenant}/uploads/{job_id}/rejects")
def rejects(shared: Shared, tenant: Visited, job_id: JobId) -> Response:
    """The workbook of what could not be taken, to be mended and sent again."""
    job = _import_of(shared, tenant, job_id)
    kept = import_files.fetch(shared.jobs, tenant, str(job.id), name=f"{Path(job.file_name or '').stem} rejects.xlsx")
    headers = {"Content-Disposition": content_disposition(kept.name), "Cache-Control": "no-store"}
    return Response(kept.content, media_type=FORMATS["excel"].media_type, headers=headers)
