"""`statesheet demo`: objects, the whole stack, the documented request over HTTP, the workbook; then all is stopped again."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.client import Client
from cli.console import err, out, progress_bar
from cli.outputs import writable
from cli.waiting import wait_for
from contract.errors import StartupFailed, StatesheetError

if TYPE_CHECKING:
    import httpx

TENANT = "demo"
_JOB_SECONDS = 600
_POLL_SECONDS = 0.1

REQUEST: dict[str, Any] = {
    "params": {
        "query": {
            "filters": {
                "typesCriterion": ["connectorstate"],
                "propertiesCriterion": [
                    {"channelid": {"exacts": ["rs-amazonsellerus-self"]}},
                    {"entitytype": {"exacts": ["product", "sku"]}},
                ],
            }
        },
        "fields": {"attributes": ["_ALL"]},
        "rsconnect": {
            "includeValidationData": True,
            "profilecontexts": [{"service": "CONNECTOR_STATE_EXPORT", "channel": "JOB", "format": "Excel"}],
        },
    },
    "clientState": {"notificationInfo": {"userId": "demo@statesheet.example_user"}},
    "fileName": "ConnectorStates",
}


def demo(
    rows: Annotated[int, typer.Option(min=1, help="How many objects to make.")] = 5000,
    output: Annotated[Path, typer.Option(help="Where to save the workbook.")] = Path("statesheet-demo.xlsx"),
) -> None:
    """Show the main job from end to end, on made-up objects, in a folder of its own that is removed again."""
    import httpx

    place = writable(output)
    _leave_settings_behind()
    with tempfile.TemporaryDirectory(prefix="statesheet-demo-") as folder:
        home = Path(folder)
        _load(home, rows)
        with _stack(home) as address, httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
            answer = client.post(f"/{TENANT}/api/rsConnectService/downloadDataJob", json=REQUEST)
            out.print(json.dumps(answer.json(), indent=2), markup=False)
            answer.raise_for_status()
            [started] = answer.json()["dataObjectOperationResponse"]["dataObjects"]
            job = _wait(client, started["properties"]["workAutomationId"])
            place.write_bytes(client.get(f"/{TENANT}/jobs/{job['workAutomationId']}/file").raise_for_status().content)
    out.print(f"{job['totalRecords']:,} of {rows:,} objects matched and are in {place}", markup=False)


def _leave_settings_behind() -> None:
    """Forget the settings of the environment: they may name a database, receivers or a port of somebody's own service."""
    from config.settings import variables

    for name in variables(os.environ):
        del os.environ[name]


def _load(home: Path, rows: int) -> None:
    from config.settings import load_settings
    from database.engine import connect
    from database.loader import load_objects
    from database.migrate import upgrade
    from tasks.demo_objects import demo_objects

    url = load_settings(home=home).objects_url
    upgrade(url, "objects")
    with progress_bar() as bar:
        task = bar.add_task("Making objects", total=rows)
        engine = connect(url)
        load_objects(engine, TENANT, demo_objects(rows), on_progress=lambda done: bar.update(task, completed=done))
        engine.dispose()


@contextmanager
def _stack(home: Path) -> Iterator[str]:
    """The address of a whole stack of its own, from ready to stopped."""
    log = home / "serve.log"
    with log.open("wb") as kept:
        command = [sys.executable, "-m", "cli.main", "serve", "--home", str(home), "--port", "0"]
        process = subprocess.Popen(command, stdout=kept, stderr=subprocess.STDOUT)  # noqa: S603 (words of our own)
    try:
        with err.status("Starting the stack"):
            address = _ready(process, home)
        yield address
    except StatesheetError:
        err.print(log.read_text(errors="replace")[-4000:], markup=False)
        raise
    finally:
        process.terminate()
        process.wait(timeout=30)


def _ready(process: "subprocess.Popen[bytes]", home: Path) -> str:
    """The address of the stack; one that is not ready in its time ends by itself."""
    from runtime.addresses import read_addresses

    while process.poll() is None:
        addresses = read_addresses(home)
        if addresses is not None:
            return addresses.api
        time.sleep(_POLL_SECONDS)
    raise StartupFailed(part="The stack", detail=f"it ended with exit code {process.returncode}")


def _wait(client: "httpx.Client", job_id: str) -> dict[str, Any]:
    """The job, once it has ended well."""
    job = wait_for(Client(client, TENANT), job_id, _JOB_SECONDS)
    if job["status"] not in ("completed", "completed with no records"):
        raise StartupFailed(part="The demo's export", detail=f"it is {job['status']}: {job['error']}")
    return job
