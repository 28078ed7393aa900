"""The files of imports: what was sent in, and workbooks of what was refused. Kept as long as results are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from contract.errors import FileMissing
from database.engine import reading, unavailable
from database.job_rows import now_ms, to_milliseconds
from database.tables import import_file

_FILE = import_file.c


@dataclass(frozen=True)
class ImportFile:
    """A file as it was sent: what its sender calls it, and its bytes."""

    name: str
    content: bytes


def keep(engine: Engine, tenant: str, file_id: str, file: ImportFile) -> None:
    """Keep a file under an id, in place of one that is there. Raises DatabaseUnavailable."""
    with unavailable(), engine.begin() as connection:
        connection.execute(delete(import_file).where(_FILE.tenant == tenant, _FILE.id == file_id))
        row = {"tenant": tenant, "id": file_id, "name": file.name, "content": file.content, "created_ms": now_ms()}
        connection.execute(insert(import_file).values(row))


def fetch(engine: Engine, tenant: str, file_id: str, *, name: str = "", path: str = "") -> ImportFile:
    """The tenant's file with an id. Raises FileMissing, which calls it `name` and says where a request has the id, and
    DatabaseUnavailable."""
    query = select(_FILE.name, _FILE.content).where(_FILE.tenant == tenant, _FILE.id == file_id)
    with unavailable(), reading(engine) as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise FileMissing(path=path, name=name or file_id)
    return ImportFile(row.name, row.content)


def discard(engine: Engine, tenant: str, file_id: str) -> bool:
    """Remove a file; whether it was there. Raises DatabaseUnavailable."""
    with unavailable(), engine.begin() as connection:
        gone = connection.execute(delete(import_file).where(_FILE.tenant == tenant, _FILE.id == file_id))
    return gone.rowcount > 0


def remove_older(engine: Engine, than: datetime) -> int:
    """Remove what was kept before a moment; how many there were. Raises DatabaseUnavailable."""
    with unavailable(), engine.begin() as connection:
        return connection.execute(delete(import_file).where(_FILE.created_ms < to_milliseconds(than))).rowcount
