"""The Schedules page: what runs by itself, when it runs next, and its pausing and deleting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from api import schedules
from api.pages.cron import in_words
from api.pages.notices import Notice
from api.pages.rendering import page
from api.pages.routing import PageRoute, Posted, Visited, back
from api.resources import Shared
from api.schedules import Schedule

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True)
class ScheduleView:
    """A schedule for the template."""

    schedule: Schedule

    @property
    def name(self) -> str:
        """What the file is called."""
        return str(self.schedule.request.get("fileName") or "Export")

    @property
    def when(self) -> str:
        return in_words(self.schedule.cron)

    @property
    def request(self) -> Mapping[str, Any]:
        return self.schedule.request


@router.get("/{tenant}/schedules")
async def listed(shared: Shared, tenant: Visited, notice: Notice) -> Response:
    """The tenant's schedules."""
    found = await schedules.listed(shared.runs, tenant)
    return page(shared, tenant, "schedules.html", schedules=[ScheduleView(one) for one in found], notice=notice)


@router.post("/{tenant}/schedules/{schedule_id}/pause")
async def pause(request: Request, shared: Shared, tenant: Visited, schedule_id: str, _: Posted) -> Response:
    """Runs no more until it is resumed."""
    await schedules.set_active(shared.runs, schedule_id, False, tenant)
    return back(request, shared, tenant, "paused")


@router.post("/{tenant}/schedules/{schedule_id}/resume")
async def resume(request: Request, shared: Shared, tenant: Visited, schedule_id: str, _: Posted) -> Response:
    """Runs again."""
    await schedules.set_active(shared.runs, schedule_id, True, tenant)
    return back(request, shared, tenant, "resumed")


@router.post("/{tenant}/schedules/{schedule_id}/delete")
async def delete(request: Request, shared: Shared, tenant: Visited, schedule_id: str, _: Posted) -> Response:
    """Is forgotten."""
    await schedules.delete(shared.runs, schedule_id, tenant)
    return back(request, shared, tenant, "deleted")
