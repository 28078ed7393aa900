"""The API's process: serves what `api.app` makes, and knocks at the worker's door for each new run."""

import os
import socket
from functools import partial
from typing import TYPE_CHECKING

from config.settings import Settings, load_settings
from runtime import door

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

DOOR = "STATESHEET_RUNTIME_DOOR"
"""The environment variable that says at which port the worker listens for knocks."""


def run(listener: socket.socket) -> None:
    """Serve on `listener` until SIGTERM; the environment holds PREFECT_API_URL and DOOR."""
    import uvicorn

    from api.app import create_app

    worker = int(os.environ[DOOR])
    settings = load_settings()
    serving: list[uvicorn.Server] = []
    app = create_app(
        settings,
        prefect_api_url=os.environ["PREFECT_API_URL"],
        on_submitted=partial(door.knock, worker),
        worker_answers=partial(door.answers, worker),
        keys_are_ids=True,
        # The server waits for its streams to end, and they for a word that it ends.
        stopping=lambda: any(server.should_exit for server in serving),
    )
    serving.append(uvicorn.Server(server_config(app, settings)))
    serving[0].run(sockets=[listener])


def server_config(app: "FastAPI", settings: Settings) -> "uvicorn.Config":
    """How the application is served: within bounds, and without words of the server's own."""
    import uvicorn

    from runtime.http_protocol import UNFINISHED_BYTES, bounded

    protocol = bounded(
        most_connections=settings.max_connections,
        head_seconds=settings.request_seconds,
        stall_seconds=settings.stall_seconds,
    )
    return uvicorn.Config(
        app,
        http=protocol,
        h11_max_incomplete_event_size=UNFINISHED_BYTES,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
    )
