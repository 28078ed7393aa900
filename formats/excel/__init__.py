"""Excel workbooks: `write` for any tables, `write_workbook` for an export, `verify_workbook` to read a finished one again.

The modules are named after the parts of the format; these functions load them, and their heavy libraries, when called.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import polars as pl

    from formats.excel.sheets import Sheet
    from formats.tables import Content
    from formats.written import MadeSheet, Written


def write(
    sheets: "Mapping[str, pl.DataFrame | pl.LazyFrame] | Sequence[Sheet]",
    path: Path,
    *,
    zone: ZoneInfo | None = None,
    properties: Mapping[str, Any] | None = None,
    created: datetime | None = None,
    threads: int | None = None,
) -> "Written":
    """Tables to a workbook at `path`: see `formats.excel.writer.write`."""
    from formats.excel.writer import write

    return write(sheets, path, zone=zone, properties=properties, created=created, threads=threads)


def write_workbook(content: "Content", path: Path) -> "Written":
    """The workbook of an export: see `formats.excel.workbook.write_workbook`."""
    from formats.excel.workbook import write_workbook

    return write_workbook(content, path)


def write_data(content: "Content", path: Path) -> "Written":
    """Only the sheets of rows of an export's workbook: see `formats.excel.workbook.write_data`."""
    from formats.excel.workbook import write_data

    return write_data(content, path)


def verify_workbook(content: "Content", path: Path, made: "Sequence[MadeSheet] | None" = None) -> None:
    """Read a finished workbook again and compare it with the tables of its export: see `formats.excel.verify.verify`."""
    from formats.excel.verify import verify
    from formats.excel.workbook import workbook_sheets

    verify(workbook_sheets(content), path, made)
