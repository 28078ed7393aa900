"""What a workbook could not keep whole, in words for the one who asked."""

from collections.abc import Sequence

from contract.warnings import CELLS_CUT, COLUMNS_LEFT_OUT, JobWarning, warning
from formats.excel.limits import MAX_CHARACTERS, MAX_COLUMNS
from formats.excel.texts import Cut

_NAMED = 20


def cut_cells(title: str, cuts: Sequence[Cut]) -> list[JobWarning]:
    """One warning for the cells of a sheet that were cut; none without any."""
    if not cuts:
        return []
    cells = _some([f"{cut.cell} ({cut.length:,} characters)" for cut in cuts])
    return [warning(CELLS_CUT, limit=MAX_CHARACTERS, sheet=title, cells=cells)]


def missing_columns(title: str, labels: Sequence[str]) -> list[JobWarning]:
    """One warning for the columns of a sheet that are not in it, by their labels; none when all are."""
    if not labels:
        return []
    names = _some([repr(label) for label in labels])
    return [warning(COLUMNS_LEFT_OUT, limit=MAX_COLUMNS, sheet=title, columns=names)]


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED:,} more" if len(names) > _NAMED else shown
