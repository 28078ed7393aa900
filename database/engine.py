"""How this project connects to its databases, and which of their errors mean that one cannot be reached."""

import errno
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.pool import NullPool

from contract.errors import DatabaseUnavailable, DiskFull

BUSY_SECONDS = 30
"""How long a statement waits for another process's lock on SQLite."""

OUT_OF_SPACE = "53100"
"""What PostgreSQL calls a full disk (SQLSTATE disk_full)."""
NO_SUCH_TABLE = "42P01"
"""What PostgreSQL calls a table that is not there (SQLSTATE undefined_table)."""

_READS = "statesheet_reads"
_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOMEM,
    }
)


def connect(url: str) -> Engine:
    """An engine for the database at `url`; nothing is opened yet.

    SQLite: write-ahead log, and every transaction takes the write lock when it begins, for a transaction that reads first
    and then writes fails when another has written in between; `reading` is the way to look without a lock. No connection
    outlives its use, since the extraction opens the same file with an SQLite library of its own, and two libraries in one
    process drop each other's locks (https://www.sqlite.org/howtocorrupt.html, 2.2.1).
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection in one transaction that only reads: one snapshot, no lock that a writer would wait for."""
    with engine.connect() as connection:
        yield connection.execution_options(
            **{_READS: True},
            **({"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if engine.name == "postgresql" else {}),
        )


@contextmanager
def unavailable(file: str = "") -> Iterator[None]:
    """Turn errors that mean "the database cannot be reached or used now" into DatabaseUnavailable, which names the `file` where
    one is given, and a full disk of the database into DiskFull. Others are mistakes of this program and stay what they are."""
    try:
        yield
    except exc.TimeoutError as error:
        raise DatabaseUnavailable(detail=str(error)) from error
    except exc.DBAPIError as error:
        if _is_full(error):
            raise DiskFull(what="the database") from error
        if _is_passing(error):
            said = " ".join(str(error.orig).split())
            raise DatabaseUnavailable(detail=f"{file}: {said}" if file else said) from error
        raise
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(what="the database") from error
        raise


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy's own BEGIN comes from the event below: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html
    connection.isolation_level = None
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = NORMAL")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. SQLite does not wait for a lock here, so two first processes may meet."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _is_full(error: exc.DBAPIError) -> bool:
    # Where the file beside a database that its readers share cannot be given its size, SQLite speaks of a fault of the disk.
    cannot_share = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_SHMSIZE
    return _sqlite_code(error) == sqlite3.SQLITE_FULL or cannot_share or _sqlstate(error) == OUT_OF_SPACE


def _is_passing(error: exc.DBAPIError) -> bool:
    original: Any = error.orig
    if isinstance(original, sqlite3.Error):
        return _sqlite_code(error) in _PASSING or "no such table" in str(original)
    return isinstance(error, exc.OperationalError | exc.InterfaceError) or _sqlstate(error) == NO_SUCH_TABLE


def _sqlite_code(error: exc.DBAPIError) -> int | None:
    """The primary result code, without what extends it."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _sqlstate(error: exc.DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
