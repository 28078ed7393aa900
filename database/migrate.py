"""Bring a database to the tables of this version, by Alembic. Two sets of tables, each with its own revisions and version
table, so that both may live in one database or each in its own."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, column, inspect, make_url, select, table, text

from contract.errors import NewerDatabase
from database.engine import connect, unavailable

if TYPE_CHECKING:
    from alembic.config import Config

Which = Literal["objects", "jobs"]

HEADS: dict[Which, str] = {"objects": "0004", "jobs": "0006"}
"""The newest revision of each set, kept here so that a database which has it costs no import of Alembic."""

_FOLDER = Path(__file__).parent / "migrations"
# Any number that other users of the same PostgreSQL database are unlikely to lock: "statesht" as bytes.
_ADVISORY_LOCK = int.from_bytes(b"statesht", "big")


def upgrade(url: str, which: Which) -> None:
    """Make or upgrade the tables of `which` in the database at `url`; quick where there is nothing to do.

    Several processes may do so at once: one upgrades, in one transaction, and the others wait for it and then find nothing
    to do. Raises DatabaseUnavailable, NewerDatabase where a newer version of this program was here, and OSError
    where the file of an SQLite database cannot be made or written.
    """
    _make_file(url)
    engine = connect(url)
    # A home has two files: which of them is damaged, or held by somebody, SQLite does not say.
    file = engine.url.database or "" if engine.name == "sqlite" else ""
    try:
        with unavailable(file), engine.connect() as connection:
            if _revision(connection, which) == HEADS[which]:
                return
        with unavailable(file), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
            found = _revision(connection, which)
            if found != HEADS[which]:
                _run_revisions(connection, which, found)
    finally:
        engine.dispose()


def version_table(which: Which) -> str:
    """The name of the table that says which revision of `which` the database has."""
    return f"alembic_version_{which}"


def alembic_config(which: Which, connection: Connection | None = None) -> "Config":
    """Alembic's configuration for the revisions of `which`; its commands use `connection`, within its transaction."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "version_table": version_table(which)})
    config.set_main_option("script_location", str(_FOLDER / which).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _make_file(url: str) -> None:
    """The empty file of an SQLite database that is not there yet, for its owner only; SQLite makes those beside it alike.

    Raises OSError where it is not to be written: that does not pass by itself, as what SQLite says of it may.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        path = Path(address.database)
        with unavailable():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _require_writable(path)


def _require_writable(path: Path) -> None:
    """Asks the system without opening the file: to close it would drop the locks that SQLite may hold on it in this process.

    https://www.sqlite.org/howtocorrupt.html, 2.2
    """
    if not os.access(path, os.W_OK):
        cause = errno.EROFS if os.statvfs(path).f_flag & os.ST_RDONLY else errno.EACCES
        raise OSError(cause, os.strerror(cause), str(path))


def _revision(connection: Connection, which: Which) -> str | None:
    name = version_table(which)
    if not inspect(connection).has_table(name):
        return None
    return connection.execute(select(column("version_num")).select_from(table(name))).scalar()


def _run_revisions(connection: Connection, which: Which, found: str | None) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(alembic_config(which, connection), "head")
    except CommandError as error:  # it does not know the revision that the database has
        raise NewerDatabase(which=which, found=found, known=HEADS[which]) from error
