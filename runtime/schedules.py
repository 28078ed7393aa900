"""Schedules of exports: Prefect's own schedules of the deployment `export`, so its UI shows, pauses and changes them too."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import DeploymentSchedule, StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from pydantic import ValidationError

from api.runs import DEPLOYMENT, FLOW
from contract.errors import BadSchedule, PrefectUnavailable
from runtime.addresses import Addresses

_AHEAD = 3
"""How many runs Prefect makes ahead of time; each holds a copy of the request."""


@dataclass(frozen=True)
class Schedule:
    """One schedule. `next` is None where it is paused or Prefect has not planned a run yet."""

    id: str
    tenant: str
    cron: str
    timezone: str
    active: bool
    next: datetime | None
    request: Mapping[str, Any]


@contextmanager
def connected(addresses: Addresses) -> Iterator[SyncPrefectClient]:
    """Prefect of a running stack; turns its silence into PrefectUnavailable."""
    try:
        with SyncPrefectClient(addresses.prefect) as client:
            yield client
    except httpx.HTTPError as error:
        raise PrefectUnavailable(detail=f"{type(error).__name__} at {addresses.prefect}") from error


def create(client: SyncPrefectClient, tenant: str, request: Mapping[str, Any], cron: str, timezone: str) -> Schedule:
    """Have a valid request run again and again. Raises BadSchedule for a cron line or a zone that is none."""
    try:
        when = CronSchedule(cron=cron, timezone=timezone)
    except ValidationError as error:
        raise BadSchedule(reason=error.errors()[0]["msg"].removeprefix("Value error, ")) from error
    wanted = DeploymentScheduleCreate(
        schedule=when, max_scheduled_runs=_AHEAD, parameters={"tenant": tenant, "request": dict(request)}
    )
    [made] = client.create_deployment_schedules(_deployment(client), [wanted])
    return _read(made, {})


def listed(client: SyncPrefectClient) -> list[Schedule]:
    """All schedules, those of Prefect's UI among them, the oldest first."""
    deployment = _deployment(client)
    found = client.read_deployment_schedules(deployment)
    planned = FlowRunFilter.model_validate(
        {"deployment_id": {"any_": [deployment]}, "state": {"type": {"any_": [StateType.SCHEDULED]}}}
    )
    runs = client.read_flow_runs(flow_run_filter=planned, sort=FlowRunSort.EXPECTED_START_TIME_DESC)
    # The earliest comes last, and stays.
    following = {run.created_by.id: run.expected_start_time for run in runs if run.created_by is not None}
    return [_read(one, following) for one in sorted(found, key=lambda one: str(one.created))]


def delete(client: SyncPrefectClient, schedule_id: str) -> None:
    """Forget a schedule and the runs that wait for their time. Raises BadSchedule where there is none of that id."""
    try:
        client.delete_deployment_schedule(_deployment(client), UUID(schedule_id))
    except (ValueError, ObjectNotFound) as error:
        raise BadSchedule(reason=f"there is none with the id {schedule_id!r}") from error


def _deployment(client: SyncPrefectClient) -> UUID:
    return client.read_deployment_by_name(f"{FLOW}/{DEPLOYMENT}").id


def _read(found: DeploymentSchedule, following: Mapping[UUID | None, datetime | None]) -> Schedule:
    when = found.schedule
    return Schedule(
        id=str(found.id),
        tenant=str(found.parameters.get("tenant", "")),
        cron=when.cron if isinstance(when, CronSchedule) else str(when),
        timezone=getattr(when, "timezone", None) or "UTC",
        active=found.active,
        next=following.get(found.id),
        request=found.parameters.get("request", {}),
    )
