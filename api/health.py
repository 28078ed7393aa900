"""Whether an export would run now, part by part."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from sqlalchemy import Column, Engine, select
from starlette.concurrency import run_in_threadpool

from api.authentication import is_operator, public
from api.models import Health
from api.resources import Resources, Shared
from api.responses import answer
from contract.errors import PrefectUnavailable, StatesheetError
from database.engine import reading, unavailable
from database.tables import export_job, state_object
from files.spool import require_space

router = APIRouter(tags=["Operation"])

_SECONDS = 4.0
"""How long a part may take to say how it is. Load balancers and the start of a stack (`runtime.readiness`) do not wait as long
as jobs do that are to be handed over to Prefect."""


@dataclass(frozen=True)
class PartState:
    """Whether one part is well, and what there is to say about it."""

    ok: bool
    detail: str


@router.head("/health", include_in_schema=False)
@router.get(
    "/health",
    summary="Say whether an export would run now",
    response_description="Every part is well.",
    responses={200: {"model": Health}, 503: {"model": Health, "description": "Some part is not well."}},
)
@public
async def health(request: Request, shared: Shared) -> Response:
    """200 when an export that is asked for now would run; else 503. Each part says how it is.

    Once credentials exist, only the operator's sees more than which parts are well.
    """
    states = await asyncio.gather(
        _state(_in_thread(_reads, shared.objects, state_object.c.id)),
        _state(_in_thread(_reads, shared.jobs, export_job.c.id)),
        _state(_prefect(shared)),
        _state(_worker(shared)),
        _state(_in_thread(_disk, shared)),
    )
    well = all(state.ok for state in states)
    more = await is_operator(request, shared)
    names = ("objects", "jobs", "prefect", "worker", "disk")
    said = {
        "status": "ok" if well else "unavailable",
        "version": version("statesheet") if more else None,
        "prefectUrl": shared.runs.ui_url if more else None,
        "parts": {
            name: {"ok": state.ok, "detail": state.detail if more else None} for name, state in zip(names, states, strict=True)
        },
    }
    return answer(said, 200 if well else 503)


async def _state(check: Awaitable[str]) -> PartState:
    try:
        async with asyncio.timeout(_SECONDS):
            return PartState(True, await check)
    except TimeoutError:
        return PartState(False, f"it has not answered in {_SECONDS:g} seconds")
    except (StatesheetError, OSError) as error:
        return PartState(False, str(error))


def _in_thread(check: Callable[..., str], *arguments: object) -> Awaitable[str]:
    return run_in_threadpool(check, *arguments)


def _reads(engine: Engine, column: Column[str]) -> str:
    with unavailable(), reading(engine) as connection:
        connection.execute(select(column).limit(1)).first()
    return "it answers"


async def _prefect(shared: Resources) -> str:
    seconds = await shared.runs.ping()
    deployment = await shared.runs.deployment(again=True)
    return f"it answers in {seconds * 1000:.0f} ms; deployment {deployment['name']} is there"


async def _worker(shared: Resources) -> str:
    if shared.worker_answers is not None:
        if not await run_in_threadpool(shared.worker_answers):
            raise PrefectUnavailable(detail="the worker does not answer, or cannot take all runs: its log tells why")
        return "it answers"
    online = await shared.runs.workers()
    if not online:
        raise PrefectUnavailable(detail="no worker of the deployment's work pool was heard of lately")
    return f"online: {', '.join(online)}"


def _disk(shared: Resources) -> str:
    return f"{require_space(shared.settings.home):,} bytes are free"
