"""Schedules of exports: Prefect's own schedules of the deployment `export`, so its UI shows, pauses and changes them too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cronsim import CronSimError

from api.cron_lines import next_time
from api.runs import PrefectRuns, for_prefect
from config.settings import zones
from contract.errors import BadSchedule, RunRefused
from contract.phrases import counted

_AHEAD = 3
"""How many runs Prefect makes ahead of time; each holds a copy of the request."""
_CRON_FIELDS = 5
_PAGE = 200
"""Most runs of one answer: Prefect's own limit."""


@dataclass(frozen=True)
class Schedule:
    """One schedule. `next` is None where it is paused; also where it is no cron line and Prefect has not planned a run yet."""

    id: str
    tenant: str
    cron: str
    timezone: str
    active: bool
    next: datetime | None
    request: Mapping[str, Any]


async def create(runs: PrefectRuns, tenant: str, request: Mapping[str, Any], cron: str, timezone: str) -> Schedule:
    """Have a valid request run again and again.

    Raises BadSchedule for a cron line or a zone that is none, by the path `cron` or `timezone`, and PrefectUnavailable.
    """
    _check_cron(cron)
    if timezone not in zones():
        raise BadSchedule(path="timezone", reason=f"{timezone[:100]!r} is not a time zone")
    wanted = {
        "schedule": {"cron": cron, "timezone": timezone},
        "active": True,
        "max_scheduled_runs": _AHEAD,
        "parameters": {"tenant": tenant, "request": dict(request)},
    }
    try:
        [made] = await runs.ask("POST", await _path(runs), [wanted])
    except RunRefused as error:
        raise BadSchedule(reason=f"Prefect does not take {cron!r} in {timezone!r}") from error
    return _read(made, {})


def _check_cron(cron: str) -> None:
    """Raises BadSchedule. Prefect takes lines that never come, and then plans the runs of no schedule of the deployment.

    A sixth field would be that of seconds.
    """
    fields = cron.split()
    if len(fields) != _CRON_FIELDS:
        raise BadSchedule(path="cron", reason=f"{cron!r} has {counted(len(fields), 'field')} and not five")
    try:
        comes = next_time(cron, "UTC", datetime.now(UTC))
    except CronSimError as error:
        raise BadSchedule(path="cron", reason=f"{cron!r}: {str(error).lower()}") from error
    if comes is None:
        raise BadSchedule(path="cron", reason=f"{cron!r} never comes")


async def listed(runs: PrefectRuns, tenant: str | None = None) -> list[Schedule]:
    """All schedules, or those of a tenant; those made in Prefect's UI among them, the oldest first.

    Raises PrefectUnavailable.
    """
    found = await _found(runs)
    following = await _following(runs, found)
    schedules = [_read(one, following) for one in sorted(found, key=lambda one: str(one["created"]))]
    return [one for one in schedules if tenant is None or one.tenant == tenant]


async def _following(runs: PrefectRuns, found: Iterable[Mapping[str, Any]]) -> dict[str, datetime | None]:
    """When each schedule of `found` runs next, by id, were it active.

    By its cron line, for Prefect plans no more than 100 days ahead; or as Prefect has planned, of what is no such line.
    """
    following = {one["id"]: _by_line(one["schedule"]) for one in found}
    others = [schedule for schedule, moment in following.items() if moment is None]
    if others:
        for run in reversed(await _waiting(runs, {"created_by": {"id_": others}})):
            following[run["created_by"]["id"]] = datetime.fromisoformat(run["expected_start_time"])
    return following


def _by_line(when: Mapping[str, Any]) -> datetime | None:
    """None where it is no cron line of five fields: Prefect's own pages take more."""
    cron = str(when.get("cron", ""))
    if len(cron.split()) != _CRON_FIELDS:
        return None
    try:
        return next_time(cron, when.get("timezone") or "UTC", datetime.now(UTC), either_day=when.get("day_or", True))
    except (CronSimError, KeyError, ValueError):
        return None


async def set_active(runs: PrefectRuns, schedule_id: str, active: bool, tenant: str | None = None) -> None:
    """Pause a schedule, or let it go on. Raises BadSchedule where there is none of that id (and tenant)."""
    known = await _require(runs, schedule_id, tenant)
    # Prefect empties the parameters of a schedule that is changed without them.
    change = {"active": active, "parameters": known["parameters"]}
    began = datetime.now(UTC)
    await runs.ask("PATCH", f"{await _path(runs)}/{schedule_id}", change)
    await _plan(runs, began)


async def delete(runs: PrefectRuns, schedule_id: str, tenant: str | None = None) -> None:
    """Forget a schedule and the runs that wait for their time; one that is due already still runs, as where it is paused.

    Raises BadSchedule where there is none of that id.
    """
    await _require(runs, schedule_id, tenant)
    began = datetime.now(UTC)
    due = await _waiting(runs, {"expected_start_time": {"before_": began.isoformat()}})
    await runs.ask("DELETE", f"{await _path(runs)}/{schedule_id}")
    for run in due:
        await _ask_again(runs, run)
    await _plan(runs, began)


async def _plan(runs: PrefectRuns, began: datetime) -> None:
    """Have the runs of all schedules planned that come after `began`; those that are planned stay.

    A Prefect of one's own forgets what was planned of every schedule where one of them changes, and would plan anew only some
    seconds later, from then on. The embedded one forgets nothing (`runtime.own_runs`).
    """
    deployment = await runs.deployment(again=True)
    if not deployment.get("paused"):
        await runs.ask("POST", f"/deployments/{deployment['id']}/schedule", {"start_time": began.isoformat()})


async def _ask_again(runs: PrefectRuns, run: Mapping[str, Any]) -> None:
    """A due run that a Prefect of one's own forgot with another schedule; by its key, so one that is still there stays."""
    parameters = {name: for_prefect(value) for name, value in run["parameters"].items()}
    wanted = {"parameters": parameters, "idempotency_key": run["idempotency_key"], "tags": run["tags"]}
    await runs.ask("POST", f"/deployments/{run['deployment_id']}/create_flow_run", wanted)


async def _waiting(runs: PrefectRuns, chosen: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The runs of schedules that wait, and are as `chosen`, in order.

    A page is asked for by what is known already: a run that starts meanwhile would move the others past an offset.
    """
    wanted = {
        "deployment_id": {"any_": [(await runs.deployment())["id"]]},
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "created_by": {"type_": ["SCHEDULE"]},
        **(chosen or {}),
    }
    found: list[dict[str, Any]] = []
    while True:
        unknown = {"id": {"not_any_": [run["id"] for run in found]}}
        body = {"flow_runs": wanted | unknown, "sort": "EXPECTED_START_TIME_ASC", "limit": _PAGE}
        page: list[dict[str, Any]] = await runs.ask("POST", "/flow_runs/filter", body)
        found += page
        if len(page) < _PAGE:
            return found


async def _require(runs: PrefectRuns, schedule_id: str, tenant: str | None) -> dict[str, Any]:
    """Prefect's record of the schedule of that id, if it is the tenant's."""
    for found in await _found(runs):
        if found["id"] == schedule_id and tenant in (None, _read(found, {}).tenant):
            return found
    raise BadSchedule(reason=f"there is none with the id {schedule_id[:100]!r}")


async def _found(runs: PrefectRuns) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await runs.ask("GET", await _path(runs))
    return found


async def _path(runs: PrefectRuns) -> str:
    return f"/deployments/{(await runs.deployment())['id']}/schedules"


def _read(found: Mapping[str, Any], following: Mapping[str, datetime | None]) -> Schedule:
    when = found["schedule"]
    parameters = found.get("parameters") or {}
    request = parameters.get("request")
    return Schedule(
        id=found["id"],
        tenant=str(parameters.get("tenant", "")),
        cron=str(when.get("cron") or when.get("rrule") or f"every {when.get('interval')} s"),
        timezone=when.get("timezone") or "UTC",
        active=found["active"],
        next=following.get(found["id"]) if found["active"] else None,
        request=request if isinstance(request, dict) else {},
    )
