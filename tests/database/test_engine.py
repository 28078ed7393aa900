"""Connections: how transactions begin on SQLite, and which errors mean that a database cannot be reached."""

import resource
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import exc, text

from contract.errors import DatabaseUnavailable, DiskFull
from database.engine import connect, reading, unavailable


def pragma(url: str, name: str) -> object:
    engine = connect(url)
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_sqlite_writes_ahead_and_does_not_wait_for_each_commit(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert (pragma(url, "journal_mode"), pragma(url, "synchronous")) == ("wal", 1)


def test_no_connection_to_an_sqlite_file_outlives_its_use(tmp_path: Path) -> None:
    """The log is folded into the file when the last connection closes."""
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
        assert (tmp_path / "new.db-wal").exists()
    assert not (tmp_path / "new.db-wal").exists()


def test_transactions_that_read_first_and_then_write_do_not_fail_each_other(database_url: str) -> None:
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    lock = " FOR UPDATE" if engine.name == "postgresql" else ""

    def count() -> None:
        for _ in range(10):
            with engine.begin() as connection:
                held = connection.execute(text(f"SELECT n FROM counter{lock}")).scalar() or 0
                connection.execute(text("UPDATE counter SET n = :n"), {"n": held + 1})

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT n FROM counter")).scalar() == 30
    engine.dispose()


def test_reading_is_one_snapshot_and_waits_for_no_writer(database_url: str) -> None:
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    with reading(engine) as before:
        assert before.execute(text("SELECT count(*) FROM t")).scalar() == 0
        with engine.begin() as writer:
            writer.execute(text("INSERT INTO t VALUES (1)"))
            with reading(engine) as meanwhile:
                assert meanwhile.execute(text("SELECT count(*) FROM t")).scalar() == 0
        assert before.execute(text("SELECT count(*) FROM t")).scalar() == 0
    with reading(engine) as after:
        assert after.execute(text("SELECT count(*) FROM t")).scalar() == 1
    engine.dispose()


def test_a_mistake_in_a_statement_is_no_unavailable_database(database_url: str) -> None:
    engine = connect(database_url)
    with pytest.raises(exc.DBAPIError), unavailable(), engine.connect() as connection:
        connection.execute(text("SELECT nonsense FROM"))
    engine.dispose()


def test_a_table_that_is_not_there_is_an_unavailable_database(database_url: str) -> None:
    engine = connect(database_url)
    with pytest.raises(DatabaseUnavailable), unavailable(), engine.connect() as connection:
        connection.execute(text("SELECT * FROM absent"))
    engine.dispose()


def test_a_file_that_another_writes_for_too_long_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("database.engine.BUSY_SECONDS", 0.05)
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
        with pytest.raises(DatabaseUnavailable, match="locked"), unavailable(), engine.begin():
            pass


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """An SQLite file that may have no more pages says the same as a disk that has none."""
    with pytest.raises(DiskFull, match="the database"), unavailable():
        fill(tmp_path / "new.db")


def test_a_disk_without_room_for_what_readers_share_is_named_as_full(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk. The file is one that nobody has open, as after a stop."""
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    with connect(url).begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(DiskFull, match="the database"), unavailable(), reading(connect(url)) as connection:
            connection.execute(text("SELECT * FROM t"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fill(path: Path) -> None:
    with connect(f"sqlite:///{path}").begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 3")
        connection.execute(text("CREATE TABLE t (held BLOB)"))
        connection.execute(text("INSERT INTO t VALUES (zeroblob(100000))"))


def test_errors_that_are_none_of_a_database_pass_through() -> None:
    with pytest.raises(ZeroDivisionError), unavailable():
        raise ZeroDivisionError
    with pytest.raises(FileNotFoundError), unavailable():
        raise FileNotFoundError
    with pytest.raises(sqlite3.Error), unavailable():
        raise sqlite3.Error
