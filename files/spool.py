"""The spool: a private folder for each running job, gone when the job has ended."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.errors import DiskFull
from files.names import segment

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def job_folder(root: Path, job_id: str) -> Path:
    """The folder of a job, made where it is not there; only its owner may look in. Raises DiskFull."""
    folder = root / segment(job_id)
    with space_for("the job's folder"):
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def remove(root: Path, job_id: str) -> None:
    """Remove the folder of a job with all that is in it; one that is not there is no mistake."""
    folder = root / segment(job_id)
    if folder.exists():
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
