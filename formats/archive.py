"""Several tables in a format that holds one: a zip with a file a table."""

import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from contract.errors import VerificationFailed
from formats.tables import DataTable

_NOT_PLAIN = re.compile(r"[^\w .-]+")
_LONGEST = 100


def file_names(tables: tuple[DataTable, ...], extension: str) -> list[str]:
    """A name for each table's file in the zip: its title, made plain; a number is added where two would be the same."""
    names: list[str] = []
    taken: set[str] = set()
    for table in tables:
        plain = _NOT_PLAIN.sub("_", table.title).strip(" .")[:_LONGEST] or "_"
        name, count = plain, 1
        while name.casefold() in taken:
            count += 1
            name = f"{plain} ({count})"
        taken.add(name.casefold())
        names.append(f"{name}.{extension}")
    return names


def write_archive(
    tables: tuple[DataTable, ...], path: Path, extension: str, write: Callable[[DataTable, IO[bytes]], None]
) -> Path:
    """The zip beside `path`, its entries streamed by `write`, in the order of the tables. Entries bear no time: the same tables
    make the same bytes."""
    archive = path.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, table in zip(file_names(tables, extension), tables, strict=True):
            with packed.open(_entry(name), "w", force_zip64=True) as file:
                write(table, file)
    return archive


@contextmanager
def unpacked(archive: Path, tables: tuple[DataTable, ...], extension: str) -> Iterator[list[Path]]:
    """The files of a zip that `write_archive` made, in the order of the tables, on disk beside it for the time of the block.

    Raises VerificationFailed for a damaged zip and for other entries than those of the tables.
    """
    folder = archive.with_suffix(".unpacked")
    folder.mkdir(exist_ok=True)
    try:
        yield _extract(archive, folder, file_names(tables, extension))
    finally:
        shutil.rmtree(folder)


def _extract(archive: Path, folder: Path, names: list[str]) -> list[Path]:
    try:
        with zipfile.ZipFile(archive) as packed:
            if packed.namelist() != names:
                raise VerificationFailed(detail=f"the entries of {archive.name} are not those of the tables")
            return [Path(packed.extract(name, folder)) for name in names]
    except (zipfile.BadZipFile, zlib.error) as error:
        raise VerificationFailed(detail=f"{archive.name} is damaged: {error}") from error


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
