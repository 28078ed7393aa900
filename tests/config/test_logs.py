"""Every entry of a process's log is whole, in the form that was asked for, and says which job it is about."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading

import pytest

from config import logs

ONE_AND_ANOTHER = """
import logging, sys, threading, warnings
from config import logs
logs.set_up("worker", level="{level}", style="{style}", subject=logs.Subject("1234", "acme"))
logging.getLogger("runtime.turns").info("a step")
logging.getLogger("httpx").info("an address with a secret in it")
logging.getLogger("httpx").warning("a library in trouble")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("api.errors").exception("two lines\\nWARNING in one")
warnings.warn("old", DeprecationWarning, stacklevel=1)
thread = threading.Thread(target=lambda: [][0])
thread.start()
thread.join()
{{}}["nobody caught this"]
"""


def said(style, level="INFO"):
    """What a process of its own says on standard error."""
    script = ONE_AND_ANOTHER.format(style=style, level=level)
    done = subprocess.run([sys.executable, "-W", "always", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    return done.stderr


def test_json_is_one_object_a_line_whatever_is_told():
    entries = [json.loads(line) for line in said("json").splitlines()]
    assert [entry["message"] for entry in entries][:3] == ["a step", "a library in trouble", "two lines\nWARNING in one"]
    assert {(entry["job"], entry["tenant"], entry["part"]) for entry in entries} == {("1234", "acme", "worker")}
    assert [(entry["level"], entry["logger"]) for entry in entries] == [
        ("INFO", "runtime.turns"),
        ("WARNING", "httpx"),
        ("ERROR", "api.errors"),
        ("WARNING", "py.warnings"),
        ("CRITICAL", "statesheet"),
        ("CRITICAL", "statesheet"),
    ]
    assert ["exception" in entry for entry in entries] == [False, False, True, False, True, True]
    assert entries[2]["exception"].startswith("Traceback (most recent call last):\n")
    assert entries[2]["exception"].endswith("ZeroDivisionError: division by zero")
    assert "IndexError" in entries[4]["exception"]
    assert "KeyError" in entries[5]["exception"]
    assert all(entry["time"].endswith("Z") and len(entry["time"]) == len("2026-01-01T00:00:00.000Z") for entry in entries)


def test_text_has_the_job_in_each_entry_and_sets_in_what_goes_on():
    lines = said("text").splitlines()
    entries = [line for line in lines if not line.startswith("  ")]
    assert len(entries) == 6
    assert all(" part=worker job=1234 tenant=acme " in entry for entry in entries)
    assert "  WARNING in one" in lines
    assert "  ZeroDivisionError: division by zero" in lines


def test_the_level_is_that_of_our_rooms_and_libraries_never_say_less_than_warnings():
    assert [json.loads(line)["logger"] for line in said("json", "ERROR").splitlines()] == [
        "api.errors",
        "statesheet",
        "statesheet",
    ]
    assert "an address" not in said("json", "DEBUG")


@pytest.fixture
def log():
    """A logger, and the entries that a process would have written."""
    stream = io.StringIO()
    logger = logging.Logger("log")
    logger.addHandler(logs.handler("api", "json", stream=stream))
    return logger, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_entries_are_about_a_job_only_as_long_as_that_is_worked_on(log):
    logger, entries = log
    with logs.about("1", "acme"):
        logger.warning("within")
        with logs.about("2"):
            logger.warning("within that")
    logger.warning("after")
    assert [(entry["job"], entry["tenant"]) for entry in entries()] == [("1", "acme"), ("2", None), (None, None)]


def test_what_a_thread_learns_of_a_request_is_known_to_all_that_work_on_it_and_to_no_other(log):
    logger, entries = log

    async def request(job):
        logs.begin(tenant="acme")
        await asyncio.to_thread(logs.learn, job)
        await asyncio.sleep(0)
        logger.warning("the answer")

    async def all_at_once():
        await asyncio.gather(request("1"), request("2"))

    asyncio.run(all_at_once())
    assert [(entry["job"], entry["tenant"]) for entry in entries()] == [("1", "acme"), ("2", "acme")]


def test_learning_outside_of_everything_changes_nothing(log):
    logger, entries = log
    thread = threading.Thread(target=lambda: (logs.learn("1"), logger.warning("alone")))
    thread.start()
    thread.join()
    assert entries()[0]["job"] is None


def test_no_character_ends_a_line_of_json(log):
    logger, entries = log
    logger.warning("a\u2028b\x85c\r\nd\ud800")
    assert entries()[0]["message"] == "a\u2028b\x85c\r\nd\ud800"


STEPS_THAT_FAIL = """
import logging
from config import logs
from contract.errors import DatabaseUnavailable, UnknownTenant
for _ in range(2):
    logs.set_up("run", level="INFO", style="json")
for error in (UnknownTenant(tenant="acme"), DatabaseUnavailable(detail="away"), ValueError("a fault")):
    try:
        raise error
    except Exception:  # as Prefect does: it logs whatever a step raises
        logging.getLogger("prefect.task_runs").exception("The step failed")
"""


def test_a_step_that_refuses_a_request_tells_no_traceback_and_a_fault_does():
    done = subprocess.run([sys.executable, "-c", STEPS_THAT_FAIL], capture_output=True, text=True, timeout=60, check=True)
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert ["exception" in entry for entry in told] == [False, True, True]
