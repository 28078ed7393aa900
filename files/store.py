"""The result store: finished files under a key each, in a folder or in an object store, through obstore."""

import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from contract.errors import DiskFull, FileMissing, StoreUnavailable
from files.names import segment

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import ObjectStore

_PIECE = 1 << 20
"""Least bytes of one piece of a stream."""

_TRIES = 3
"""How often a folder is made for a file that is to go there: it may be cleared away between, as an empty one."""
_EMPTY_SECONDS = 60.0
"""How long a folder is empty before it is cleared away without a file's removal: a publish may just have made it."""

_FULL = ("os error 28", "os error 122")
"""How obstore, whose errors carry no number, says ENOSPC and EDQUOT."""


@dataclass(frozen=True)
class ResultStore:
    """An open store. What is published appears whole or not at all. `folder` is where it is one on this machine."""

    objects: "ObjectStore"
    folder: Path | None = None


def open_store(results: str) -> ResultStore:
    """The store in the folder `results` (made where it is not there), or at an `s3://`, `gs://` or `az://` URL.

    Credentials of an object store come from its usual environment variables.
    """
    with _reached(results):
        if "://" in results:
            return ResultStore(from_url(results))
        folder = Path(results).expanduser().absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return ResultStore(LocalStore(prefix=folder), folder)


def key_of(tenant: str, job_id: str, attempt: int, file_name: str) -> str:
    """Where the file of an attempt of a job lies in the store: no attempt writes over another one's."""
    return f"{_of_job(tenant, job_id)}/{attempt}/{segment(file_name)}"


def _of_job(tenant: str, job_id: str) -> str:
    return f"{segment(tenant)}/{segment(job_id)}"


def job_of(key: str) -> str:
    """The id of the job whose file lies under `key`, for ids that are plain, as Prefect's are."""
    return key.split("/")[1] if "/" in key else ""


def publish(store: ResultStore, path: Path, key: str) -> None:
    """Put the file at `path` under `key`: a reader sees all of it or the file before, never a part. Where the store is a folder
    of the same file system the file itself goes there, uncopied, and is not at `path` any more.

    Raises DiskFull and StoreUnavailable.
    """
    with _reached("the result"):
        if store.folder is None or not _moved(path, store.folder / key):
            obstore.put(store.objects, key, path)


def _moved(path: Path, target: Path) -> bool:
    for _ in range(_TRIES):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        except FileNotFoundError:
            continue
        except OSError:  # another file system; what else is wrong the store says in its words
            return False
        return True
    return False


def exists(store: ResultStore, key: str) -> bool:
    """Whether there is a file under `key`. Raises StoreUnavailable."""
    try:
        with _reached(key):
            obstore.head(store.objects, key)
    except FileMissing:
        return False
    return True


def delete(store: ResultStore, key: str) -> None:
    """Remove the file under `key`; one that is not there is no mistake. Raises StoreUnavailable."""
    try:
        with _reached(key):
            obstore.delete(store.objects, key)
    except FileMissing:
        return
    _clear_up(store, key)


def delete_all(store: ResultStore, tenant: str, job_id: str) -> None:
    """Remove all files of a job. Raises StoreUnavailable."""
    with _reached(job_id):
        found = [one["path"] for page in obstore.list(store.objects, f"{_of_job(tenant, job_id)}/") for one in page]
    for key in found:
        delete(store, key)


def files_in_folder(store: ResultStore) -> set[str]:
    """The keys of all files of a store in a folder, those among them that a killed process left half written."""
    if store.folder is None:
        return set()
    root = str(store.folder)
    return {f"{folder[len(root) + 1 :]}/{name}".lstrip("/") for folder, _, names in os.walk(root) for name in names}


def remove_from_folder(store: ResultStore, key: str) -> None:
    """Remove what `files_in_folder` found; a half written file has no key by which `delete` would find it."""
    assert store.folder is not None, "files_in_folder finds nothing elsewhere"
    (store.folder / key).unlink(missing_ok=True)
    _clear_up(store, key)


def remove_empty_folders(store: ResultStore) -> int:
    """Remove the folders of attempts, and of jobs, that have been empty for a while; how many there were. Versions of before
    left them behind, and so do processes that are killed. Those of tenants stay, and what has no folder's name of ours.
    """
    if store.folder is None:
        return 0
    removed, before = 0, time.time() - _EMPTY_SECONDS
    for job in _job_folders(store.folder):
        found = [job / name for name in _names(job) if name.isdecimal()] or [job]
        for folder in found:
            removed += _removed(folder, before)
    return removed


def _job_folders(root: Path) -> Iterator[Path]:
    for tenant in _names(root):
        for name in _names(root / tenant):
            with suppress(ValueError):  # no job's
                UUID(name)
                yield root / tenant / name


def _names(folder: Path) -> list[str]:
    """What is in a folder; nothing where it is gone."""
    try:
        return os.listdir(folder)  # noqa: PTH208  # many of them, and only their names matter
    except (FileNotFoundError, NotADirectoryError):
        return []


def _removed(folder: Path, before: float) -> bool:
    try:
        if folder.stat().st_mtime < before:
            folder.rmdir()
            return True
    except OSError:  # it is not empty, no folder, or gone
        pass
    return False


def _clear_up(store: ResultStore, key: str) -> None:
    """Remove the folder that a removed file lay in and the one around it, of the attempt and the job, where they are empty."""
    if store.folder is None:
        return
    with suppress(OSError):  # another file is in it, or somebody else has removed it
        for folder in list((store.folder / key).parents)[: max(0, min(2, key.count("/") - 1))]:
            folder.rmdir()


def stream(store: ResultStore, key: str) -> Iterator[bytes]:
    """The bytes under `key`, in pieces. Raises FileMissing and StoreUnavailable at the call, not at the first piece."""
    with _reached(key):
        found = obstore.get(store.objects, key)
    return _pieces(found, key)


async def stream_async(store: ResultStore, key: str) -> AsyncIterator[bytes]:
    """As `stream`, for an event loop: awaited once, it gives the pieces."""
    with _reached(key):
        found = await obstore.get_async(store.objects, key)
    return _pieces_async(found, key)


def _pieces(found: "GetResult", key: str) -> Iterator[bytes]:
    with _reached(key):
        for piece in found.stream(min_chunk_size=_PIECE):
            yield bytes(piece)


async def _pieces_async(found: "GetResult", key: str) -> AsyncIterator[bytes]:
    with _reached(key):
        async for piece in found.stream(min_chunk_size=_PIECE):
            yield bytes(piece)


@contextmanager
def _reached(what: str) -> Iterator[None]:
    """Turns the store's errors inside the block into ours."""
    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        raise FileMissing(name=os.path.basename(what)) from error  # noqa: PTH119 (a key, not a path of this machine)
    except (OSError, BaseError) as error:
        if any(said in str(error) for said in _FULL):
            raise DiskFull(what=what) from error
        raise StoreUnavailable(detail=str(error).splitlines()[0]) from error
