"""Each running job has a private folder."""

import errno
import stat
from pathlib import Path

import pytest

from contract.errors import DiskFull
from files.spool import job_folder, remove, space_for


def test_a_job_folder_is_private_and_made_once(tmp_path: Path):
    """Asking again gives the same folder with what lies in it."""
    folder = job_folder(tmp_path / "home" / "spool", "4f1c")
    (folder / "objects.arrow").write_text("rows")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert job_folder(tmp_path / "home" / "spool", "4f1c") == folder
    assert (folder / "objects.arrow").read_text() == "rows"


def test_a_hostile_job_id_stays_in_the_spool(tmp_path: Path):
    """A path as an id is only a name."""
    root = tmp_path / "spool"
    for hostile in ("..", "../../etc", "/etc", "a/b"):
        assert job_folder(root, hostile).parent == root


def test_removing_a_job_takes_all_its_files_and_nothing_else(tmp_path: Path):
    """Removing twice is no mistake."""
    kept, gone = job_folder(tmp_path, "kept"), job_folder(tmp_path, "gone")
    (gone / "deep").mkdir()
    (gone / "deep" / "file").touch()
    remove(tmp_path, "gone")
    remove(tmp_path, "gone")
    assert kept.is_dir()
    assert not gone.exists()


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
