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
from contract.services.files import binary_object, job_of_file, read_file_ids, stream_object
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
    """Takes the `fileId` of a task, or a job's id; several in `params.query.ids`."""

    def prepare_one(file_id: str) -> dict[str, Any]:
        job, _ = file_of(shared, tenant, file_id)
        url = download_url(shared, job)
        assert url is not None, "the file is ready"
        return stream_object(file_id, tenant, url)

    def prepare(body: object) -> dict[str, Any]:
        prepared = [prepare_one(file_id) for file_id in read_file_ids(body)]
        return answers.found("binaryStreamObjects", prepared, len(prepared), request_id=new_id())

    return await served(request, shared, tenant, prepare)


@router.post(
    "/{tenant}/api/binaryobjectservice/getById",
    summary="Send a file inside the answer",
    responses=described("The file in Base64.", 409, 410),
    openapi_extra=body_like({"params": {"query": {"id": "FILE", "filters": {"typesCriterion": ["binaryobject"]}}}}),
)
async def get_by_id(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Takes the `fileId` of a task, or a job's id; several in `params.query.ids`. More than `STATESHEET_MAX_ANSWER_BYTES` of
    files is a 413: take them by links."""

    def send(body: object) -> dict[str, Any]:
        wanted = [(file_id, *file_of(shared, tenant, file_id)) for file_id in read_file_ids(body)]
        _check_size(shared, sum(file.bytes for _, _, file in wanted))
        sent = [binary_object(name, tenant, file, content_of(shared, job, file)) for name, job, file in wanted]
        return answers.found("binaryObjects", sent, len(sent), request_id=new_id())

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
    _check_size(shared, file.bytes)
    content = b"".join(store.stream(shared.store, file.key))
    auditing.note(shared.audit, Action.DOWNLOADED, job.tenant, job=job.id, detail="inside an answer")
    return content


def _check_size(shared: Resources, size: int) -> None:
    limit = shared.settings.max_answer_bytes
    if size > limit:
        raise FileTooLarge(size=size, limit=limit)
