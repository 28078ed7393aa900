"""Schedules at a Prefect of one's own: it forgets the runs of all where one changes, and must be asked for them again."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api import schedules
from api.runs import PrefectRuns
from contract.errors import BadSchedule

pytestmark = pytest.mark.anyio
REQUEST = {"fileName": "{{ as it is }}"}


@dataclass
class StockPrefect:
    """As much of Prefect's API as schedules need, with what it does to runs; each active schedule comes each minute."""

    schedules: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    paused: bool = False

    def add(self, name: str) -> None:
        when = {"cron": "* * * * *", "timezone": "UTC"}
        parameters = {"tenant": name, "request": REQUEST}
        self.schedules[name] = {"id": name, "created": name, "schedule": when, "active": True, "parameters": parameters}

    def plan(self, start: datetime) -> None:
        first = start.replace(second=0, microsecond=0) + timedelta(minutes=1)
        for schedule in self.schedules.values():
            for number in range(5 if schedule["active"] else 0):
                due = (first + timedelta(minutes=number)).isoformat()
                self._add(f"{schedule['id']} {due}", due, schedule["parameters"], schedule["id"])

    def _add(self, key: str, due: str, parameters: dict[str, Any], by: str | None) -> dict[str, Any]:
        made = {"id": key, "idempotency_key": key, "expected_start_time": due, "parameters": parameters, "tags": ["a"]}
        return self.runs.setdefault(key, made | {"deployment_id": "d", "created_by": by and {"id": by}})

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api")
        body = json.loads(request.content or b"null")
        now = datetime.now(UTC).isoformat()
        if path.startswith("/deployments/name/"):
            return httpx.Response(200, json={"id": "d", "paused": self.paused})
        if path == "/flow_runs/filter":
            before = body["flow_runs"].get("expected_start_time", {}).get("before_", "9")
            known = body["flow_runs"]["id"]["not_any_"]
            found = [run for run in self.runs.values() if run["created_by"] and run["expected_start_time"] <= before]
            found = sorted((run for run in found if run["id"] not in known), key=lambda run: str(run["expected_start_time"]))
            assert body["limit"] <= 200
            return httpx.Response(200, json=found[: body["limit"]])
        if path == "/deployments/d/schedule":
            self.plan(datetime.fromisoformat(body["start_time"]))
        elif path == "/deployments/d/create_flow_run":
            decoded = {name: json.loads(value["value"]) for name, value in body["parameters"].items()}
            return httpx.Response(201, json=self._add(body["idempotency_key"], now, decoded, None))
        elif request.method == "PATCH":
            self.schedules[path.rsplit("/", 1)[1]] |= body
            self.runs = {key: run for key, run in self.runs.items() if run["expected_start_time"] <= now}
        elif request.method == "DELETE":
            del self.schedules[path.rsplit("/", 1)[1]]
            self.runs = {key: run for key, run in self.runs.items() if not run["created_by"]}
        return httpx.Response(200, json=list(self.schedules.values()) if request.method == "GET" else None)


@pytest.mark.parametrize("change", ["pause", "resume", "delete"])
async def test_after_a_change_of_one_schedule_the_runs_of_others_are_there_again(change: str) -> None:
    prefect = StockPrefect()
    prefect.add("acme")
    prefect.add("other")
    prefect.plan(datetime.now(UTC) - timedelta(minutes=3))
    before = set(prefect.runs)
    now = datetime.now(UTC).isoformat()
    due = {key for key, run in prefect.runs.items() if run["expected_start_time"] <= now}
    assert due
    runs = PrefectRuns.at("http://prefect/api", httpx.MockTransport(prefect.answer))
    if change == "delete":
        await schedules.delete(runs, "acme")
    else:
        await schedules.set_active(runs, "acme", change == "resume")
    await runs.close()
    ended = change in {"pause", "delete"}
    assert {key for key in before if key.startswith("other")} | due <= set(prefect.runs)
    assert all(run["parameters"]["request"] == REQUEST for run in prefect.runs.values())
    assert not ended or not [key for key in prefect.runs if key.startswith("acme") and key not in due]


async def test_after_a_schedule_is_deleted_all_runs_that_were_due_are_there_again() -> None:
    prefect = StockPrefect()
    for number in range(150):
        prefect.add(f"tenant-{number}")
    prefect.plan(datetime.now(UTC) - timedelta(minutes=4))
    now = datetime.now(UTC).isoformat()
    due = {key for key, run in prefect.runs.items() if run["expected_start_time"] <= now}
    assert len(due) > 400
    runs = PrefectRuns.at("http://prefect/api", httpx.MockTransport(prefect.answer))
    await schedules.delete(runs, "tenant-7")
    await runs.close()
    assert due <= set(prefect.runs)


async def test_runs_of_a_deployment_that_somebody_paused_are_not_planned() -> None:
    prefect = StockPrefect(paused=True)
    prefect.add("acme")
    runs = PrefectRuns.at("http://prefect/api", httpx.MockTransport(prefect.answer))
    await schedules.set_active(runs, "acme", True)
    await runs.close()
    assert prefect.runs == {}


async def test_a_line_of_one_field_is_named_as_such() -> None:
    runs = PrefectRuns.at("http://prefect/api", httpx.MockTransport(StockPrefect().answer))
    with pytest.raises(BadSchedule, match="'hourly' has 1 field and not five"):
        await schedules.create(runs, "acme", REQUEST, "hourly", "UTC")
    await runs.close()
