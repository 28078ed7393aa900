"""The synchronous form of a download: the same job through the same pipeline, waited for, and its file in the answer."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from api import callers, submission
from api.jobs import find
from api.models import EXPORT_BODY
from api.resources import Resources, Shared
from api.responses import answer
from api.services.door import Tenant, described, new_id
from api.services.files import content_of
from contract import envelope
from contract.errors import ExportCancelled, ExportFailed, InvalidRequest, OutOfRange
from contract.jobs import TERMINAL, Job, JobStatus
from contract.services import answers
from contract.services.files import binary_object
from contract.services.tasks import file_id
from contract.wire import decode_body
from database.reader import count_matching
from tasks.validate import check_request

router = APIRouter(tags=["Exports"])

_FIRST_LOOK_SECONDS, _SELDOMEST_LOOK_SECONDS = 0.05, 1.0


@router.post(
    "/{tenant}/api/rsConnectService/downloadDataExcel",
    summary="Export and wait for the file",
    responses=described("The file in Base64; the answer of downloadDataJob where it takes longer.", 409, 422, 429, 502),
    openapi_extra=EXPORT_BODY,
)
async def download_data_excel(
    request: Request,
    shared: Shared,
    tenant: Tenant,
    idempotency_key: Annotated[str | None, Header(description="As for downloadDataJob.")] = None,
) -> Response:
    """For small results: at most `STATESHEET_SYNC_RECORDS` records, waited for at most `STATESHEET_SYNC_SECONDS`.

    A job that takes longer goes on, and the answer names it as that of downloadDataJob does.
    """
    await run_in_threadpool(shared.tenants.require, tenant)
    raw = await request.body()
    await run_in_threadpool(_refuse_large, shared, tenant, raw)
    job_id = await submission.submit(shared, submission.Submission(tenant, raw, idempotency_key, callers.current().user))
    job = await _ended(shared, tenant, job_id)
    if job is None:
        return answer(envelope.started(job_id))
    return await run_in_threadpool(lambda: answer(_told(shared, job)))


def _refuse_large(shared: Resources, tenant: str, raw: bytes) -> None:
    """Raises InvalidRequest for a request that would give more records than an answer may wait for."""
    asked = check_request(decode_body(raw), max_records=shared.settings.max_records, now=datetime.now(UTC))
    matched = max(0, count_matching(shared.objects, tenant, asked) - asked.offset)
    records = matched if asked.max_records is None else min(matched, asked.max_records)
    if records > shared.settings.sync_records:
        allowed = f"at most {shared.settings.sync_records} (STATESHEET_SYNC_RECORDS); use downloadDataJob"
        raise InvalidRequest(
            [OutOfRange(path="params.options.maxRecords", value=f"A result of {records} records", allowed=allowed)]
        )


async def _ended(shared: Resources, tenant: str, job_id: str) -> Job | None:
    """The job once it has ended, None where that takes too long. Looks often at first: most are done within a second."""
    deadline = time.monotonic() + shared.settings.sync_seconds
    pause = _FIRST_LOOK_SECONDS
    while time.monotonic() < deadline:
        await asyncio.sleep(pause)
        job = await run_in_threadpool(find, shared, tenant, job_id)
        if job.status in TERMINAL:
            return job
        pause = min(pause * 1.2, _SELDOMEST_LOOK_SECONDS)
    return None


def _told(shared: Resources, job: Job) -> dict[str, Any]:
    if job.status is JobStatus.CANCELLED:
        raise ExportCancelled
    if job.status is JobStatus.FAILED:
        raise ExportFailed(cause=job.error_code, detail=job.error_message)
    identifier = file_id(job)
    if job.file is None or identifier is None:
        files = []
    else:
        files = [binary_object(identifier, job.tenant, job.file, content_of(shared, job, job.file))]
    return answers.with_warnings(answers.found("binaryObjects", files, len(files), request_id=new_id()), job.warnings)
