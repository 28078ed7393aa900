"""A stack of the test's own, that may be killed and started again in the same home; and the webhook that it tells."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import httpx

from runtime.addresses import Addresses, read_addresses
from tests.chaos import processes
from tests.loopback import http

TENANTS = ("acme", "bolt")
_READY_SECONDS = 120


class Hook:
    """A webhook on loopback that counts by job what it is told."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        lock, told = Lock(), self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                attributes = message["notificationObject"]["data"]["attributes"]
                with lock:
                    told[attributes["requestId"]["values"][0]["value"]] += 1
                with suppress(OSError):  # who asked may be killed by now
                    self.send_response(200)
                    self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass
class OwnStack:
    """`statesheet serve` in `home`; `log` keeps what all of its lives said."""

    home: Path
    hook: Hook
    process: "subprocess.Popen[bytes]" = field(init=False)
    seen: set[int] = field(default_factory=set)

    @property
    def log(self) -> Path:
        return self.home.parent / "serve.log"

    def start(self) -> None:
        given = {"STATESHEET_WEBHOOKS": self.hook.url, "STATESHEET_PREFECT_PORT": "43000", "STATESHEET_PROGRESS_SECONDS": "20"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "serve", "--home", str(self.home), "--port", "0"],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=os.environ | given,
            )

    def addresses(self) -> Addresses | None:
        """Where this life of the stack is found; None until it is ready."""
        found = read_addresses(self.home)
        return found if found is not None and found.pid == self.process.pid else None

    def well(self) -> bool:
        """Whether an export would run now."""
        found = self.addresses()
        if found is None:
            return False
        try:
            return http.get(f"{found.api}/health", timeout=3).is_success
        except httpx.TransportError:
            return False

    def wait_until_well(self) -> float:
        """The seconds that it took."""
        began = time.monotonic()
        while not self.well():
            assert self.process.poll() is None, f"the stack ended:\n{self.log.read_text(errors='replace')[-4000:]}"
            assert time.monotonic() - began < _READY_SECONDS, f"not well:\n{self.log.read_text(errors='replace')[-4000:]}"
            time.sleep(0.1)
        self.seen |= processes.family(self.process.pid).keys()
        return time.monotonic() - began

    def kill(self, *, everything: bool) -> None:
        """SIGKILL to the stack's own process, or to all of its processes at once."""
        if everything:
            processes.kill_all(self.process)
        else:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """The exit code of a stop in good order."""
        self.seen |= processes.family(self.process.pid).keys()
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            processes.kill_all(self.process)
            raise

    def left_behind(self) -> list[int]:
        """Processes that this stack started and that live without it."""
        return [pid for pid in self.seen if processes.is_there(pid) and f"STATESHEET_HOME={self.home}" in _environment(pid)]


def _environment(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return ""
