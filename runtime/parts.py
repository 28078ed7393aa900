"""The parts of the stack as processes: started with inherited sockets, ended together, never left behind."""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PARENT = "STATESHEET_RUNTIME_PARENT"
"""The environment variable that says which process a process of the stack lives for: its parent's id."""

_PR_SET_PDEATHSIG = 1

PRIVATE = 0o077
"""The umask of every process of the stack: what it makes in the home is its owner's alone, whoever may look in there."""

log = logging.getLogger("statesheet.parts")


@dataclass(frozen=True)
class Part:
    """One process of the stack: `python -m runtime NAME FD...`, where each FD is a socket that this process keeps open.

    The sockets outlive the part, so callers wait instead of being refused while a part is started again.
    """

    name: str
    environment: Mapping[str, str]
    sockets: Sequence[socket.socket] = ()

    def start(self) -> subprocess.Popen[bytes]:
        """The running process, in a session of its own: Ctrl-C reaches the stack alone, which then ends its parts in order."""
        numbers = [listener.fileno() for listener in self.sockets]
        command = [sys.executable, "-m", "runtime", self.name, *map(str, numbers)]
        environment = {**os.environ, **self.environment, PARENT: str(os.getpid())}
        return subprocess.Popen(  # noqa: S603  # our own command
            command, env=environment, pass_fds=numbers, stdin=subprocess.DEVNULL, start_new_session=True
        )


def tie_to_parent() -> None:
    """Have the kernel kill this process when its parent dies, however that comes. Linux only; elsewhere it does nothing.

    See prctl(2), PR_SET_PDEATHSIG.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def die_with_parent(parent: int) -> None:
    """The same for a process that is the child of the process `parent`, unless that is gone already: raises SystemExit then.

    The parent says who it is: one that died while this process was starting has left it to another, which would be taken for
    the parent here.
    """
    tie_to_parent()
    if sys.platform == "linux" and os.getppid() != parent:
        log.error("The parent process is gone")
        raise SystemExit(1)


def stop(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """End a part: SIGTERM, then SIGKILL after `seconds`."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises OSError where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


def listen_from(host: str, port: int) -> socket.socket:
    """A listening socket on `port`, or on the next free one after it."""
    last = min(port + 1000, 65535)
    for candidate in range(port, last):
        try:
            return listen(host, candidate)
        except OSError:
            continue
    return listen(host, last)


def port_of(listener: socket.socket) -> int:
    """The port that a socket is bound to."""
    port: int = listener.getsockname()[1]
    return port
