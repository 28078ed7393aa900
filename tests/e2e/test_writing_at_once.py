"""Many clients write while exports run: nothing is lost, nobody is turned away, and no export sees a part of a call."""

import base64
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import TENANT, Stack, job_id_of
from tests.loopback import http

OBJECTS = 100
CLIENTS = 40


@pytest.mark.parametrize("calls", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_nothing_is_lost_and_every_export_is_of_one_moment(stack: Stack, calls: int) -> None:
    kind = f"batch{calls}"
    stop = threading.Event()
    with ThreadPoolExecutor(CLIENTS + 2) as clients:
        exporting = [clients.submit(export_until, stack, kind, stop) for _ in range(2)]
        answers = list(clients.map(lambda call: create(stack, kind, call), range(calls)))
        stop.set()
        exports = [job_id for exporter in exporting for job_id in exporter.result()]
    assert Counter(answer.status_code for answer in answers) == {200: calls}
    found = http.post(f"{stack.api}/{TENANT}/api/connectorService/get", json=body(kind, maxRecords=1), timeout=60).json()
    assert found["dataObjectOperationResponse"]["totalRecords"] == calls * OBJECTS
    seen = [batches(stack, job_id) for job_id in exports]
    assert all(set(batch.values()) <= {OBJECTS} for batch in seen), "an export holds a part of a call"
    assert len(seen[-1]) == calls


def create(stack: Stack, kind: str, call: int) -> httpx.Response:
    objects = [
        {"id": f"{call:04d}-{number:03d}", "type": kind, "properties": {"batch": str(call), "channelid": "at-once"}}
        for number in range(OBJECTS)
    ]
    return in_call(stack, f"call-{call}", objects)


def in_call(stack: Stack, name: str, objects: list[dict[str, Any]], tenant: str = TENANT) -> httpx.Response:
    """The answer to one call that creates all of these objects."""
    blob = base64.b64encode(json.dumps(objects).encode()).decode()
    sent = {"dataObject": {"id": name, "type": objects[0]["type"], "data": {"blob": blob}}}
    return http.post(f"{stack.api}/{tenant}/api/connectorService/create", json=sent, timeout=120)


def export_until(stack: Stack, kind: str, stop: threading.Event) -> list[str]:
    """The jobs of exports, one after another, the last one begun after everything was written."""
    jobs: list[str] = []
    while True:
        last = stop.is_set()
        answer = stack.post(body(kind, profiles=["downloadDataJSONJob"]))
        assert answer.status_code == 200, answer.text
        jobs.append(job_id_of(answer))
        stack.ended(jobs[-1])
        if last:
            return jobs


def body(kind: str, *, profiles: list[str] | None = None, **options: int) -> dict[str, Any]:
    params = {"query": {"filters": {"typesCriterion": [kind]}}, "options": options}
    return {"params": params | ({"rsconnect": {"profiles": profiles}} if profiles else {})}


def batches(stack: Stack, job_id: str) -> Counter[str]:
    """How many objects of each call are in the file of a job."""
    if stack.job(job_id)["totalRecords"] == 0:
        return Counter()
    found = json.loads(stack.file(job_id))["dataObjectOperationResponse"]["dataObjects"]
    return Counter(item["properties"]["batch"] for item in found)
