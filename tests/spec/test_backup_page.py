"""What the page on backups has people type makes a whole copy of a home, for its owner alone."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from config.settings import Settings
from config.settings_file import SETTINGS_FILE
from database.migrate import upgrade
from runtime.home import shown_to_others

PAGE = (Path(__file__).parents[2] / "docs" / "backup.md").read_text()
BACK_UP, RESTORE, _ = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
LENIENT = 0o022


@pytest.fixture
def home(tmp_path):
    """The home of a service that has results, as its processes make it, and a settings file as an editor does."""
    folder = tmp_path / ".statesheet"
    for inner in ("prefect", "results/acme/job/1"):
        (folder / inner).mkdir(parents=True, mode=0o700)
    settings = Settings(home=folder)
    upgrade(settings.objects_url, "objects")
    upgrade(settings.jobs_url, "jobs")
    with closing(sqlite3.connect(folder / "prefect/prefect.db")) as made:
        made.execute("CREATE TABLE of_prefect (id)")
    for name in ("results/acme/job/1/file.xlsx", "signing.key"):
        (folder / name).write_bytes(b"kept")
    return folder


def typed(script, tmp_path):
    """Run what a page says, by a user whose files others may usually read, in a home of the test's own."""
    script = script.replace("/backups/today", f"{tmp_path}/today").replace(".venv/bin/python", sys.executable)
    script = "\n".join(line for line in script.splitlines() if "statesheet serve" not in line)
    subprocess.run(["sh", "-euc", script], check=True, env=os.environ | {"HOME": str(tmp_path)}, umask=LENIENT)


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("with_settings", [True, False])
def test_a_backup_and_the_home_restored_from_it_are_whole_and_their_owners_alone(home, tmp_path, with_settings):
    if with_settings:
        (home / SETTINGS_FILE).write_text('timezone = "UTC"')
    typed(BACK_UP, tmp_path)
    typed(RESTORE, tmp_path)
    for copy in (tmp_path / "today", tmp_path / ".statesheet-restored"):
        assert files(copy) == {name for name in files(home) if not name.endswith(("-wal", "-shm"))}
        assert copy.stat().st_mode & 0o077 == 0
        assert shown_to_others(copy) == []


def test_a_restored_home_is_private_also_where_the_backup_was_made_for_all_to_read(home, tmp_path):
    typed(BACK_UP, tmp_path)
    subprocess.run(["chmod", "-R", "go+rX", str(tmp_path / "today")], check=True)
    typed(RESTORE, tmp_path)
    restored = tmp_path / ".statesheet-restored"
    assert [path for path in (restored, *restored.rglob("*")) if path.stat().st_mode & 0o077] == []


def test_the_page_names_every_file_of_the_settings_and_of_secrets():
    assert all(f"`{name}`" in PAGE for name in ("signing.key", SETTINGS_FILE))
