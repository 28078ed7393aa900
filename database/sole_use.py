"""One stack for one database of jobs: two of them, each with a Prefect of its own, would fail each other's jobs as unknown."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, exc, make_url, text

from config.urls import recognisable
from contract.errors import StartupFailed
from database.engine import connect, unavailable

LOCK_SUFFIX = ".lock"
"""What the lock file beside an SQLite file is called, after that file's name."""
# The first of two numbers, as with those of migrations; the second tells schemas of one database apart.
_ADVISORY_LOCK = int.from_bytes(b"stac", "big")
_PATIENCE_SECONDS = 5.0
"""How long a stack that was killed a moment ago may still seem to be there to PostgreSQL."""
_AGAIN_SECONDS = 0.2
_TELL_IF_GONE = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
"""Settings of the session, two in seconds: what a machine holds that is gone is given back after a minute, not two hours."""


@contextmanager
def sole_use(url: str) -> Iterator[None]:
    """Hold the database of jobs at `url` for this process alone, as far as others ask too; it is given back however this
    process ends. A server that ends the connection ends the hold.

    Raises StartupFailed where another one holds it, DatabaseUnavailable, and OSError where the lock file cannot be made.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        with _of_server(url):
            yield
    elif address.database:
        with _of_file(Path(address.database)):
            yield
    else:
        yield


@contextmanager
def _of_file(database: Path) -> Iterator[None]:
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Whatever other names lead to the file.
    place = database.resolve()
    with place.with_name(place.name + LOCK_SUFFIX).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(str(database)) from None
        yield


@contextmanager
def _of_server(url: str) -> Iterator[None]:
    engine = connect(url)
    try:
        with unavailable():
            connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            with unavailable():
                _lock(connection, url)
            yield
        finally:
            with suppress(exc.DBAPIError):  # the server may have ended it long ago
                connection.invalidate()
            connection.close()
    finally:
        engine.dispose()


def _lock(connection: Connection, url: str) -> None:
    for name, value in _TELL_IF_GONE.items():
        connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": str(value)})
    query = text("SELECT pg_try_advisory_lock(:lock, hashtext(coalesce(current_schema(), '')))")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not connection.execute(query, {"lock": _ADVISORY_LOCK}).scalar_one():
        if time.monotonic() > deadline:
            raise _taken(f"the database at {recognisable(url)}")
        time.sleep(_AGAIN_SECONDS)


def _taken(where: str) -> StartupFailed:
    return StartupFailed(part="The stack", detail=f"another one works on the jobs in {where}")
