"""A database of jobs is one stack's at a time, whatever home it has."""

import subprocess
import sys

import pytest
from sqlalchemy import make_url, text

from contract.errors import DatabaseUnavailable, StartupFailed
from database import sole_use as module
from database.engine import connect
from database.migrate import upgrade
from database.sole_use import sole_use

HOLD = """
import sys, time
from database.sole_use import sole_use
with sole_use(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.5)


def test_a_second_stack_on_the_same_jobs_is_refused_and_may_start_after_the_first(database_url):
    with sole_use(database_url):
        with pytest.raises(StartupFailed, match="another one works on the jobs"), sole_use(database_url):
            pass
        upgrade(database_url, "jobs")  # it keeps nobody from the tables
    with sole_use(database_url):
        pass


def test_a_stack_that_is_killed_holds_nothing(database_url):
    with subprocess.Popen([sys.executable, "-c", HOLD, database_url], stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout.readline() == "held\n"
        with pytest.raises(StartupFailed), sole_use(database_url):
            pass
        held.kill()
    with sole_use(database_url):
        pass


def test_another_name_of_an_sqlite_file_is_the_same_database(tmp_path):
    (tmp_path / "jobs.db").touch()
    (tmp_path / "link.db").symlink_to("jobs.db")
    with sole_use(f"sqlite:///{tmp_path}/jobs.db"):
        with pytest.raises(StartupFailed, match=r"link\.db"), sole_use(f"sqlite:///{tmp_path}/link.db"):
            pass
        with sole_use(f"sqlite:///{tmp_path}/other.db"):
            pass


def test_schemas_of_one_postgresql_database_are_apart(postgresql_url):
    engine = connect(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS beside"))
    engine.dispose()
    beside = make_url(postgresql_url).update_query_dict({"options": "-csearch_path=beside"})
    with sole_use(postgresql_url), sole_use(beside.render_as_string(hide_password=False)):
        pass


def test_a_refusal_names_no_secret_of_the_address(postgresql_url):
    url = make_url(postgresql_url).set(password="sesame").render_as_string(hide_password=False)
    with sole_use(url), pytest.raises(StartupFailed) as refused, sole_use(url):
        pass
    assert "sesame" not in str(refused.value)


def test_a_server_that_is_not_there_is_told_as_such():
    with pytest.raises(DatabaseUnavailable), sole_use("postgresql://nobody@127.0.0.1:9/none"):
        pass


def test_a_server_that_ended_the_connection_is_no_trouble_at_the_end(postgresql_url):
    with sole_use(postgresql_url):
        engine = connect(postgresql_url)
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
        engine.dispose()
