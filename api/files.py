"""The files of jobs: for who may ask for the job, and for who has a signed link."""

import re
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api import auditing
from api.authentication import public
from api.jobs import JobId, Tenant, find
from api.links import is_gone
from api.models import refusals
from api.resources import Resources, Shared
from contract.answers import timestamp
from contract.errors import BadLink, FileExpired, FileNotReady
from contract.jobs import Job, JobFile
from database.audit import Action
from files import links, store
from formats import FORMATS

router = APIRouter(tags=["Files"])

_ANY_TYPE = "application/octet-stream"
_TAG = re.compile(r'"[^"]*"')
"""An entity tag without the mark of a weak one, which counts for nothing where a client asks whether it has a file."""
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {_ANY_TYPE: {}}},
    304: {"description": "The file has not changed."},
}


@router.head("/{tenant}/jobs/{job_id}/file", include_in_schema=False)
@router.get(
    "/{tenant}/jobs/{job_id}/file",
    summary="Download a file",
    responses={**_FILE, **refusals(404, 409, 410, 503)},
)
async def file_of_job(request: Request, shared: Shared, tenant: Tenant, job_id: JobId) -> Response:
    """The verified result of a completed job. Its ETag is its SHA-256."""
    job = await run_in_threadpool(find, shared, tenant, job_id)
    return await _response(request, shared, job)


@router.head("/{tenant}/download/{token}", include_in_schema=False)
@router.get(
    "/{tenant}/download/{token}",
    summary="Download a file by a signed link",
    responses={**_FILE, **refusals(403, 404, 409, 410, 503)},
)
@public
async def file_of_link(
    request: Request, shared: Shared, tenant: Tenant, token: Annotated[str, Path(description="What `file.url` ends with.")]
) -> Response:
    """The same file, for a while, without credentials."""
    whose, job_id = links.verify(shared.link_secret, token, shared.settings.link_seconds)
    if whose != tenant:
        raise BadLink
    job = await run_in_threadpool(find, shared, tenant, job_id)
    return await _response(request, shared, job, how="by a signed link")


async def _response(request: Request, shared: Resources, job: Job, *, how: str = "") -> Response:
    file = ready(job)
    headers = _headers(file)
    if _has_it(request, headers["ETag"]):
        # What caches go by is as with the file itself: https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5
        return Response(status_code=304, headers={name: headers[name] for name in ("ETag", "Cache-Control")})
    media_type = _media_type(file.name)
    if request.method == "HEAD":
        return Response(headers=headers, media_type=media_type)
    pieces = await store.stream_async(shared.store, file.key)
    auditing.note(shared.audit, Action.DOWNLOADED, job.tenant, job=job.id, detail=how)
    return StreamingResponse(pieces, headers=headers, media_type=media_type)


def _has_it(request: Request, tag: str) -> bool:
    """Whether the client says that it has what `tag` marks: by itself, in a list, as weak, or by `*`.

    https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
    """
    said = ",".join(request.headers.getlist("if-none-match")).strip()
    return said == "*" or tag in _TAG.findall(said)


def ready(job: Job) -> JobFile:
    """The file of a job that can be had; raises FileNotReady and FileExpired."""
    if job.file is None:
        raise FileNotReady(job_status=job.status.value)
    if is_gone(job):
        raise FileExpired(expired=timestamp(job.file.expires))
    return job.file


def _media_type(name: str) -> str:
    """By the name's extension, which is what was made; a format that had several tables may have made a zip."""
    known = {one.extension: one.media_type for one in FORMATS.values()} | {"zip": "application/zip"}
    return known.get(name.rpartition(".")[2].lower(), _ANY_TYPE)


def _headers(file: JobFile) -> dict[str, str]:
    return {
        "Content-Length": str(file.bytes),
        "Content-Disposition": content_disposition(file.name),
        "ETag": f'"{file.sha256}"',
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }


def content_disposition(name: str) -> str:
    """An attachment of that name: plain ASCII for old clients, and UTF-8 as RFC 6266 and RFC 8187 say."""
    plain = "".join(character if character.isascii() and character.isprintable() else "_" for character in name)
    escaped = plain.replace("\\", "_").replace('"', "_").replace("%", "_")
    return f"attachment; filename=\"{escaped}\"; filename*=UTF-8''{quote(name, safe='')}"
