"""What a person is shown of an edited workbook."""

from pathlib import Path

import pytest

from cli.edited import SentBack, Wish, tell
from contract.edits import CellChange, EditReport, Place

WISH = Wish(apply=False, partial=False, rejects=None, every_change=False)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("new", "fixed", "new fixed"),
        (None, "fixed", "fixed"),
        ("w" * 70, "v" * 70, f"{'w' * 59}… {'v' * 59}…"),
        ("-" * 500 + "old", "-" * 500 + "new", f"…{'-' * 20}old …{'-' * 20}new"),
        ("-" * 500 + "old" + "+" * 500, "-" * 500, f"…{'-' * 20}old{'+' * 35}… …{'-' * 20}"),
    ],
)
def test_a_changed_text_is_shown_where_it_differs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, before: str | None, after: str, shown: str
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    change = CellChange(Place("S", 3, "connectorstate", "1", "Title"), before, after)
    tell(Path("a.xlsx"), SentBack(EditReport(cells=1, updated=1), WISH, [change], 1))
    row = next(line for line in capsys.readouterr().out.splitlines() if "Title" in line)
    assert " ".join(row.split()) == f"S 3 1 Title {shown}"


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (EditReport(cells=1, updated=1, unchanged=49, applied=True), "1 cell changed, 1 object updated, 49 unchanged"),
        (EditReport(cells=2000, updated=2, created=1), "2,000 cells changed, 2 objects updated, 1 created"),
        (EditReport(refused_rows=1), "1 row refused"),
        (EditReport(), "nothing in it"),
    ],
)
def test_the_counts_are_told_in_words_that_fit_them(capsys: pytest.CaptureFixture[str], report: EditReport, said: str) -> None:
    tell(Path("a.xlsx"), SentBack(report, WISH))
    assert capsys.readouterr().out.partition(";")[0].strip() == f"a.xlsx: {said}"
