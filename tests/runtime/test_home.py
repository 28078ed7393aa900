"""A home whose files others on the machine may read is warned of at the start."""

import pytest

from runtime.home import shown_to_others, warn_of_readers


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "a home"
    (folder / "prefect").mkdir(parents=True)
    for name in ("signing.key", "jobs.db", "stack.json", "prefect/prefect.db"):
        (folder / name).touch(mode=0o644)
        (folder / name).chmod(0o644)
    return folder


def test_the_files_of_an_open_home_are_warned_of(home, caplog):
    home.chmod(0o755)
    warn_of_readers(home)
    assert "signing.key, jobs.db, prefect/prefect.db" in caplog.text
    assert f"chmod -R go= '{home}'" in caplog.text


def test_a_home_that_nobody_else_gets_into_shows_nothing_whatever_the_modes_of_its_files(home, caplog):
    home.chmod(0o700)
    warn_of_readers(home)
    assert caplog.text == ""


@pytest.mark.parametrize(("folder", "file", "shown"), [(0o710, 0o640, True), (0o710, 0o604, False), (0o701, 0o640, False)])
def test_who_gets_into_the_folder_and_who_may_read_a_file_are_to_be_the_same(home, folder, file, shown):
    for path in (home / "jobs.db", home / "signing.key", home / "prefect/prefect.db"):
        path.chmod(0o600)
    (home / "jobs.db").chmod(file)
    home.chmod(folder)
    assert shown_to_others(home) == (["jobs.db"] if shown else [])
