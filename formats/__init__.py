"""Formats: tables on disk -> one file, and the check that the file holds them. A format is data in `FORMATS`.

This module stays light: a format's libraries are imported when it is used.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from formats.tables import Content
    from formats.written import MadeSheet, Written


@dataclass(frozen=True)
class Format:
    """One kind of file. `whole_objects`: it takes `Content.documents` and not tables.

    `write` makes the file at the path that it is given; where a zip is made instead (several tables in a format that holds
    one), `Written.path` ends in `.zip`. `verify` reads a finished file again and compares its rows and cells with the tables,
    with the help of what `write` gave (`Written.made`); it raises VerificationFailed. `modules` are those that the two import.
    """

    name: str
    extension: str
    media_type: str
    whole_objects: bool
    write: "Callable[[Content, Path], Written]"
    verify: "Callable[[Content, Path, Sequence[MadeSheet] | None], None]"
    modules: tuple[str, ...]


def _write_excel(content: "Content", path: Path) -> "Written":
    from formats.excel import write_workbook

    return write_workbook(content, path)


def _verify_excel(content: "Content", path: Path, made: "Sequence[MadeSheet] | None") -> None:
    from formats.excel import verify_workbook

    verify_workbook(content, path, made)


def _write_csv(content: "Content", path: Path) -> "Written":
    from formats.delimited import write

    return write(content, path)


def _verify_csv(content: "Content", path: Path, _: "Sequence[MadeSheet] | None") -> None:
    from formats.delimited import verify

    verify(content, path)


def _write_json(content: "Content", path: Path) -> "Written":
    from formats.records import write

    return write(content, path)


def _verify_json(content: "Content", path: Path, _: "Sequence[MadeSheet] | None") -> None:
    from formats.records import verify

    verify(content, path)


def _write_parquet(content: "Content", path: Path) -> "Written":
    from formats.columnar import write

    return write(content, path)


def _verify_parquet(content: "Content", path: Path, _: "Sequence[MadeSheet] | None") -> None:
    from formats.columnar import verify

    verify(content, path)


_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PARQUET = "application/vnd.apache.parquet"
_EXCEL_MODULES = ("formats.excel.workbook", "formats.excel.verify")

FORMATS: dict[str, Format] = {
    known.name: known
    for known in (
        Format("excel", "xlsx", _WORKBOOK, False, _write_excel, _verify_excel, _EXCEL_MODULES),
        Format("csv", "csv", "text/csv; charset=utf-8", False, _write_csv, _verify_csv, ("formats.delimited",)),
        Format("json", "json", "application/json", True, _write_json, _verify_json, ("formats.records",)),
        Format("parquet", "parquet", _PARQUET, False, _write_parquet, _verify_parquet, ("formats.columnar",)),
    )
}
"""The formats by the names that `config.profiles` uses."""
