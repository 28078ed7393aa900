"""A whole stack of a test's own, as a user starts it, and what its processes are."""

import fcntl
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from runtime.addresses import read_addresses
from runtime.prefect_server import prefect_home
from tests.loopback import http

SECONDS = 200
"""How long a start or an end may take: on a slow machine that has more to do Prefect needs minutes to make its database."""


@contextmanager
def beginning(home, prefect_database):
    """Around the start of a Prefect server in `home`: the first one of a run of the tests makes Prefect's database, which is
    kept; the others, of other processes too, wait for it and begin with a copy."""
    prefect_home(home).mkdir(parents=True)
    with prefect_database.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if prefect_database.exists():
            fcntl.flock(lock, fcntl.LOCK_UN)
            shutil.copyfile(prefect_database, prefect_home(home) / "prefect.db")
            yield
            return
        yield
        with closing(sqlite3.connect(prefect_home(home) / "prefect.db")) as made:
            made.execute("VACUUM INTO ?", (str(prefect_database),))


def end_all(home):
    """End what is left of the stack in a home."""
    for pid in members(home):
        os.kill(pid, signal.SIGKILL)


def members(home):
    """The processes of a stack, by what their environment says."""
    mark = f"STATESHEET_HOME={home}\0".encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                command, said = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
            except OSError:  # it has ended, or is another user's
                continue
            if mark in said + b"\0" and command:
                found[int(folder.name)] = command.replace(b"\0", b" ").decode()
    return found


def start(home, **given):
    """`statesheet serve` in a home; what it says is added to serve.log there."""
    own = {"STATESHEET_HOME": str(home), "STATESHEET_PREFECT_PORT": "43000", "HOME": str(home / "nobody")}
    command = [sys.executable, "-m", "cli.main", "serve", "--port", "0"]
    with (home / "serve.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | own | given)


def entries(home):
    """What all processes of a stack said whose log is objects, each line of it."""
    return [json.loads(line) for line in (home / "serve.log").read_text().splitlines()]


def wait_for(look, seconds=SECONDS):
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come")


def well(home):
    """The addresses of the stack in a home where an export would run."""
    addresses = read_addresses(home)
    try:
        return addresses and http.get(f"{addresses.api}/health", timeout=5).is_success and addresses
    except httpx.TransportError:
        return None
