"""The spool: a private folder for each attempt of a running job, gone when the job has ended.

Two attempts never share a folder: a process that was thought dead and lives takes nothing from the one that took its place.
"""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from contract.errors import DiskFull
from files.names import segment

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


LEAST_FREE_BYTES = 256 * 1024 * 1024
"""Room on disk under which no job begins: a large export's spool and workbook need that."""


def require_space(folder: Path) -> int:
    """The bytes that are free on the disk of `folder`; raises DiskFull where they are fewer than a job may need."""
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise DiskFull(what=f"a job: {free:,} bytes are free in {folder}, {LEAST_FREE_BYTES:,} are wanted")
    return free


def attempt_folder(root: Path, job_id: str, attempt: int) -> Path:
    """The folder of an attempt, made where it is not there; only its owner may look in. Raises DiskFull, also where
    there is less room than `require_space` wants: better now than when half of the work is done."""
    folder = root / segment(job_id)
    with space_for("the job's folder"):
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        require_space(root)
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / str(attempt)).mkdir(mode=0o700, exist_ok=True)
    return folder / str(attempt)


def remove(root: Path, job_id: str) -> None:
    """Remove all folders of a job; a job that has none is no mistake."""
    _remove(root / segment(job_id))


def remove_up_to(root: Path, job_id: str, attempt: int) -> None:
    """Remove the folders of an attempt and of those before it, and the job's own where nothing is left in it."""
    folder = root / segment(job_id)
    for made in folder.iterdir() if folder.is_dir() else ():
        if made.name.isdecimal() and int(made.name) <= attempt:
            _remove(made)
    with suppress(OSError):  # a later attempt works in it, or has removed it
        folder.rmdir()


def _remove(folder: Path) -> None:
    while folder.exists():
        with suppress(FileNotFoundError):  # somebody else removes it too
            shutil.rmtree(folder)


@contextmanager
def space_for(what: str) -> Iterator[None]:
    """Turns the system's "no space left" inside the block into DiskFull, naming `what` the space was for."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(what=what) from error
        raise
