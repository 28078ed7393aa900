"""What becomes of a file that was asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from contract.warnings import JobWarning


class Sample(NamedTuple):
    """A row by its place among others, and the bytes of their XML from which and to which it goes."""

    place: int
    begin: int
    end: int


@dataclass(frozen=True)
class MadeRows:
    """Rows of a sheet that were made at once: how many, the bytes of their XML, and some of them as samples, the first and the
    last among those."""

    count: int
    size: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class MadeSheet:
    """A sheet of data as it was made: the CRC-32 of its part, the bytes of the pieces in which that was compressed, and the
    rows in the pieces after the first."""

    crc: int
    pieces: tuple[int, ...]
    rows: tuple[MadeRows, ...]


@dataclass(frozen=True)
class Written:
    """What a format made: the rows of data in the file and what could not be kept whole. `made` is what the check of a finished
    workbook needs: its sheets of data as they were before they were written."""

    path: Path
    rows: int
    warnings: tuple[JobWarning, ...] = ()
    made: tuple[MadeSheet, ...] | None = None
