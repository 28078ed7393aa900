"""What does not fit is made to fit, and said."""

import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import UnreadableFile
from formats.excel import limits, sending_back, sheets, write, write_workbook
from formats.excel.columns import Column
from formats.excel.rows import Rows, frame_rows
from formats.excel.sheets import DataSheet, laid_out
from formats.excel.verify import verify
from formats.excel.writer import sheets_of
from formats.reading import MOST_BYTES, bounds
from formats.reading.bounds import check_workbook
from tests.formats.excel.exports import export
from tests.formats.excel.readers import by_calamine, by_openpyxl, part


@given(
    st.lists(st.text(max_size=40) | st.sampled_from(["History", "HISTORY", "a/b", "'x'", "A", "a", " ", "😀" * 20]), max_size=8)
)
def test_every_title_becomes_a_legal_name_unlike_the_others(titles: list[str]) -> None:
    names = limits.sheet_names(titles)
    assert len({name.casefold() for name in names}) == len(titles)
    for name in names:
        assert 1 <= limits.units(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"


def test_a_legal_free_name_stays_and_others_get_a_number() -> None:
    assert limits.sheet_names(["Data", "data", "History", "Data (2)"], ["Help"]) == [
        "Data",
        "data (2)",
        "History (2)",
        "Data (2) (2)",
    ]


def test_a_name_that_is_taken_is_not_given_again() -> None:
    assert limits.sheet_names(["HELP", "Data"], ["Help"]) == ["HELP (2)", "Data"]


def test_a_title_is_shortened_before_its_number_and_ends_there_as_a_name_may() -> None:
    assert limits.numbered("A title of thirty-one character", 2) == "A title of thirty-one chara (2)"
    assert limits.numbered("A title of thirty-one char  acter", 2) == "A title of thirty-one char (2)"
    assert limits.sheet_names(["a" * 30 + "'b", "'", "\x7f"]) == ["a" * 30, "Sheet", "Sheet (2)"]


@pytest.mark.parametrize("text", ["x" * 32_768, "😀" * 20_000, "a" + "😀" * 20_000])
def test_a_text_that_was_cut_is_known_by_its_end_and_length(text: str) -> None:
    cut = limits.cut(text)
    assert 32_766 <= limits.units(cut) <= 32_767
    assert limits.was_cut(cut)
    assert not limits.was_cut(cut[100:])
    assert not limits.was_cut("x" * 32_767)


@given(st.text(max_size=20), st.integers(0, 45))
def test_clipping_never_cuts_a_character_in_half(text: str, count: int) -> None:
    clipped = limits.clip(text, count)
    assert text.startswith(clipped)
    assert limits.units(clipped) <= count


def test_rows_past_the_last_continue_on_the_next_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 1_001)
    frame = pl.DataFrame({"n": range(2_500)})
    asked = sheets_of({"A title of thirty-one characters": frame, "B": frame.head(1)})
    assert write(asked, tmp_path / "s.xlsx").rows == 2_501
    verify(asked, tmp_path / "s.xlsx")
    found = [row[0] for sheet in range(3) for row in by_calamine(tmp_path / "s.xlsx", sheet)[1:]]
    assert found == list(range(2_500))
    names = [sheet.title for sheet in laid_out(asked)]
    assert names == [
        "A title of thirty-one character",
        "A title of thirty-one chara (2)",
        "A title of thirty-one chara (3)",
        "B",
    ]
    assert all(limits.units(name) <= 31 for name in names)


def test_a_full_sheet_takes_all_its_rows(tmp_path: Path) -> None:
    """The last row of a sheet is row 1,048,576."""
    sheet = DataSheet("S", (Column("a", "A"),), Rows(limits.MAX_ROWS, lambda *_: iter(())))
    first, second = laid_out([sheet])
    assert isinstance(first, DataSheet)
    assert isinstance(second, DataSheet)
    assert (first.rows.count, second.rows.count) == (1_048_575, 1)


def test_columns_past_the_last_are_left_out_and_named(tmp_path: Path) -> None:
    columns = tuple(Column(f"c{number}", f"Column {number}") for number in range(limits.MAX_COLUMNS + 2))
    frame = pl.DataFrame({"c0": ["first"], "c16383": ["last"], "c16384": ["gone"], "c16385": ["gone"]})
    fields = [pl.col(c.name) if c.name in frame.columns else pl.lit(None, pl.String).alias(c.name) for c in columns]
    written = write([DataSheet("Wide", columns, frame_rows(frame, fields))], tmp_path / "wide.xlsx")
    assert [warning.code for warning in written.warnings] == ["SSH2103"]
    assert "'Column 16384', 'Column 16385'" in written.warnings[0].message
    worksheet = part(tmp_path / "wide.xlsx", "xl/worksheets/sheet1.xml")
    assert [node.attrib["ref"] for node in worksheet if node.tag.endswith("dimension")] == ["A1:XFD2"]
    assert by_openpyxl(tmp_path / "wide.xlsx")[1][-1] == "last"


def test_an_export_says_when_reading_would_refuse_it_for_its_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the arithmetic of reading: at the limit it is taken, one cell past it is not."""
    content = export(tmp_path, 300)
    cells = (2 + 300) * (len(content.tables[0].columns))
    path = tmp_path / "w.xlsx"
    for limit, codes in ((cells, []), (cells - 1, ["SSH2104"])):
        for module in (sending_back, bounds):
            monkeypatch.setattr(module, "MOST_CELLS", limit)
        warnings = write_workbook(content, path).warnings
        assert [warning.code for warning in warnings] == codes
        if not codes:
            check_workbook(path, MOST_BYTES)
    columns = len(content.tables[0].columns)
    said = f"spans 302 rows and {columns} columns; at most {cells - 1:,} cells are read"
    assert f"sheet 'Connector State' {said}" in warnings[0].message
    with pytest.raises(UnreadableFile, match=said):
        check_workbook(path, MOST_BYTES)


def test_an_export_says_when_reading_would_refuse_it_for_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, path = export(tmp_path, 300), tmp_path / "w.xlsx"
    write_workbook(content, path)
    with zipfile.ZipFile(path) as package:
        size = sum(part.file_size for part in package.infolist())
    for limit, codes in ((size, []), (size - 1, ["SSH2104"])):
        monkeypatch.setattr(sending_back, "MOST_BYTES", limit)
        assert [warning.code for warning in write_workbook(content, path).warnings] == codes
    check_workbook(path, size)
    with pytest.raises(UnreadableFile, match="inflates"):
        check_workbook(path, size - 1)


def test_a_frame_without_rows_or_columns_is_an_empty_sheet(tmp_path: Path) -> None:
    asked = {"None": pl.DataFrame(), "Header": pl.DataFrame({"a": pl.Series([], dtype=pl.String)})}
    assert write(asked, tmp_path / "s.xlsx").rows == 0
    verify(sheets_of(asked), tmp_path / "s.xlsx")
    assert by_openpyxl(tmp_path / "s.xlsx", 1) == [["a"]]


@pytest.mark.slow
def test_a_file_of_more_rows_than_a_sheet_has_goes_on_at_the_right_row(tmp_path: Path) -> None:
    """The real limit, read back by another program, and verified as an export is."""
    count = limits.MAX_ROWS + 5
    asked = sheets_of({"Data": pl.DataFrame({"n": range(count)})})
    written = write(asked, tmp_path / "s.xlsx")
    verify(asked, tmp_path / "s.xlsx", written.made)
    first, second = (by_calamine(tmp_path / "s.xlsx", sheet) for sheet in (0, 1))
    assert (len(first), first[0], first[-1]) == (limits.MAX_ROWS, ["n"], [limits.MAX_ROWS - 2])
    assert second == [["n"], *([number] for number in range(limits.MAX_ROWS - 1, count))]
