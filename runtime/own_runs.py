"""The third seam into Prefect's server: a change of one schedule takes no run of others, and none that is due.

All schedules are of one deployment. Prefect drops the planned runs of the whole deployment where one of its schedules changes,
due ones too where it is deleted, and plans anew some seconds later, from that moment on: what was due meanwhile never ran.
Its planner reads the schedules in one transaction and stores their runs in a later one: a schedule that was paused or deleted
between them would have kept its runs.
`models.deployments` is private to its server: pyproject.toml holds Prefect to one minor version, and tests hold the runs that
are planned to their schedules.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from prefect.server import models
from prefect.server.database.orm_models import DeploymentSchedule, FlowRun
from prefect.server.schemas.states import StateType
from sqlalchemy.ext.asyncio import AsyncSession

Run = dict[str, Any]
"""A run that is to be stored, as Prefect's planner makes it."""

_CHANGED = "statesheet: the schedule that this session changed"


def install() -> None:
    """Make the server of this process do so; to be called before its application is made."""
    deployments: Any = models.deployments
    deployments.update_deployment_schedule = _noted(deployments.update_deployment_schedule)
    deployments.delete_deployment_schedule = _noted(deployments.delete_deployment_schedule)
    delete: Any = deployments._delete_scheduled_runs

    @wraps(delete)
    async def delete_scheduled_runs(*, session: AsyncSession, deployment_id: UUID, **named: Any) -> None:
        schedule = session.info.pop(_CHANGED, None)
        if schedule is None:
            await delete(session=session, deployment_id=deployment_id, **named)
        else:
            await session.execute(_planned(deployment_id, schedule))

    deployments._delete_scheduled_runs = delete_scheduled_runs
    insert: Any = deployments._insert_scheduled_flow_runs

    @wraps(insert)
    async def insert_scheduled_flow_runs(
        *given: Any, session: AsyncSession, runs: Sequence[dict[str, Any]], **named: Any
    ) -> Any:
        return await insert(*given, session=session, runs=await _of_active(session, runs), **named)

    deployments._insert_scheduled_flow_runs = insert_scheduled_flow_runs


async def _of_active(session: AsyncSession, runs: Sequence[Run]) -> list[Run]:
    """Those of `runs` whose schedule is there and active now, in the transaction that stores them."""
    asked = {run["created_by"]["id"] for run in runs}
    wanted = sa.select(DeploymentSchedule.id).where(DeploymentSchedule.id.in_(asked), DeploymentSchedule.active.is_(True))
    active = set((await session.scalars(wanted)).all())
    return [run for run in runs if run["created_by"]["id"] in active]


def _noted(change: Any) -> Any:
    """`change`, after which the session knows which schedule it was about."""

    @wraps(change)
    async def noting(*, session: AsyncSession, **named: Any) -> Any:
        session.info[_CHANGED] = named.get("deployment_schedule_id")
        return await change(session=session, **named)

    return noting


def _planned(deployment_id: UUID, schedule_id: UUID) -> sa.Delete:
    """What deletes the runs of a schedule whose time is still to come. Prefect gives each the schedule in its key."""
    return sa.delete(FlowRun).where(
        FlowRun.deployment_id == deployment_id,
        FlowRun.state_type == StateType.SCHEDULED,
        FlowRun.run_count == 0,
        FlowRun.auto_scheduled.is_(True),
        FlowRun.next_scheduled_start_time > datetime.now(UTC),
        FlowRun.idempotency_key.startswith(f"scheduled {deployment_id} {schedule_id} "),
    )
