"""Load a file of objects into the store."""

from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import IO

from sqlalchemy import Engine

from database.loader import LoadReport, load_objects
from formats.reading import read_objects


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def load_file(
    path: Path,
    *,
    engine: Engine,
    tenant: str,
    zone: tzinfo = UTC,
    open_file: Callable[[Path], IO[bytes]] = _open,
    on_progress: Callable[[int], None] | None = None,
) -> LoadReport:
    """Store what is in the file at `path`; see `formats.reading.read_objects` for what it may be.

    Raises FileMissing, NoDataInFile, UnreadableFile and DatabaseUnavailable.
    """
    found = read_objects(path, zone=zone, open_file=open_file)
    return load_objects(engine, tenant, found, on_progress=on_progress)
