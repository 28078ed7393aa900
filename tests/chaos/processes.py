"""The processes of one stack, found from the one that the test started: only these are ever killed."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

PARTS = ("api", "prefect", "worker")


def family(root: int) -> dict[int, str]:
    """The process `root` and all that come from it, the eldest first, with their command lines. Linux only."""
    lines: dict[int, str] = {}
    waiting = [root]
    while waiting:
        pid = waiting.pop(0)
        with suppress(OSError):  # it has ended
            lines[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            for thread in Path(f"/proc/{pid}/task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
    return lines


def part(root: int, name: str) -> int | None:
    """The process of one part of the stack."""
    return next((pid for pid, line in family(root).items() if f" -m runtime {name} " in line), None)


def fork_server(root: int) -> int | None:
    """The process that those of runs are forked from: the eldest child of the worker that calls itself so."""
    worker = part(root, "worker")
    if worker is None:
        return None
    return next((pid for pid, line in family(worker).items() if pid != worker and "forkserver" in line), None)


def runs(root: int) -> list[int]:
    """The processes of runs."""
    server = fork_server(root)
    return [] if server is None else [pid for pid in family(server) if pid != server]


def send(pid: int | None, number: signal.Signals = signal.SIGKILL) -> bool:
    """Whether the process was there to be sent the signal."""
    if pid is None:
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def kill_all(process: "subprocess.Popen[bytes]") -> None:
    """Kill a stack with everything that it started, at once."""
    members = family(process.pid)
    for pid in members:
        send(pid)
    process.wait()
    deadline = time.monotonic() + 10
    while any(is_there(pid) for pid in members) and time.monotonic() < deadline:
        time.sleep(0.02)


def is_there(pid: int) -> bool:
    """Whether a process lives; one that has ended and waits to be looked at does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
