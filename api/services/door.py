"""What the sibling services share at their edge: a body in, an answer out, and how that is described."""

import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.models import Refusal, refusals
from api.resources import Resources
from api.responses import answer
from contract.wire import decode_body

Tenant = Annotated[str, Path(description="The tenant whose objects and jobs are meant.")]

_ANSWER: dict[str, Any] = {"content": {"application/json": {"schema": {"type": "object"}}}}
_NOT_SERVED: dict[int | str, dict[str, Any]] = {
    501: {"model": Refusal, "description": "What is asked for cannot be answered truthfully from what this service holds."}
}


def described(meaning: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route, for `/openapi.json`; the shapes are in the table of services in the docs."""
    return {200: {"description": meaning, **_ANSWER}, **refusals(400, 404, 413, 503, *statuses), **_NOT_SERVED}


def body_like(example: Mapping[str, Any]) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes a JSON body such as `example`."""
    content = {"application/json": {"schema": {"type": "object"}, "example": dict(example)}}
    return {"requestBody": {"required": True, "content": content}}


async def served(request: Request, shared: Resources, tenant: str, work: Callable[[object], Mapping[str, Any]]) -> Response:
    """The answer that `work` makes of the body of a request, off the event loop.

    Raises UnknownTenant, InvalidRequest for what is no JSON, BodyTooLarge, and what `work` raises.
    """
    await run_in_threadpool(shared.tenants.require, tenant)
    raw = await request.body()
    return await run_in_threadpool(lambda: answer(work(decode_body(raw))))


def new_id() -> str:
    """A fresh id, for what an answer must name and nobody gave a name."""
    return str(uuid.uuid4())
