"""Migrations: the tables that `upgrade` makes are those of `database.tables`."""

import errno
import multiprocessing
import os
import stat
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from contract.errors import DatabaseUnavailable, NewerDatabase
from contract.objects import fingerprint
from database.engine import connect
from database.migrate import HEADS, Which, alembic_config, upgrade, version_table
from database.tables import jobs_metadata, objects_metadata

SETS: list[tuple[Which, Any]] = [("objects", objects_metadata), ("jobs", jobs_metadata)]


@pytest.mark.parametrize(("which", "metadata"), SETS)
def test_an_upgraded_database_has_exactly_the_declared_tables(bare_database_url: str, which: Which, metadata: Any) -> None:
    """Alembic's own comparison finds nothing to change, types and indexes included."""
    upgrade(bare_database_url, which)
    engine = connect(bare_database_url)
    with engine.connect() as connection, warnings.catch_warnings():
        # SQLite's reflection does not see indexes on expressions; the next test looks at those.
        warnings.filterwarnings("ignore", ".*expression-based index")
        options = {"version_table": version_table(which), "compare_type": True}
        difference = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    engine.dispose()
    assert difference == []


@pytest.mark.parametrize(("which", "metadata"), SETS)
def test_every_declared_index_is_there(bare_database_url: str, which: Which, metadata: Any) -> None:
    """Their definitions in the database, those on expressions too, are as if the declarations themselves had made them."""
    upgrade(bare_database_url, which)
    assert (found := _index_definitions(bare_database_url)) != {}
    engine = connect(bare_database_url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    engine.dispose()
    assert _index_definitions(bare_database_url) == found


def _index_definitions(url: str) -> dict[str, str]:
    engine = connect(url)
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix%'",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE 'ix%'",
    }[engine.name]
    with engine.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(text(query))}
    engine.dispose()
    return found


@pytest.mark.parametrize("which", ["objects", "jobs"])
def test_the_newest_revision_is_the_one_that_a_quick_start_looks_for(which: Which) -> None:
    assert ScriptDirectory.from_config(alembic_config(which)).get_current_head() == HEADS[which]


def test_objects_and_jobs_live_in_one_database(bare_database_url: str) -> None:
    upgrade(bare_database_url, "objects")
    upgrade(bare_database_url, "jobs")
    engine = connect(bare_database_url)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    assert {"state_object", "export_job", "alembic_version_objects", "alembic_version_jobs"} <= tables


def test_what_is_stored_survives_an_upgrade_that_has_nothing_to_do(bare_database_url: str) -> None:
    upgrade(bare_database_url, "objects")
    engine = connect(bare_database_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO document VALUES ('t', 'x', '1', '{}')"))
    upgrade(bare_database_url, "objects")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM document")).scalar() == 1
    engine.dispose()


def test_objects_that_were_there_before_fingerprints_get_theirs(bare_database_url: str) -> None:
    """More than one batch of them."""
    engine = connect(bare_database_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config("objects", connection), "0002")
        for number in range(2_050):
            key = {"id": f"{number:04}"}
            connection.execute(text("INSERT INTO state_object (tenant, type, id, loaded_ms) VALUES ('t', 'x', :id, 1)"), key)
            connection.execute(text("INSERT INTO document VALUES ('t', 'x', :id, :id)"), key)
    upgrade(bare_database_url, "objects")
    with engine.connect() as connection:
        found = connection.execute(text("SELECT id, fingerprint FROM state_object")).all()
    engine.dispose()
    assert len(found) == 2_050
    assert all(row.fingerprint == fingerprint(row.id) for row in found)


def test_processes_that_start_at_once_do_not_get_in_each_others_way(bare_database_url: str) -> None:
    spawned = multiprocessing.get_context("spawn")
    barrier = spawned.Barrier(3)
    processes = [spawned.Process(target=_upgrade_together, args=(barrier, bare_database_url)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]


def _upgrade_together(barrier: Any, url: str) -> None:
    barrier.wait()
    upgrade(url, "objects")
    upgrade(url, "jobs")


def test_a_database_of_a_newer_version_is_left_alone(bare_database_url: str) -> None:
    upgrade(bare_database_url, "objects")
    engine = connect(bare_database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version_objects SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(NewerDatabase, match=f"revision 9999, this version knows those up to {HEADS['objects']}"):
        upgrade(bare_database_url, "objects")


def test_a_folder_that_cannot_hold_a_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(DatabaseUnavailable, match="unable to open database file"):
        upgrade(f"sqlite:///{tmp_path / 'folder.db'}", "objects")


def test_a_database_that_cannot_be_made_on_a_read_only_disk_is_named_by_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: int) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OSError, match=r"Read-only file system: .*objects\.db"):
        upgrade(f"sqlite:///{tmp_path}/objects.db", "objects")


@pytest.mark.parametrize(("flags", "reason"), [(os.ST_RDONLY, "Read-only file system"), (0, "Permission denied")])
def test_a_database_that_is_not_to_be_written_is_named_by_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: int, reason: str
) -> None:
    url = f"sqlite:///{tmp_path}/objects.db"
    upgrade(url, "objects")
    # Tests may run as root, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=flags))
    with pytest.raises(OSError, match=rf"{reason}: .*objects\.db"):
        upgrade(url, "objects")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    path.write_bytes(b"something else" * 1000)
    with pytest.raises(DatabaseUnavailable, match=f"{path}: file is not a database"):
        upgrade(f"sqlite:///{path}", "jobs")


def test_a_database_file_and_those_beside_it_are_their_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask, and whoever may look into the folder; a file that is there already stays as its owner wants it."""
    before = os.umask(0o022)
    try:
        url = f"sqlite:///{tmp_path / 'home' / 'jobs.db'}"
        upgrade(url, "jobs")
        engine = connect(url)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1 FROM export_job"))
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home").iterdir()}
        engine.dispose()
    finally:
        os.umask(before)
    assert set(modes) >= {"jobs.db", "jobs.db-wal"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    (tmp_path / "home" / "jobs.db").chmod(0o640)
    upgrade(url, "jobs")
    assert stat.S_IMODE((tmp_path / "home" / "jobs.db").stat().st_mode) == 0o640


def test_a_start_with_nothing_to_do_imports_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'objects.db'}"
    upgrade(url, "objects")
    script = (
        "import sys; from database.migrate import upgrade; upgrade(sys.argv[1], 'objects'); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script, url], check=True)
