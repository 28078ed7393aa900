"""The processes of the stack: `python -m runtime PART FD...`; started by `runtime.stack`, not by hand."""

import os
import signal
import socket
import sys

from config import logs
from config.settings import load_settings
from runtime.parts import PARENT, PRIVATE, die_with_parent


def main(part: str, *numbers: str) -> None:
    settings = load_settings()
    logs.set_up(part, level=settings.log_level, style=settings.log_format)
    die_with_parent(int(os.environ[PARENT]))
    os.umask(PRIVATE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sockets = [socket.socket(fileno=int(number)) for number in numbers]
    # A process imports only what its part needs: Prefect's server alone takes two seconds.
    if part == "prefect":
        from runtime.prefect_server import run as run_prefect_server

        run_prefect_server(*sockets)
    elif part == "worker":
        from runtime.warm_worker import run as run_warm_worker

        run_warm_worker(*sockets)
    elif part == "api":
        from runtime.api_server import run as run_api_server

        run_api_server(*sockets)
    else:
        raise SystemExit(f"The stack has no part {part!r}")


if __name__ == "__main__":
    main(*sys.argv[1:])
