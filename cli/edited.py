"""`statesheet load` of a workbook that was exported, edited and comes back: what it changes is shown, then written."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import out, plain, show_table
from contract.phrases import counted

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from contract.edits import CellChange, CellRefusal, EditReport, Place
    from database.loader import Refusal

_SHOWN = 50
_WIDEST = 60
_HEADER = ("Sheet", "Row", "ID", "Column", "Before", "After")


@dataclass(frozen=True)
class Wish:
    """How edited workbooks are taken: `apply` writes, `partial` also where rows are refused, which go to `rejects`;
    `every_change`: keep all of them, and not only as many as are shown."""

    apply: bool
    partial: bool
    rejects: Path | None
    every_change: bool


@dataclass
class SentBack:
    """What became of one edited workbook."""

    report: "EditReport"
    wish: Wish
    changes: "list[CellChange]" = field(default_factory=list)
    count: int = 0

    @property
    def refused(self) -> "list[Refusal]":
        """What was refused, cell by cell, as of any other file."""
        from database.loader import Refusal

        return [Refusal(_place_of(refusal.place), _reason(refusal)) for refusal in self.report.refused]


def send_book_back(
    path: Path, *, engine: "Engine", url: str, tenant: str, wish: Wish, on_progress: Callable[[int], None]
) -> SentBack | None:
    """Take back the workbook at `path`; None where it is any other file.

    Raises FileMissing, NoDataInFile, UnreadableFile, ObjectsChanged and DatabaseUnavailable.
    """
    from contract.edits import EditReport
    from tasks.compare_book import Store
    from tasks.send_back import is_edited_workbook, send_back

    if not is_edited_workbook(path):
        return None
    sent = SentBack(EditReport(), wish)

    def keep(change: "CellChange") -> None:
        sent.count += 1
        if wish.every_change or sent.count <= _SHOWN:
            sent.changes.append(change)

    sent.report = send_back(
        path,
        store=Store(url, engine, tenant),
        apply=wish.apply,
        partial=wish.partial,
        rejects=wish.rejects,
        changed_by="statesheet load",
        on_change=keep,
        on_progress=on_progress,
    )
    return sent


def tell(path: Path, sent: SentBack) -> None:
    """The changed cells and the counts, for people."""
    if sent.changes:
        show_table(_HEADER, [_cells(change) for change in sent.changes[:_SHOWN]])
    if sent.count > _SHOWN:
        out.print(f"and {sent.count - _SHOWN:,} more (--json tells all)")
    report = sent.report
    counts = (
        (report.cells, f"{counted(report.cells, 'cell')} changed"),
        (report.updated, f"{counted(report.updated, 'object')} updated"),
        (report.created, f"{report.created:,} created"),
        (report.deleted, f"{report.deleted:,} deleted"),
        (report.unchanged, f"{report.unchanged:,} unchanged"),
        (report.refused_rows, f"{counted(report.refused_rows, 'row')} refused"),
    )
    said = ", ".join(words for count, words in counts if count) or "nothing in it"
    out.print(f"{path}: {said}{_outcome(sent)}", markup=False)
    if sent.wish.rejects is not None and report.refused_rows:
        out.print(f"The refused rows are in {sent.wish.rejects}: correct them and load that file", markup=False)


def facts_of(path: Path, sent: SentBack) -> dict[str, Any]:
    """The same for programs."""
    facts = asdict(sent.report)
    changes = [{**asdict(change.place), "before": change.before, "after": change.after} for change in sent.changes]
    refused = [
        {**asdict(cell.place), "after": cell.after, "reason": cell.reason, "conflict": cell.conflict}
        for cell in sent.report.refused
    ]
    return {"file": str(path), **facts, "changes": changes, "refused": refused}


def _outcome(sent: SentBack) -> str:
    if sent.report.applied:
        return ""
    if not sent.wish.apply:
        return "; nothing was written (--dry-run)"
    return "; nothing was written, for rows were refused (--partial takes the others)"


def _cells(change: "CellChange") -> list[str]:
    place = change.place
    return [place.sheet, str(place.row), place.id, place.column, *_short_pair(change.before or "", change.after or "")]


def _short_pair(before: str, after: str) -> tuple[str, str]:
    """Both texts, long ones from shortly before the place where they begin to differ."""
    shorter = min(len(before), len(after))
    same = next((place for place in range(shorter) if before[place] != after[place]), shorter)
    begin = same - _WIDEST // 3 if same > _WIDEST // 2 and max(len(before), len(after)) > _WIDEST else 0
    one, other = ("…" + text[begin:] if begin else text for text in (before, after))
    return _short(one), _short(other)


def _short(text: str | None) -> str:
    shown = plain(text or "").replace("\n", " ")
    return shown if len(shown) <= _WIDEST else shown[: _WIDEST - 1] + "…"


def _place_of(place: "Place") -> str:
    column = f", {place.column}" if place.column else ""
    return f"sheet {place.sheet}, row {place.row} (ID {place.id}){column}"


def _reason(refusal: "CellRefusal") -> str:
    return refusal.reason if refusal.after is None else f"{_short(refusal.after)!r}: {refusal.reason}"
