"""Services that hand out the files of jobs: a link that works for a while, or the whole file in the answer."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api import auditing
from api.files import ready
from api.jobs import find
from api.links import download_url
from api.resources import Resources, Shared
from api.services.door import Tenant, body_like, described, new_id, served
from contract.errors import FileTooLarge, UnknownJob
from contract.jobs import Job, JobFile
from contract.services import answers
from contract.services.files import binary_object, job_of_file, read_file_id, stream_object
from database.audit import Action
from files import store

router = APIRouter(tags=["Files"])


@router.post(
    "/{tenant}/api/binarystreamobjectservice/prepareDownload",
    summary="Make a download link",
    responses=described("Where the file can be had for a while, without credentials.", 409, 410),
    openapi_extra=body_like({"binaryStreamObject": {"id": "FILE", "properties": {"objectKey": "FILE"}}}),
)
async def prepare_download(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Takes the `fileId` of a task, or a job's id."""

    def prepare(body: object) -> dict[str, Any]:
        file_id = read_file_id(body)
        job, _ = file_of(shared, tenant, file_id)
        url = download_url(shared, job)
        assert url is not None, "the file is ready"
        return answers.found("binaryStreamObjects", [stream_object(file_id, tenant, url)], 1, request_id=new_id())

    return await served(request, shared, tenant, prepare)


@router.post(
    "/{tenant}/api/binaryobjectservice/getById",
    summary="Send a file inside the answer",
    responses=described("The file in Base64.", 409, 410),
    openapi_extra=body_like({"params": {"query": {"id": "FILE", "filters": {"typesCriterion": ["binaryobject"]}}}}),
)
async def get_by_id(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Takes the `fileId` of a task, or a job's id. A file over `STATESHEET_MAX_ANSWER_BYTES` is a 413: take it by a link."""

    def send(body: object) -> dict[str, Any]:
        file_id = read_file_id(body)
        job, file = file_of(shared, tenant, file_id)
        sent = [binary_object(file_id, tenant, file, content_of(shared, job, file))]
        return answers.found("binaryObjects", sent, 1, request_id=new_id())

    return await served(request, shared, tenant, send)


def file_of(shared: Resources, tenant: str, file_id: str) -> tuple[Job, JobFile]:
    """The job whose file is meant, and that; raises UnknownJob, FileNotReady and FileExpired."""
    try:
        job = find(shared, tenant, job_of_file(file_id))
    except UnknownJob as error:
        raise UnknownJob(job=file_id[:100]) from error
    return job, ready(job)


def content_of(shared: Resources, job: Job, file: JobFile) -> bytes:
    """The bytes of a job's file, for an answer that holds them; the audit is told.

    Raises FileTooLarge, FileMissing and StoreUnavailable.
    """
    limit = shared.settings.max_answer_bytes
    if file.bytes > limit:
        raise FileTooLarge(size=file.bytes, limit=limit)
    content = b"".join(store.stream(shared.store, file.key))
    auditing.note(shared.audit, Action.DOWNLOADED, job.tenant, job=job.id, detail="inside an answer")
    return content
