"""Each attempt of a running job has a private folder."""

import errno
import re
import stat
from pathlib import Path

import pytest

from contract.errors import DiskFull
from files.spool import attempt_folder, remove, remove_up_to, space_for


def test_an_attempts_folder_is_private_and_made_once(tmp_path: Path):
    """Asking again gives the same folder with what lies in it."""
    folder = attempt_folder(tmp_path / "home" / "spool", "4f1c", 1)
    (folder / "objects.arrow").write_text("rows")
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert attempt_folder(tmp_path / "home" / "spool", "4f1c", 1) == folder
    assert (folder / "objects.arrow").read_text() == "rows"


def test_a_hostile_job_id_stays_in_the_spool(tmp_path: Path):
    """A path as an id is only a name."""
    root = tmp_path / "spool"
    for hostile in ("..", "../../etc", "/etc", "a/b"):
        assert attempt_folder(root, hostile, 1).parent.parent == root


def test_removing_a_job_takes_all_its_files_and_nothing_else(tmp_path: Path):
    """Removing twice is no mistake."""
    kept, gone = attempt_folder(tmp_path, "kept", 1), attempt_folder(tmp_path, "gone", 1)
    (gone / "deep").mkdir()
    (gone / "deep" / "file").touch()
    remove(tmp_path, "gone")
    remove(tmp_path, "gone")
    assert kept.is_dir()
    assert not gone.parent.exists()


def test_an_attempt_takes_the_folders_before_it_and_none_after_it(tmp_path: Path):
    """A process that was thought dead, and lives, ends without harm to the one that took its place."""
    folders = [attempt_folder(tmp_path, "4f1c", attempt) for attempt in (1, 2, 3)]
    remove_up_to(tmp_path, "4f1c", 2)
    assert [folder.exists() for folder in folders] == [False, False, True]
    remove_up_to(tmp_path, "4f1c", 3)
    remove_up_to(tmp_path, "4f1c", 3)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_as_such():
    """/dev/full answers every write as a full disk does."""
    says = pytest.raises(DiskFull, match="No space left for the rows")
    with says, space_for("the rows"), Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")


def test_other_errors_of_the_system_pass_unchanged():
    """Only the lack of space is translated."""
    with pytest.raises(OSError, match="broken") as caught, space_for("the rows"):
        raise OSError(errno.EIO, "broken")
    assert not isinstance(caught.value, DiskFull)


def test_no_job_begins_on_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is missing is said in bytes, with the folder."""
    assert attempt_folder(tmp_path, "job", 1).is_dir()
    monkeypatch.setattr("files.spool.LEAST_FREE_BYTES", 1 << 80)
    with pytest.raises(DiskFull, match=rf"bytes are free in {re.escape(str(tmp_path))}"):
        attempt_folder(tmp_path, "job", 2)
    assert not (tmp_path / "job" / "2").exists()
