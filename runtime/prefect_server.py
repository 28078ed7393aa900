"""The embedded Prefect server: its settings, and the process that serves its API and UI on loopback."""

import logging
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
_LOGGING = Path(__file__).parent / "prefect_logging.yml"
_NO_CERTIFICATES = Path(__file__).parent / "nobody.pem"


def prefect_home(home: Path) -> Path:
    """Where Prefect keeps what is its own; never the home folder of the user."""
    return home / "prefect"


def database_url(home: Path) -> str:
    """Prefect's own database."""
    return f"sqlite+aiosqlite:///{prefect_home(home) / 'prefect.db'}"


def client_environment(home: Path, port: int, log_level: str) -> dict[str, str]:
    """Prefect's settings for every process that talks to the server.

    What is turned off is what costs each run time or calls out: https://docs.prefect.io/v3/api-ref/settings-ref
    """
    return {
        "PREFECT_HOME": str(prefect_home(home)),
        # No TLS on loopback, yet each client reads all certificates that it may trust: 140 of the system, also where it is
        # told not to check any, which takes longer than a call. This is one, whose key nobody has.
        "PREFECT_API_SSL_CERT_FILE": str(_NO_CERTIFICATES),
        "PREFECT_API_URL": f"http://{LOOPBACK}:{port}/api",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": log_level,
        "PREFECT_LOGGING_SETTINGS_PATH": str(_LOGGING),
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "DO_NOT_TRACK": "1",
    }


def server_environment(home: Path, port: int, max_body_bytes: int) -> dict[str, str]:
    """Prefect's settings for the server process.

    Off: telemetry, automations (this project notifies by itself), the late marks (a queue is no fault), what watches over
    pauses, leases and infrastructure that are not used here. On: schedules, the UI's feed, the states of tasks, and
    deleting old runs.
    """
    here = f"http://{LOOPBACK}:{port}"
    off = ("CANCELLATION_CLEANUP", "CLEANUP_RECONCILER", "LATE_RUNS", "PAUSE_EXPIRATIONS", "REPOSSESSOR", "TRIGGERS")
    return {
        "PREFECT_HOME": str(prefect_home(home)),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_API_HOST": LOOPBACK,
        "PREFECT_SERVER_API_PORT": str(port),
        # A request is a parameter of its run: the largest body that the API takes, as Prefect counts it, and its frame.
        "PREFECT_SERVER_API_MAX_PARAMETER_SIZE": str(2 * max_body_bytes + 65_536),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{here},http://localhost:{port}",
        "PREFECT_SERVER_UI_API_URL": f"{here}/api",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(prefect_home(home) / "ui"),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # How long a new schedule may wait until its runs are planned.
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "10",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        # The states of an export's steps are 17 events: written together, within a second, they cost a tenth of what 17
        # transactions of five statements do. The answers to requests come from the same process.
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
        "PREFECT_LOGGING_SETTINGS_PATH": str(_LOGGING),
        "DO_NOT_TRACK": "1",
        **{f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false" for service in off},
    }


def run(listener: socket.socket) -> None:
    """Serve Prefect's API and UI on `listener` until SIGTERM; the environment holds `server_environment`."""
    import uvicorn
    from prefect.server.api.server import create_app
    from prefect.settings import get_current_settings

    from runtime import immediate_sqlite, keys_as_ids, own_runs
    from runtime.loopback_only import LoopbackOnly
    from runtime.parts import port_of
    from runtime.sparing_log import RepeatedErrors

    url = get_current_settings().server.database.connection_url
    assert url is not None, "the environment holds server_environment"
    immediate_sqlite.install(url.get_secret_value())
    keys_as_ids.install()
    own_runs.install()
    sparing = RepeatedErrors()
    for handler in logging.getLogger().handlers:
        handler.addFilter(sparing)
    app = LoopbackOnly(create_app(final=True), port_of(listener))
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1, timeout_keep_alive=30)
    uvicorn.Server(config).run(sockets=[listener])
