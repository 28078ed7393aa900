"""The log of a whole stack: each line is an object, and each that is about a job has its id."""

import asyncio
import io
import json
import logging
import os
import signal

from config import logs
from tests.runtime.own_stack import SECONDS, entries, members, start, wait_for, well
from tests.runtime.services import rows


def test_every_process_of_the_stack_logs_objects_and_a_run_tells_its_job(json_service):
    home = json_service.home
    job_id = json_service.job()[0]["workAutomationId"]
    [api] = [pid for pid, line in members(home).items() if " api " in line]
    os.kill(api, signal.SIGKILL)
    wait_for(lambda: any("started again" in entry["message"] for entry in entries(home)))
    wait_for(lambda: well(home))
    of_run = [entry for entry in entries(home) if entry["part"] == "run"]
    assert {"validate", "extract", "render", None} <= {entry["step"] for entry in of_run}
    told = {(entry["job"], entry["tenant"]) for entry in of_run}
    assert (job_id, "acme") in told
    assert told == {(row["id"], row["tenant"]) for row in rows(json_service.jobs_url, "export_job")}
    of_stack = [entry for entry in entries(home) if entry["part"] == "stack"]
    assert any(entry["message"].startswith("Ready at http://") for entry in of_stack)
    assert {entry["job"] for entry in of_stack} == {None}


def test_a_stack_that_does_not_start_says_so_in_its_log(tmp_path):
    stack = start(tmp_path, STATESHEET_LOG_FORMAT="json", STATESHEET_HOST="256.0.0.1")
    assert stack.wait(SECONDS) == 1
    [last] = entries(tmp_path)
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
