"""The stream of server-sent events that keeps a page up to date."""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from api.pages.job_view import JobView
from api.pages.live import LiveJobs
from api.pages.rendering import render
from api.pages.routing import Visited
from api.resources import Resources, Shared

router = APIRouter(include_in_schema=False)

_QUIET_SECONDS = 20
"""After so long without a message a comment is sent: proxies end connections that say nothing."""
_HEADERS = {"X-Accel-Buffering": "no"}
"""Has nginx pass each message on at once."""


@router.get("/{tenant}/events")
async def events(request: Request, shared: Shared, tenant: Visited) -> Response:
    """Each job that changes, as its row of the list."""
    live: LiveJobs = request.app.state.live
    messages = live.listen(tenant, lambda view: _message(shared, tenant, view))
    return StreamingResponse(_stream(messages), media_type="text/event-stream", headers=_HEADERS)


def _message(shared: Resources, tenant: str, view: JobView) -> str:
    html = render(shared, tenant, "job_row.html", job=view)
    data = {"id": view.id, "kind": view.kind, "name": view.name, "status": view.status, "open": view.is_open, "html": html}
    return f"event: job\ndata: {json.dumps(data)}\n\n"


async def _stream(messages: AsyncIterator[str]) -> AsyncIterator[str]:
    """The messages, and a comment where there was none for a while."""
    yield "retry: 2000\n\n"
    waiting = asyncio.ensure_future(anext(messages, None))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=_QUIET_SECONDS)
            if not done:
                yield ": still here\n\n"
                continue
            message = waiting.result()
            if message is None:
                return
            yield message
            waiting = asyncio.ensure_future(anext(messages, None))
    finally:
        waiting.cancel()
