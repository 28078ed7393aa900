"""The trigger: a documented request becomes a job and a run of Prefect's; and the same request, only explained."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api import callers, explaining, submission
from api.models import EXPORT_BODY, Explanation, Started, refusals
from api.resources import Shared
from api.responses import answer
from contract import envelope

router = APIRouter(tags=["Exports"])

Tenant = Annotated[str, Path(description="The tenant whose objects are meant.")]


@router.post(
    "/{tenant}/api/rsConnectService/downloadDataJob",
    summary="Start an export",
    response_description="The export is accepted.",
    responses={200: {"model": Started}, **refusals(400, 404, 413, 422, 429, 502, 503, 507)},
    openapi_extra=EXPORT_BODY,
)
async def download_data_job(
    request: Request,
    shared: Shared,
    tenant: Tenant,
    idempotency_key: Annotated[
        str | None, Header(description="The same key with the same body gives the same job for 24 hours.")
    ] = None,
    x_rdp_user_id: Annotated[str | None, Header(alias="x-rdp-userId", description="Who asks, kept with the job.")] = None,
) -> Response:
    """Takes the documented body and answers with the job's id at once; the export runs on its own.

    Any or no Content-Type is taken as JSON. Every mistake of a body is named, each with its path.
    """
    await run_in_threadpool(shared.tenants.require, tenant)
    submitted = submission.Submission(tenant, await request.body(), idempotency_key, callers.user_name(x_rdp_user_id))
    return answer(envelope.started(await submission.submit(shared, submitted)))


@router.post(
    "/{tenant}/explain",
    summary="Say what an export would hold",
    response_description="What the request means.",
    responses={200: {"model": Explanation}, **refusals(400, 404, 413, 503)},
    openapi_extra=EXPORT_BODY,
)
async def explain(request: Request, shared: Shared, tenant: Tenant) -> Response:
    """Takes the body of a download request and runs nothing: the request in plain words, what matches now, the warnings."""
    await run_in_threadpool(shared.tenants.require, tenant)
    raw = await request.body()
    said: dict[str, Any] = await run_in_threadpool(explaining.explain, shared, tenant, raw)
    return answer(said)
