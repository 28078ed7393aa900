"""Whether a workbook can be taken back when somebody has edited it: said when it is made, not when the work is done."""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from contract.warnings import TOO_LARGE_TO_SEND_BACK, JobWarning, warning
from formats.excel.sheets import DataSheet, Sheet
from formats.reading import MOST_BYTES
from formats.reading.bounds import MOST_CELLS, span


def too_large_to_send_back(sheets: Iterable[Sheet], path: Path) -> list[JobWarning]:
    """A warning for each sheet, and for the workbook at `path`, that reading an edited workbook would refuse for its size."""
    return [warning(TOO_LARGE_TO_SEND_BACK, reason=reason) for reason in _too_large(sheets, path)]


def _too_large(sheets: Iterable[Sheet], path: Path) -> Iterator[str]:
    for sheet in sheets:
        if isinstance(sheet, DataSheet):
            rows, columns = sheet.header_rows + sheet.rows.count, len(sheet.columns)
            if rows * columns > MOST_CELLS:
                yield f"sheet {sheet.title!r} {span(rows, columns)}"
    with zipfile.ZipFile(path) as package:
        size = sum(part.file_size for part in package.infolist())
    if size > MOST_BYTES:
        yield f"it inflates to {size:,} bytes; at most {MOST_BYTES:,} are read"
