"""The second seam into Prefect's server: a run that the API asks for gets its request key as its id.

So the id is known before the run is made, and a request need not wait for Prefect to be answered (see `api.handing_over`).
Prefect takes no id over HTTP. `create_flow_run` is private to its server: pyproject.toml holds Prefect to one minor version,
and a test holds the ids to the keys.
"""

from functools import wraps
from typing import Any
from uuid import UUID

from prefect.server import models
from prefect.server.schemas.core import FlowRun

from api.runs import QUEUE


def install() -> None:
    """Make the server of this process do so; to be called before its application is made."""
    create: Any = models.flow_runs.create_flow_run

    @wraps(create)
    async def create_flow_run(*given: Any, flow_run: FlowRun, **named: Any) -> Any:
        key = _uuid(flow_run.idempotency_key) if flow_run.work_queue_name == QUEUE else None
        if key is not None:
            flow_run.id = key
        return await create(*given, flow_run=flow_run, **named)

    models.flow_runs.create_flow_run = create_flow_run


def _uuid(key: str | None) -> UUID | None:
    try:
        return UUID(key or "")
    except ValueError:
        return None
