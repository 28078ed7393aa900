"""The log of a whole stack: each line is an object, and each that is about a job has its id."""

import asyncio
import io
import json
import logging
import os
import signal

import httpx
import pytest

from config import logs
from config.settings import load_settings
from contract.jobs import TERMINAL
from database.engine import connect
from database.loader import load_objects
from database.migrate import upgrade
from tests.runtime.own_stack import SECONDS, begin_home, end_all, members, start, wait_for, well

REQUEST = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}}, "fileName": "States"}


@pytest.fixture
def home(tmp_path, prefect, first_home):
    home = tmp_path / "stack"
    home.mkdir()
    begin_home(home, first_home)
    url = load_settings(home=home).objects_url
    upgrade(url, "objects")
    engine = connect(url)
    load_objects(engine, "acme", [("1", {"id": "1", "type": "connectorstate", "properties": {}, "data": {"attributes": {}}})])
    engine.dispose()
    yield home
    end_all(home)


def ask(api):
    """The id of an export that has ended."""
    started = httpx.post(f"{api}/acme/api/rsConnectService/downloadDataJob", json=REQUEST, timeout=30).json()
    job_id = started["dataObjectOperationResponse"]["dataObjects"][0]["properties"]["workAutomationId"]
    wait_for(lambda: httpx.get(f"{api}/acme/jobs/{job_id}", timeout=30).json()["status"] in TERMINAL)
    return job_id


def entries(home):
    """What all processes of the stack said, from its start to its end."""
    return [json.loads(line) for line in (home / "serve.log").read_text().splitlines()]


def test_every_process_of_the_stack_logs_objects_and_a_run_tells_its_job(home):
    stack = start(home, STATESHEET_LOG_FORMAT="json")
    job_id = ask(wait_for(lambda: well(home)).api)
    [api] = [pid for pid, line in members(home).items() if " api " in line]
    os.kill(api, signal.SIGKILL)
    wait_for(lambda: any("started again" in entry["message"] for entry in entries(home)))
    stack.send_signal(signal.SIGTERM)
    assert stack.wait(SECONDS) == 0
    of_run = [entry for entry in entries(home) if entry["part"] == "run"]
    assert {"validate", "extract", "render", None} <= {entry["step"] for entry in of_run}
    assert {(entry["job"], entry["tenant"]) for entry in of_run} == {(job_id, "acme")}
    of_stack = [entry for entry in entries(home) if entry["part"] == "stack"]
    assert any(entry["message"].startswith("Ready at http://") for entry in of_stack)
    assert {entry["job"] for entry in of_stack} == {None}


def test_a_stack_that_does_not_start_says_so_in_its_log(home):
    stack = start(home, STATESHEET_LOG_FORMAT="json", STATESHEET_HOST="256.0.0.1")
    assert stack.wait(SECONDS) == 1
    [last] = entries(home)
    assert (last["level"], "STATESHEET_HOST" in last["message"]) == ("CRITICAL", True)


def test_what_is_said_of_a_lost_run_has_its_id(workbench, tmp_path):
    stream = io.StringIO()
    handler = logs.handler("worker", "json", stream=stream)
    logging.getLogger("statesheet.reconcile").addHandler(handler)

    async def work():
        async with workbench() as bench:
            sign = tmp_path / "sign"
            run = await bench.ask("patient", sign=str(sign))
            process = await bench.process_of(run, sign)
            sign.unlink()
            os.kill(process.pid, signal.SIGKILL)
            await bench.process_of(run, sign)
            sign.unlink()
            await bench.ended(run)
            return run

    try:
        run = asyncio.run(work())
    finally:
        logging.getLogger("statesheet.reconcile").removeHandler(handler)
    [lost] = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (lost["job"], lost["level"]) == (str(run), "WARNING")
    assert "SIGKILL" in lost["message"]
