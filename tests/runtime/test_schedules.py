"""Schedules on the command line are Prefect's own, on the deployment that the stack registers."""

import json

import httpx
import pytest

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
