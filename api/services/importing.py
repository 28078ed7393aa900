"""Services that take a file of objects in: the same job whichever is called, tracked as a task."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from api import importing
from api.resources import Resources, Shared
from api.responses import answer
from api.services.door import Tenant, body_like, described
from contract import envelope
from contract.services import answers
from contract.services.importing import read_upload
from contract.wire import decode_body

router = APIRouter(tags=["Objects"])

_FILE = {
    "dataObject": {
        "id": "upload-1",
        "name": "upload-1",
        "properties": {
            "app": "Connector",
            "service": "ENTITY_IMPORT",
            "channel": "UI",
            "format": "GENERIC_OBJECT_EXCEL",
            "encoding": "Base64",
            "fileName": "EntityData.xlsx",
        },
        "data": {"blob": "UEsDBBQABgAIAAAAIQ=="},
    }
}
_KEY = Header(description="The same key with the same file gives the same job, for a day.")


@router.post(
    "/{tenant}/api/connectorService/process",
    summary="Take an edited workbook back",
    responses=described("The file is accepted; a task says what becomes of it.", 404, 422, 429, 502),
    openapi_extra=body_like(_FILE),
)
async def process(
    request: Request, shared: Shared, tenant: Tenant, idempotency_key: Annotated[str | None, _KEY] = None
) -> Response:
    """Takes an exported workbook that was edited, or any file of objects, in the Base64 of `dataObject.data.blob`.

    All of it is written, or nothing where anything is refused; `dataObject.properties.apply` may say `partial` for what can
    be taken, or `nothing` for a look at what would become of it.
    """
    return await _take(request, shared, tenant, idempotency_key)


@router.post(
    "/{tenant}/api/rsConnectService/publish",
    summary="Take a file of objects in",
    responses=described("The file is accepted; a task says what becomes of it.", 404, 422, 429, 502),
    openapi_extra=body_like(_FILE),
)
async def publish(
    request: Request, shared: Shared, tenant: Tenant, idempotency_key: Annotated[str | None, _KEY] = None
) -> Response:
    """As connectorService/process."""
    return await _take(request, shared, tenant, idempotency_key)


async def _take(request: Request, shared: Resources, tenant: str, idempotency_key: str | None) -> Response:
    await run_in_threadpool(shared.tenants.require, tenant)
    raw = await request.body()
    upload = await run_in_threadpool(lambda: read_upload(decode_body(raw)))
    job_id = await importing.submit(shared, tenant, upload, idempotency_key=idempotency_key)
    return answer(answers.with_warnings(envelope.submitted(job_id), upload.warnings))
