"""The whole embedded stack behind one call: its parts are started, watched, started again, and ended in order."""

import fcntl
import json
import logging
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from config.settings import Settings
from contract.errors import StartupFailed
from database.migrate import upgrade
from database.sole_use import sole_use
from runtime import door, readiness
from runtime.addresses import Addresses, forget_addresses, write_addresses
from runtime.api_server import DOOR
from runtime.databases import databases
from runtime.home import warn_of_readers
from runtime.parts import Part, listen, listen_from, port_of, stop
from runtime.prefect_server import LOOPBACK, client_environment, prefect_home, server_environment
from runtime.stop_signals import stopped_by_signals

_READY_SECONDS = 600
"""How long a start may take: Prefect makes its database at the first one, and changes it at one of a newer version. To give up
earlier would be in vain on a slow or busy machine, for the next start has the same to do; a part that ends is seen at once."""
_WATCH_SECONDS = 0.2
_RESTART_SECONDS = (0.0, 1.0, 5.0, 15.0)
"""How long a part that dies again and again waits before it is started again."""
_STEADY_SECONDS = 60
"""After this long a part counts as well again."""
_STOP_SECONDS = 10

_FEW_HEAPS = {"MALLOC_ARENA_MAX": "2"}
"""Each of the dozens of threads that answer requests would get a heap of its own from the C library, and what is free in one is
of no use to the others: the process grew while it held no more objects than before. See mallopt(3), M_ARENA_MAX.
"""

log = logging.getLogger("statesheet.stack")


@dataclass
class Watched:
    """A part, its process now, and how often it died of late."""

    part: Part
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    deaths: int = 0
    restart_at: float | None = None


def serve(settings: Settings, *, ready: Callable[[Addresses], None] = lambda _: None) -> None:
    """Run the stack until it is told to stop (`runtime.stop_signals`); `ready` is called when an export would run, given room
    on the disk.

    Raises StartupFailed where a part does not start, a port is taken, or a stack runs in this home, or on its database of jobs,
    already.
    """
    stopping = threading.Event()
    with ExitStack() as undo:
        undo.enter_context(_only_one(settings))
        undo.enter_context(sole_use(settings.jobs_url))
        warn_of_readers(settings.home)
        readiness.warn_of_little_space(settings.home)
        undo.enter_context(stopped_by_signals(stopping))
        upgrade(settings.objects_url, "objects")
        upgrade(settings.jobs_url, "jobs")
        parts, addresses = _parts(settings, undo)
        watched = [Watched(part, part.start()) for part in parts]
        # The last part that was started ends first: the API before the worker, the worker before Prefect.
        for one in watched:
            undo.callback(_stop, one)
        _wait_until_ready(addresses, watched, stopping)
        if not stopping.is_set():
            write_addresses(settings.home, addresses)
            undo.callback(forget_addresses, settings.home)
            ready(addresses)
        while not stopping.wait(_WATCH_SECONDS):
            for one in watched:
                _look_after(one)


def _stop(one: Watched) -> None:
    stop(one.process, seconds=_STOP_SECONDS)


def _parts(settings: Settings, undo: ExitStack) -> tuple[list[Part], Addresses]:
    """The parts in the order of their start, their sockets open: the stack holds them as long as it lives."""
    prefect = undo.enter_context(listen_from(LOOPBACK, settings.prefect_port))
    worker = undo.enter_context(door.open_door())
    api = undo.enter_context(_api_listener(settings))
    prefect_home(settings.home).mkdir(mode=0o700, parents=True, exist_ok=True)
    client = client_environment(settings.home, port_of(prefect), settings.log_level) | past_proxies(os.environ)
    server = server_environment(settings.home, port_of(prefect), settings.max_body_bytes)
    # Links in answers, notifications and artifacts begin alike.
    address = settings.public_url or _address(settings.host, port_of(api))
    ours = environment(settings.model_copy(update={"port": port_of(api), "public_url": address}))
    parts = [
        Part("prefect", server | ours, [prefect]),
        Part("worker", client | ours, [worker]),
        Part("api", client | ours | _FEW_HEAPS | {DOOR: str(port_of(worker))}, [api]),
    ]
    here = Addresses(_address(settings.host, port_of(api)), client["PREFECT_API_URL"], os.getpid(), databases(settings))
    return parts, here


def past_proxies(given: Mapping[str, str]) -> dict[str, str]:
    """What keeps calls between the parts from a proxy that the environment names for the rest of the world.

    The lower-case variable counts where both are there: https://docs.python.org/3/library/urllib.request.html
    """
    around = given.get("no_proxy", given.get("NO_PROXY", ""))
    return dict.fromkeys(("no_proxy", "NO_PROXY"), f"{around},{LOOPBACK}" if around else LOOPBACK)


def environment(settings: Settings) -> dict[str, str]:
    """The settings that were given, not read, as the environment of a part that reads its own."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {f"STATESHEET_{name.upper()}": _written(value) for name, value in given.items() if name != "tenants"}


def _written(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return json.dumps(value)  # an address may hold a comma
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _api_listener(settings: Settings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except OSError as error:
        detail = f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}"
        raise StartupFailed(part="The API", detail=detail) from error


def _address(host: str, port: int) -> str:
    """How a browser on this machine reaches a listener."""
    reachable = {"": LOOPBACK, "0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104  # not bound here
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Hold the home's lock; the kernel gives it back however this process ends."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.home / "stack.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartupFailed(part="The stack", detail=f"another one runs in {settings.home}") from None
        yield


def _wait_until_ready(addresses: Addresses, watched: list[Watched], stopping: threading.Event) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    with httpx.Client(timeout=5, trust_env=False) as client:
        while not stopping.wait(_WATCH_SECONDS):
            dead = next((one for one in watched if one.process.poll() is not None), None)
            if dead is not None:
                raise StartupFailed(part=dead.part.name, detail=f"it ended with exit code {dead.process.returncode}")
            missing = readiness.missing(client, addresses.api)
            if not missing:
                return
            if time.monotonic() > deadline:
                raise StartupFailed(part="The stack", detail=f"it is not well after {_READY_SECONDS} s: {missing}")


def _look_after(one: Watched) -> None:
    """Start a part that died again: at once the first time, later where it dies again and again."""
    now = time.monotonic()
    code = one.process.poll()
    if code is None:
        return
    if one.restart_at is None:
        one.deaths = 1 if now - one.started > _STEADY_SECONDS else one.deaths + 1
        one.restart_at = now + _RESTART_SECONDS[min(one.deaths, len(_RESTART_SECONDS)) - 1]
        log.error("%s ended with exit code %s; it is started again", one.part.name, code)
    if now >= one.restart_at:
        one.process, one.started, one.restart_at = one.part.start(), now, None
