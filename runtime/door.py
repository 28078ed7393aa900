"""The worker's door: a datagram on loopback that says "look for new runs now", so that it need not ask Prefect all the time.

A knock is only a hint. One that is lost costs a moment until the worker looks by itself; one that is made up costs a look.
"""

import socket

from runtime.prefect_server import LOOPBACK

ALIVE = b"alive?"
UNWELL = b"unwell"
LOOK = b"look"


def open_door() -> socket.socket:
    """The socket that the worker listens at."""
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind((LOOPBACK, 0))
    door.setblocking(False)
    return door


def knock(port: int) -> None:
    """Tell the worker that there may be something to do."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(LOOK, (LOOPBACK, port))


def answers(port: int, *, seconds: float = 1.0) -> bool:
    """Whether the worker would take a run now, whichever way it came in."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(seconds)
        sender.connect((LOOPBACK, port))
        try:
            sender.send(ALIVE)
            return sender.recv(16) == ALIVE
        except OSError:
            return False
