"""Two ways to run the same export on Prefect: this project's stack, and stock Prefect as its documentation begins.

Stock: `prefect server start` on SQLite and a flow that calls `flow.serve()`, all settings as they come. Its flow runs the
very same steps in the same code, so what differs is how Prefect is run.
"""

import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from config.settings import load_settings
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from runtime.addresses import read_addresses
from tasks.demo_objects import demo_objects

TENANT = "bench"
REQUEST = {
    "params": {
        "query": {"filters": {"typesCriterion": ["connectorstate"]}},
        "fields": {"attributes": ["_ALL"]},
        "rsconnect": {"profilecontexts": [{"format": "Excel"}]},
    },
    "fileName": "Bench",
}
# Clients keep their connections, and one that is made anew for each request reads all certificates of the system, which takes
# longer than an answer and would be measured with it.
_CLIENT = httpx.Client(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), timeout=120)
_BOOT_SECONDS = 180
_RUN_SECONDS = 300
_POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Asked:
    """The answer to one request for an export: its HTTP status and, where it was taken, the run's id."""

    status: int
    run: str | None


@dataclass(frozen=True)
class Ours:
    """This project's stack."""

    address: str

    def ask(self) -> Asked:
        """As a client of the API does."""
        answer = _CLIENT.post(f"{self.address}/{TENANT}/api/rsConnectService/downloadDataJob", json=REQUEST)
        if answer.status_code != httpx.codes.OK:
            return Asked(answer.status_code, None)
        [started] = answer.json()["dataObjectOperationResponse"]["dataObjects"]
        return Asked(answer.status_code, started["properties"]["workAutomationId"])

    def has_ended(self, client: httpx.Client, run: str) -> bool:
        """Whether the file is there. Raises RuntimeError where the job did not get there."""
        status = client.get(f"{self.address}/{TENANT}/jobs/{run}").json()["status"]
        return _judged(status, "completed", {"queued", "running"})


@dataclass(frozen=True)
class Stock:
    """Prefect as it comes."""

    address: str
    deployment: str

    def ask(self) -> Asked:
        """As Prefect's documentation says."""
        answer = _CLIENT.post(
            f"{self.address}/deployments/{self.deployment}/create_flow_run",
            json={"parameters": {"request": json.dumps(REQUEST)}},
        )
        taken = answer.status_code == httpx.codes.CREATED
        return Asked(answer.status_code, answer.json()["id"] if taken else None)

    def has_ended(self, client: httpx.Client, run: str) -> bool:
        """Whether the run is completed. Raises RuntimeError where it did not get there."""
        answer = client.get(f"{self.address}/flow_runs/{run}")
        if answer.status_code != httpx.codes.OK:  # the server is busy
            return False
        state = answer.json()["state"]
        return _judged(state["type"], "COMPLETED", {"SCHEDULED", "PENDING", "RUNNING"}, state["message"])


def _judged(status: str, good: str, going_on: set[str], why: str | None = None) -> bool:
    if status not in {good, *going_on}:
        raise RuntimeError(f"a run ended as {status}: {why or 'see its job'}")
    return status == good


Way = Ours | Stock


def wait(way: Way, run: str) -> None:
    """Until a run has ended. Who asks more often than every fiftieth of the time takes the processors from the run that it
    waits for."""
    began = time.monotonic()
    while not way.has_ended(_CLIENT, run):
        lasted = time.monotonic() - began
        if lasted > _RUN_SECONDS:
            raise RuntimeError(f"{run} has not ended in {_RUN_SECONDS} s")
        time.sleep(max(_POLL_SECONDS, lasted / 50))


def make_objects(home: Path, rows: int) -> None:
    """Objects for a home."""
    url = load_settings(home=home).objects_url
    upgrade(url, "objects")
    engine = connect(url)
    load_objects(engine, TENANT, demo_objects(rows))
    engine.dispose()


@contextmanager
def ours(home: Path) -> Iterator[Ours]:
    """This project's stack over a home, from ready to stopped."""
    command = [str(Path(sys.executable).with_name("statesheet")), "serve", "--home", str(home), "--port", "0"]
    with _process(command, home / "serve.log", {}) as started:
        addresses = started.until(lambda: read_addresses(home))
        yield Ours(addresses.api)


def api_process(home: Path) -> int:
    """The id of the process that serves the API of the stack of a home. Linux only."""
    stack = read_addresses(home)
    assert stack is not None, "it runs"
    for thread in Path(f"/proc/{stack.pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            if b"\0runtime\0api\0" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    raise RuntimeError("the stack has no API")


@contextmanager
def stock(home: Path) -> Iterator[Stock]:
    """Prefect as it comes, over the objects of a home, from ready to stopped."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/api"
    told = {"PREFECT_HOME": str(home / "stock"), "STATESHEET_HOME": str(home), "DO_NOT_TRACK": "1"}
    (home / "stock").mkdir(exist_ok=True)
    prefect = str(Path(sys.executable).with_name("prefect"))
    with ExitStack() as both:
        command = [prefect, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        server = both.enter_context(_process(command, home / "stock-server.log", told))
        server.until(lambda: _get(f"{address}/health"))
        command = [sys.executable, "-m", "benchmarks.stock_serve"]
        serving = both.enter_context(_process(command, home / "stock-serve.log", told | {"PREFECT_API_URL": address}))
        found = serving.until(lambda: _get(f"{address}/deployments/name/stock-export/stock"))
        yield Stock(address, found["id"])


T = TypeVar("T")


@dataclass(frozen=True)
class _Started:
    """A process that may not have come up yet."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def until(self, look: Callable[[], T | None]) -> T:
        """What `look` finds, once it finds something. Raises RuntimeError where the process ends, or takes too long."""
        deadline = time.monotonic() + _BOOT_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            found = look()
            if found is not None:
                return found
            time.sleep(0.1)
        raise RuntimeError(f"it did not start:\n{self.log.read_text(errors='replace')[-2000:]}")


@contextmanager
def _process(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[_Started]:
    with log.open("wb") as kept:
        process = subprocess.Popen(command, stdout=kept, stderr=subprocess.STDOUT, env=os.environ | environment)
    try:
        yield _Started(process, log)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _get(address: str) -> Any:
    try:
        answer = httpx.get(address, timeout=5)
    except httpx.TransportError:
        return None
    return answer.json() if answer.is_success else None
