"""The real stack, as a user starts it: one process group, one home, ports of its own, loopback only."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from contract.jobs import TERMINAL
from runtime.addresses import read_addresses
from tasks.demo_objects import demo_objects
from tests.command_line import command
from tests.loopback import http
from tests.runtime.own_stack import SECONDS, beginning

NIGHTLY = "nightly"
TENANT = "acme"
OBJECTS = 400
_JOB_SECONDS = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.e2e)


@dataclass(frozen=True)
class Stack:
    """A running stack, the objects that it holds and what its webhook was told."""

    home: Path
    process: "subprocess.Popen[bytes]"
    api: str
    prefect: str
    objects: list[dict[str, Any]]
    told: list[dict[str, Any]]

    def post(self, body: Any, tenant: str = TENANT, **headers: str) -> httpx.Response:
        """The answer to a download request."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        address = f"{self.api}/{tenant}/api/rsConnectService/downloadDataJob"
        return http.post(address, content=content, headers=headers, timeout=30)

    def job(self, job_id: str, tenant: str = TENANT) -> dict[str, Any]:
        answer: dict[str, Any] = http.get(f"{self.api}/{tenant}/jobs/{job_id}", timeout=30).raise_for_status().json()
        return answer

    def ended(self, job_id: str, tenant: str = TENANT) -> dict[str, Any]:
        """The job, once it has ended."""
        deadline = time.monotonic() + _JOB_SECONDS
        while time.monotonic() < deadline:
            job = self.job(job_id, tenant)
            if job["status"] in TERMINAL:
                return job
            time.sleep(0.05)
        raise AssertionError(f"job {job_id} has not ended: {job}")

    def file(self, job_id: str, tenant: str = TENANT) -> bytes:
        return http.get(f"{self.api}/{tenant}/jobs/{job_id}/file", timeout=60).raise_for_status().content

    def statuses_told_of(self, job_id: str, wanted: int = 1) -> list[str]:
        """The `requestStatus` of each message about a job, once there are as many as wanted."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            attributes = [message["notificationObject"]["data"]["attributes"] for message in list(self.told)]
            mine = [one for one in attributes if one["requestId"]["values"][0]["value"] == job_id]
            if len(mine) >= wanted:
                break
            time.sleep(0.05)
        return [one["requestStatus"]["values"][0]["value"] for one in mine]


def job_id_of(answer: httpx.Response) -> str:
    [started] = answer.json()["dataObjectOperationResponse"]["dataObjects"]
    identifier: str = started["properties"]["workAutomationId"]
    return identifier


@pytest.fixture(scope="package")
def hook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook's address and what was posted to it."""
    told: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", told
    server.shutdown()
    server.server_close()


@pytest.fixture(
    scope="package"
)  # and not of the session: a stack that only waits takes a third of a processor from other tests
def stack(
    tmp_path_factory: pytest.TempPathFactory, hook: tuple[str, list[dict[str, Any]]], prefect_database: Path
) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("home")
    objects = [one for _, one in demo_objects(OBJECTS)]
    (home / "objects.json").write_text(json.dumps(objects))
    loaded = command("load", home / "objects.json", "--tenant", TENANT, home=home)
    assert loaded.returncode == 0, loaded.stderr
    url, told = hook
    log = home / "serve.log"
    with ExitStack() as undo:
        with beginning(home, prefect_database), log.open("wb") as kept:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "serve", "--home", str(home), "--port", "0"],
                stdout=kept,
                stderr=subprocess.STDOUT,
                env=os.environ | {"STATESHEET_WEBHOOKS": url},
            )
            undo.callback(_end, process)
            addresses = _ready(process, home, log)
        yield Stack(home, process, addresses.api, addresses.prefect, objects, told)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)


def _ready(process: "subprocess.Popen[bytes]", home: Path, log: Path) -> Any:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        addresses = read_addresses(home)
        if addresses is not None and _healthy(addresses.api):
            return addresses
        time.sleep(0.2)
    raise AssertionError(f"the stack did not get ready:\n{log.read_text(errors='replace')[-4000:]}")


def _healthy(address: str) -> bool:
    try:
        return http.get(f"{address}/health", timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@pytest.fixture(scope="package")
def every_minute(stack: Stack) -> "subprocess.CompletedProcess[str]":
    """How the making of a schedule ended that fires each minute, for a tenant of its own.

    The first tests of the session ask for it, so that the one that waits for it to fire waits less: cron knows nothing finer.
    """
    (stack.home / "nightly-objects.json").write_text(json.dumps(stack.objects[:3]))
    assert command("load", stack.home / "nightly-objects.json", "--tenant", NIGHTLY, home=stack.home).returncode == 0
    recent = {"modifiedDate": {"gte": "now-3650d", "type": "_DATETIME"}}
    filters = {"typesCriterion": ["connectorstate"], "propertiesCriterion": [recent]}
    request = stack.home / "nightly.json"
    request.write_text(json.dumps({"params": {"query": {"filters": filters}}, "fileName": "Nightly"}))
    cron = ("--cron", "* * * * *", "--timezone", "UTC")
    return command("schedule", "create", "--tenant", NIGHTLY, "--request", request, *cron, home=stack.home)
