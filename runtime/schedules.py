"""Schedules for the command line: what `api.schedules` does, asked of the Prefect of a running stack and waited for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from api import schedules
from api.runs import PrefectRuns
from api.schedules import Schedule
from runtime.addresses import Addresses

__all__ = ["Schedule", "create", "delete", "listed", "set_active"]

Answer = TypeVar("Answer")


def create(stack: Addresses, tenant: str, request: Mapping[str, Any], cron: str, timezone: str) -> Schedule:
    """See `api.schedules.create`."""
    return _ask(stack, lambda runs: schedules.create(runs, tenant, request, cron, timezone))


def listed(stack: Addresses) -> list[Schedule]:
    """See `api.schedules.listed`: those of all tenants."""
    return _ask(stack, schedules.listed)


def set_active(stack: Addresses, schedule_id: str, active: bool) -> None:
    """See `api.schedules.set_active`."""
    _ask(stack, lambda runs: schedules.set_active(runs, schedule_id, active))


def delete(stack: Addresses, schedule_id: str) -> None:
    """See `api.schedules.delete`."""
    _ask(stack, lambda runs: schedules.delete(runs, schedule_id))


def _ask(stack: Addresses, ask: Callable[[PrefectRuns], Awaitable[Answer]]) -> Answer:
    async def asked() -> Answer:
        runs = PrefectRuns.at(stack.prefect)
        try:
            return await ask(runs)
        finally:
            await runs.close()

    return asyncio.run(asked())
