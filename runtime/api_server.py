"""The API's process: serves what `api.app` makes, and knocks at the worker's door for each new run."""

import os
import socket
from functools import partial

from config.settings import load_settings
from runtime import door

DOOR = "STATESHEET_RUNTIME_DOOR"
"""The environment variable that says at which port the worker listens for knocks."""


def run(listener: socket.socket) -> None:
    """Serve on `listener` until SIGTERM; the environment holds PREFECT_API_URL and DOOR."""
    import uvicorn

    from api.app import create_app

    worker = int(os.environ[DOOR])
    app = create_app(
        load_settings(),
        prefect_api_url=os.environ["PREFECT_API_URL"],
        on_submitted=partial(door.knock, worker),
        worker_answers=partial(door.answers, worker),
    )
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5)
    uvicorn.Server(config).run(sockets=[listener])
