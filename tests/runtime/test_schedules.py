"""Schedules on the command line are Prefect's own, on the deployment that the stack registers."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from api.cron_lines import next_time
from contract.errors import BadSchedule
from runtime import schedules
from runtime.addresses import Addresses

REQUEST = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}}, "fileName": "{{ as it is }}"}


@pytest.fixture
def client(prefect):
    with httpx.Client(base_url=prefect) as asked:
        flow = asked.post("/flows/", json={"name": "export-connector-states"}).json()["id"]
        asked.post("/deployments/", json={"name": "export", "flow_id": flow}).raise_for_status()
    return Addresses("", prefect, 1)


def test_a_schedule_is_made_shown_and_deleted(client):
    made = schedules.create(client, "acme", REQUEST, "0 6 * * 1-5", "Europe/Berlin")
    [shown] = schedules.listed(client)
    assert (shown.id, shown.tenant, shown.cron, shown.timezone) == (made.id, "acme", "0 6 * * 1-5", "Europe/Berlin")
    assert json.loads(json.dumps(shown.request)) == REQUEST
    schedules.delete(client, made.id)
    assert schedules.listed(client) == []


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("0 6 * *", "UTC"),
        ("", "UTC"),
        ("hourly, please", "UTC"),
        ("at no time that is", "UTC"),
        ("0 6 * * *", "Mars/Olympus"),
        ("61 * * * *", "UTC"),
        ("0 0 30 2 *", "UTC"),  # Prefect would take it and plan no run of any schedule any more
        ("* * * * * *", "UTC"),  # each second
        ("@daily", "UTC"),
        ("0 6 * * 1-1", "UTC"),  # each day, for Prefect
    ],
)
def test_a_cron_line_or_a_zone_that_is_none_is_refused(client, cron, zone):
    with pytest.raises(BadSchedule):
        schedules.create(client, "acme", REQUEST, cron, zone)
    assert schedules.listed(client) == []


def test_a_schedule_is_paused_and_goes_on_with_all_that_it_was(client):
    made = schedules.create(client, "acme", REQUEST, "0 6 * * 1-5", "Europe/Berlin")
    schedules.set_active(client, made.id, False)
    [paused] = schedules.listed(client)
    assert (paused.active, paused.next) == (False, None)
    schedules.set_active(client, made.id, True)
    [resumed] = schedules.listed(client)
    assert resumed.active
    assert (resumed.tenant, resumed.request, resumed.cron) == (made.tenant, made.request, made.cron)
    schedules.delete(client, made.id)


@pytest.mark.parametrize("wrong", ["5", "", "00000000-0000-0000-0000-000000000000"])
def test_a_schedule_that_is_not_there_cannot_be_deleted(client, wrong):
    with pytest.raises(BadSchedule):
        schedules.delete(client, wrong)


@pytest.fixture
def planned(client):
    """Tells the times of the runs that wait, by schedule; `client` is of the same deployment."""
    with httpx.Client(base_url=client.prefect) as asked:
        deployment = asked.get("/deployments/name/export-connector-states/export").json()["id"]

        def of(schedule):
            wanted = {"deployment_id": {"any_": [deployment]}, "state": {"type": {"any_": ["SCHEDULED"]}}}
            found = asked.post("/flow_runs/filter", json={"flow_runs": wanted | {"created_by": {"id_": [schedule.id]}}})
            return {run["id"]: run["expected_start_time"] for run in found.json()}

        of.plan = lambda start: asked.post(f"/deployments/{deployment}/schedule", json={"start_time": start.isoformat()})
        yield of
    for one in schedules.listed(client):
        schedules.delete(client, one.id)


@pytest.mark.parametrize("change", ["pause", "resume", "delete"])
def test_a_change_of_one_schedule_leaves_the_runs_of_others_as_they_are(client, planned, change):
    made = schedules.create(client, "acme", REQUEST, "0 6 * * *", "UTC")
    other = schedules.create(client, "other", REQUEST, "* * * * *", "UTC")
    # Some of them are due, as where all of the worker's places are taken.
    planned.plan(datetime.now(UTC) - timedelta(minutes=5)).raise_for_status()
    before = planned(other)
    assert min(before.values()) < datetime.now(UTC).isoformat() < max(before.values())
    if change == "delete":
        schedules.delete(client, made.id)
    else:
        schedules.set_active(client, made.id, change == "resume")
    after = planned(other)
    assert before.items() <= after.items()
    assert len(set(after.values())) == len(after)
    assert bool(planned(made)) is (change == "resume")


@pytest.mark.parametrize("change", ["pause", "delete"])
def test_a_schedule_that_ends_still_runs_what_is_due_and_nothing_later(client, planned, change):
    made = schedules.create(client, "acme", REQUEST, "* * * * *", "UTC")
    planned.plan(datetime.now(UTC) - timedelta(minutes=5)).raise_for_status()
    before = planned(made)
    now = datetime.now(UTC).isoformat()
    if change == "delete":
        schedules.delete(client, made.id)
    else:
        schedules.set_active(client, made.id, False)
    after = planned(made)
    assert {run: due for run, due in before.items() if due < now}.items() <= after.items()
    assert all(due < datetime.now(UTC).isoformat() for due in after.values())


LATE_PLANNER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from uuid import UUID
import httpx
from prefect.server import models
from prefect.server.database import provide_database_interface
from runtime import immediate_sqlite, own_runs

async def plan():
    begin, end = datetime.now(UTC), datetime.now(UTC) + timedelta(days=9)
    async with database.session_context() as reading:
        runs = await models.deployments._generate_scheduled_flow_runs(
            database, session=reading, deployment_id=UUID(deployment), start_time=begin, end_time=end,
            min_time=timedelta(0), min_runs=3, max_runs=3)
    httpx.request(change, address, json={"active": False} if change == "PATCH" else None).raise_for_status()
    async with database.session_context(begin_transaction=True) as storing:
        return len(runs), len(await models.deployments._insert_scheduled_flow_runs(session=storing, runs=runs))

url, deployment, change, address = sys.argv[1:]
immediate_sqlite.install(url)
own_runs.install()
database = provide_database_interface()
print(asyncio.run(plan()))
"""


@pytest.mark.parametrize("change", ["PATCH", "DELETE"])
def test_runs_of_a_schedule_that_ends_while_they_are_planned_are_not_stored(client, planned, change):
    """As where Prefect's planner has read the schedules and not stored their runs yet."""
    made = schedules.create(client, "acme", REQUEST, "0 6 * * *", "UTC")
    with httpx.Client(base_url=client.prefect) as asked:
        deployment = asked.get("/deployments/name/export-connector-states/export").json()["id"]
    address = f"{client.prefect}/deployments/{deployment}/schedules/{made.id}"
    file = Path(os.environ["PREFECT_HOME"]) / "prefect.db"
    given = [f"sqlite+aiosqlite:///{file}", deployment, change, address]
    said = subprocess.run([sys.executable, "-c", LATE_PLANNER, *given], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.splitlines()[-1] == "(3, 0)"
    assert planned(made) == {}


def test_schedules_say_at_once_when_they_run_next_however_far_ahead_and_among_many_runs(client, planned):
    for minute in range(4):
        schedules.create(client, "acme", REQUEST, f"{minute}-59 * * * *", "UTC")
    lines = ["0 0 29 2 *", "0 6 1 1 *", "0 6 * * *", "*/5 * * * *"]
    made = {schedules.create(client, "other", REQUEST, cron, "Europe/Berlin").id: cron for cron in lines}
    planned.plan(datetime.now(UTC)).raise_for_status()
    before = datetime.now(UTC)
    shown = [one for one in schedules.listed(client) if one.id in made]
    moments = (before, datetime.now(UTC))
    assert sorted(one.cron for one in shown) == sorted(lines)
    for one in shown:
        assert one.next in {next_time(one.cron, "Europe/Berlin", moment) for moment in moments}


def test_a_schedule_of_prefects_own_pages_runs_next_when_prefect_has_planned(client, planned):
    with httpx.Client(base_url=client.prefect) as asked:
        deployment = asked.get("/deployments/name/export-connector-states/export").json()["id"]
        other = {"schedule": {"interval": 3600}, "active": True, "parameters": {"tenant": "acme", "request": {}}}
        asked.post(f"/deployments/{deployment}/schedules", json=[other]).raise_for_status()
    schedules.create(client, "acme", REQUEST, "* * * * *", "UTC")
    planned.plan(datetime.now(UTC)).raise_for_status()
    [shown] = [one for one in schedules.listed(client) if one.cron.startswith("every")]
    assert shown.next.isoformat() == min(datetime.fromisoformat(due) for due in planned(shown).values()).isoformat()
