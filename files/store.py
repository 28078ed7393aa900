"""The result store: finished files under a key each, in a folder or in an object store, through obstore."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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

_FULL = ("os error 28", "os error 122")
"""How obstore, whose errors carry no number, says ENOSPC and EDQUOT."""


@dataclass(frozen=True)
class ResultStore:
    """An open store. What is published appears whole or not at all."""

    objects: "ObjectStore"


def open_store(results: str) -> ResultStore:
    """The store in the folder `results` (made where it is not there), or at an `s3://`, `gs://` or `az://` URL.

    Credentials of an object store come from its usual environment variables.
    """
    with _reached(results):
        if "://" in results:
            return ResultStore(from_url(results))
        folder = Path(results).expanduser().absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return ResultStore(LocalStore(prefix=folder))


def key_of(tenant: str, job_id: str, file_name: str) -> str:
    """Where a job's file lies in the store."""
    return "/".join(map(segment, (tenant, job_id, file_name)))


def publish(store: ResultStore, path: Path, key: str) -> None:
    """Put the file at `path` under `key`: a reader sees all of it or the file before, never a part.

    Raises DiskFull and StoreUnavailable.
    """
    with _reached("the result"):
        obstore.put(store.objects, key, path)


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
