"""Commands that open the databases of a home themselves open those of the stack that runs there, or say that they do not."""

import os

import pytest

from config.settings import Settings
from runtime.addresses import Addresses, write_addresses
from runtime.databases import databases
from tests.command_line import command

NOWHERE = "postgresql://user:pepper@127.0.0.1:9/statesheet"


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def running(home, **given):
    found = databases(Settings(home=home, **given))
    write_addresses(home, Addresses("http://127.0.0.1:9", "http://127.0.0.1:9/api", os.getpid(), found))
    return (home / "stack.json").read_text()


@pytest.mark.parametrize(
    "words",
    [
        ("credential", "create", "--tenant", "acme"),
        ("credential", "list"),
        ("credential", "revoke", "ssc_1"),
        ("audit",),
        ("load", "objects.json", "--tenant", "acme"),
        ("export", "request.json", "--tenant", "acme", "--output", "out.xlsx"),
        ("schedule", "create", "--tenant", "acme", "--request", "request.json", "--cron", "0 6 * * *"),
    ],
)
def test_a_command_without_the_database_of_the_running_stack_says_so_and_makes_none(monkeypatch, home, words):
    monkeypatch.chdir(home)
    assert "pepper" not in running(home, database_url=NOWHERE)
    done = command(*words, home=home)
    assert done.returncode == 1
    assert "STATESHEET_DATABASE_URL is wrong: the stack that runs in" in done.stderr
    assert [path.name for path in home.iterdir()] == ["stack.json"]


def test_another_name_of_the_same_host_and_another_user_are_the_same_database(home):
    other = Settings(home=home, database_url="postgresql+psycopg://localhost/statesheet")
    assert databases(other) == databases(Settings(home=home, database_url=NOWHERE))


def test_another_database_of_jobs_is_named_by_its_own_setting(home, tmp_path):
    running(home, jobs_database_url=f"sqlite:///{tmp_path}/jobs.db")
    assert "STATESHEET_JOBS_DATABASE_URL is wrong" in command("credential", "list", home=home).stderr


def test_with_the_same_databases_and_where_nothing_is_known_of_them_a_command_works(home):
    running(home)
    assert command("credential", "list", home=home).returncode == 0
    write_addresses(home, Addresses("http://127.0.0.1:9", "http://127.0.0.1:9/api", os.getpid()))
    assert command("credential", "list", home=home).returncode == 0


READING = [
    ("credential", "list"),
    ("credential", "revoke", "ssc_1"),
    ("audit",),
    ("export", "request.json", "--tenant", "acme", "--output", "out.xlsx"),
]


@pytest.mark.parametrize("words", READING)
def test_a_command_that_only_reads_makes_no_home_of_a_folder_that_is_misspelt(monkeypatch, tmp_path, words):
    monkeypatch.chdir(tmp_path)
    done = command(*words, home=tmp_path / "hoem")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Error SSH5049: There is no home of Statesheet in {tmp_path / 'hoem'}\n" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_and_a_database_elsewhere_are_read(home, tmp_path):
    assert command("credential", "list", home=home).stderr == "No credentials.\n"
    jobs = f"sqlite:///{tmp_path}/jobs.db"
    assert command("credential", "create", "--operator", home=home, STATESHEET_JOBS_DATABASE_URL=jobs).returncode == 0
    done = command("credential", "list", home=tmp_path / "hoem", STATESHEET_JOBS_DATABASE_URL=jobs)
    assert "(operator)" in done.stdout
    assert not (tmp_path / "hoem").exists()
