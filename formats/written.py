"""What becomes of a file that was asked for."""

from dataclasses import dataclass
from pathlib import Path

from contract.warnings import JobWarning


@dataclass(frozen=True)
class Written:
    """What a format made: the rows of data in the file and what could not be kept whole. `checksum` is of their cells as they
    were before they were compressed, for formats whose check needs it."""

    path: Path
    rows: int
    warnings: tuple[JobWarning, ...] = ()
    checksum: int | None = None
