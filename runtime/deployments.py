"""What Prefect is told of this project: the work pool and the deployments that deployments/prefect.yaml lists."""

import pkgutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # Prefect brings it, without types
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

FILE = Path(__file__).parent.parent / "deployments" / "prefect.yaml"


async def register(client: PrefectClient, file: Path = FILE) -> str:
    """Make or bring up to date the work pool and the deployments of `file`; the name of the pool.

    Schedules that a deployment has stay as they are.
    """
    listed: list[dict[str, Any]] = yaml.safe_load(file.read_text())["deployments"]
    pool: str = listed[0]["work_pool"]["name"]
    with suppress(ObjectAlreadyExists):
        # The type is Prefect's own, so that its stock workers can join the pool.
        await client.create_work_pool(WorkPoolCreate(name=pool, type="process"))
    for one in listed:
        await _register(client, one)
    return pool


async def _register(client: PrefectClient, one: dict[str, Any]) -> None:
    flow: Flow[..., Any] = pkgutil.resolve_name(one["entrypoint"])
    facts: dict[str, Any] = {
        "entrypoint": one["entrypoint"],
        "description": one["description"],
        "tags": one["tags"],
        "work_pool_name": one["work_pool"]["name"],
        "enforce_parameter_schema": one["enforce_parameter_schema"],
        "parameter_openapi_schema": flow.parameters.model_dump_for_openapi(),
    }
    try:
        known = await client.read_deployment_by_name(f"{flow.name}/{one['name']}")
    except ObjectNotFound:
        await client.create_deployment(flow_id=await client.create_flow(flow), name=one["name"], **facts)
    else:
        if any(getattr(known, name) != fact for name, fact in facts.items()):
            await _update(client, known, DeploymentUpdate(**facts))


async def _update(client: PrefectClient, known: DeploymentResponse, changed: DeploymentUpdate) -> None:
    """Change a deployment, and keep the runs that its schedules have planned.

    Creating it again would delete its schedules and the runs that wait. Changing it deletes those whose time is still to come,
    and Prefect plans them again only seconds later.
    """
    began = datetime.now(UTC)
    await client.update_deployment(known.id, changed)
    if not known.paused:
        body = {"start_time": began.isoformat()}
        await client.request("POST", "/deployments/{id}/schedule", path_params={"id": known.id}, json=body)
