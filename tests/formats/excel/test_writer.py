"""Any frame, written and read back by others, is what it was, under the documented rules."""

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import polars as pl
import pytest
from hypothesis import given

from formats.excel import write
from formats.excel.verify import verify
from formats.excel.writer import sheets_of
from tests.examples import examples
from tests.formats.excel.frames import frames
from tests.formats.excel.oracle import equal, expected
from tests.formats.excel.readers import by_calamine, by_openpyxl, by_pandas, cells, part


@examples(150)
@given(frames())
def test_any_frame_reads_back_equal_with_three_readers_and_verifies(frame: pl.DataFrame) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.xlsx"
        written = write({"Any": frame}, path)
        assert written.rows == frame.height
        for made in (written.made, None):
            verify(sheets_of({"Any": frame}), path, made)
        for read in (by_openpyxl, by_calamine, by_pandas):
            assert_holds(read(path), frame)


def assert_holds(rows: list[list[Any]], frame: pl.DataFrame) -> None:
    assert rows[0][: frame.width] == frame.columns
    for number, record in enumerate(frame.iter_rows(), 1):
        # A row of empty cells at the end is no row to some readers.
        found = rows[number] if number < len(rows) else [None] * frame.width
        for cell, value in zip(found, record, strict=False):
            assert equal(cell, value), (cell, value, expected(value))


def test_what_a_cell_cannot_hold_is_kept_as_its_exact_text(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [2**53 + 1], "f": [float("nan")], "d": [datetime(1900, 2, 28, 23, 59, 59, 999000)]})
    write({"S": frame}, tmp_path / "s.xlsx")
    assert by_openpyxl(tmp_path / "s.xlsx")[1] == ["9007199254740993", "NaN", "1900-02-28T23:59:59.999"]


@pytest.mark.parametrize("end", ["&", "\n", "\x01", "_x0041_"])
def test_a_long_text_whose_markup_is_cut_off_needs_no_more_care(tmp_path: Path, end: str) -> None:
    path = tmp_path / "cut.xlsx"
    frames = {"Cut": pl.DataFrame({"t": ["x" * 40_000 + end]})}
    assert len(write(frames, path).warnings) == 1
    verify(sheets_of(frames), path)
    [[_], [text]] = by_openpyxl(path)
    assert len(text) == 32_767
    assert text.endswith("x … [cut at 32,767 characters]")


def test_a_long_text_is_cut_at_the_limit_in_utf16_units_and_named(tmp_path: Path) -> None:
    frame = pl.DataFrame({"t": ["x" * 32_767, "😀" * 16_384, "&" * 40_000, "y" * 32_768]})
    written = write({"Long": frame}, tmp_path / "long.xlsx")
    found = [row[0] for row in by_openpyxl(tmp_path / "long.xlsx")[1:]]
    assert found == [expected(text) for text in frame["t"]]
    assert all(len(text.encode("utf-16-le")) // 2 <= 32_767 for text in found)
    assert [warning.code for warning in written.warnings] == ["SSH2102"]
    assert "A3 (32,768 characters), A4 (40,000 characters), A5" in written.warnings[0].message
    verify(sheets_of({"Long": frame}), tmp_path / "long.xlsx")


def test_instants_are_shown_in_the_asked_zone_across_its_changes_and_beyond_2100(tmp_path: Path) -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2024, 3, 31, 0, 30, tzinfo=UTC)
    moments = [start + timedelta(hours=hours) for hours in range(3)]
    moments += [
        datetime(2150, 7, 1, 12, tzinfo=UTC),
        datetime(1912, 7, 1, 12, tzinfo=UTC),
        datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
    ]
    frame = pl.DataFrame({"i": pl.Series(moments, dtype=pl.Datetime("ms", "UTC"))})
    write({"S": frame}, tmp_path / "s.xlsx", zone=zone)
    assert [row[0] for row in by_openpyxl(tmp_path / "s.xlsx")[1:]] == [
        m.astimezone(zone).replace(tzinfo=None) for m in moments
    ]
    verify(sheets_of({"S": frame}, zone), tmp_path / "s.xlsx")


@pytest.mark.parametrize("name", ["America/Chicago", "Australia/Sydney", "Europe/Berlin", "Pacific/Auckland"])
def test_instants_of_the_last_year_are_shown_in_the_asked_zone(tmp_path: Path, name: str) -> None:
    """Summer and winter of both halves of the earth, and the last days."""
    zone = ZoneInfo(name)
    moments = [datetime(9999, month, 1, 12, tzinfo=UTC) for month in range(1, 13)]
    moments += [datetime(9999, 12, 30, 23, 59, tzinfo=UTC), datetime(9999, 12, 31, 9, tzinfo=UTC)]
    frame = pl.DataFrame({"i": pl.Series(moments, dtype=pl.Datetime("ms", "UTC"))})
    written = write({"S": frame}, tmp_path / "s.xlsx", zone=zone)
    assert [row[0] for row in by_openpyxl(tmp_path / "s.xlsx")[1:]] == [
        m.astimezone(zone).replace(tzinfo=None) for m in moments
    ]
    verify(sheets_of({"S": frame}, zone), tmp_path / "s.xlsx", written.made)


def test_every_millisecond_of_a_second_comes_back(tmp_path: Path) -> None:
    moments = [datetime(2024, 5, 17, 23, 59, 59) + timedelta(milliseconds=n) for n in range(1000)]
    write({"S": pl.DataFrame({"m": pl.Series(moments, dtype=pl.Datetime("ms"))})}, tmp_path / "s.xlsx")
    assert [row[0] for row in by_calamine(tmp_path / "s.xlsx")[1:]] == moments
    assert [row[0] for row in by_openpyxl(tmp_path / "s.xlsx")[1:]] == moments


def test_times_and_durations_are_fractions_of_days_with_their_formats(tmp_path: Path) -> None:
    clock = [time(0), time(6, 30), time(23, 59, 59, 999_000), None]
    spans = [timedelta(hours=30, minutes=1), timedelta(milliseconds=1), timedelta(days=400), None]
    frame = pl.DataFrame({"time": clock, "span": spans}, schema={"time": pl.Time, "span": pl.Duration("ms")})
    write({"S": frame}, tmp_path / "s.xlsx")
    verify(sheets_of({"S": frame}), tmp_path / "s.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx")["S"]
    assert [cell.value for cell in sheet["A"][1:4]] == clock[:3]
    assert [cell.value for cell in sheet["B"][1:4]] == spans[:3]
    assert [sheet["A2"].number_format, sheet["B2"].number_format] == ["hh:mm:ss.000", "[h]:mm:ss.000"]


@pytest.mark.parametrize("nested", [[[1], [2]], [{"a": 1}, {"a": 2}], [b"x", b"y"]], ids=["list", "struct", "binary"])
def test_columns_that_no_cell_can_hold_are_refused_by_name(tmp_path: Path, nested: list[Any]) -> None:
    with pytest.raises(TypeError, match="'nested'"):
        write({"S": pl.DataFrame({"nested": nested})}, tmp_path / "never.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_other_column_types_become_the_nearest_kind_of_cell(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "decimal": pl.Series(["1.25", "12345678901234567890.12"]).cast(pl.Decimal(38, 2)),
            "small": pl.Series([1, 255], dtype=pl.UInt8),
            "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
            "none": pl.Series([None, None]),
        }
    )
    write({"S": frame}, tmp_path / "s.xlsx")
    assert by_openpyxl(tmp_path / "s.xlsx")[1:] == [[1.25, 1, "a", None], ["12345678901234567890.12", 255, "b", None]]
    with pytest.raises(TypeError, match="'nested'"):
        write({"S": pl.DataFrame({"nested": [[1], [2]]})}, tmp_path / "never.xlsx")


def test_seventy_thousand_texts_that_look_like_links_stay_texts(tmp_path: Path) -> None:
    frame = pl.DataFrame({"url": [f"https://example.org/{n}?a=1&b=2" for n in range(70_000)]})
    write({"S": frame}, tmp_path / "s.xlsx")
    rows = by_calamine(tmp_path / "s.xlsx")
    assert [row[0] for row in rows[1:]] == frame["url"].to_list()
    verify(sheets_of({"S": frame}), tmp_path / "s.xlsx")


def test_batches_follow_each_other_in_order(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": range(40_000)}).with_columns(t=pl.when(pl.col("n") % 3 == 0).then(pl.format("row {}", "n")))
    write({"S": frame}, tmp_path / "s.xlsx")
    rows = by_calamine(tmp_path / "s.xlsx")
    assert [row[0] for row in rows[1:]] == frame["n"].to_list()
    assert [row[1] or None for row in rows[1:]] == frame["t"].to_list()


@pytest.mark.parametrize("kind", ["ipc", "parquet"])
def test_the_scan_of_a_file_gives_the_bytes_that_its_frame_gives(tmp_path: Path, kind: str) -> None:
    rows = pl.DataFrame({"n": range(40_000)})
    frame = rows.with_columns(t=pl.format("row <{}>", "n"), d=pl.lit(datetime(2024, 1, 1)) + pl.duration(milliseconds="n"))
    path = tmp_path / "rows"
    if kind == "ipc":
        frame.write_ipc(path, record_batch_size=9_000)
        scan = pl.scan_ipc(path)
    else:
        frame.write_parquet(path, row_group_size=9_000)
        scan = pl.scan_parquet(path)
    write({"S": frame}, tmp_path / "frame.xlsx")
    written = write({"S": scan}, tmp_path / "scan.xlsx")
    assert (tmp_path / "scan.xlsx").read_bytes() == (tmp_path / "frame.xlsx").read_bytes()
    verify(sheets_of({"S": scan}), tmp_path / "scan.xlsx", written.made)


def test_to_write_and_verify_frames_loads_neither_numpy_nor_pyarrow(tmp_path: Path) -> None:
    program = """if True:
        import sys
        from pathlib import Path
        from zoneinfo import ZoneInfo
        import polars as pl
        from formats.excel import write
        from formats.excel.verify import verify
        from formats.excel.writer import sheets_of
        frame = pl.DataFrame({"t": ["a"], "d": [1]}).with_columns(pl.col("d").cast(pl.Datetime("ms", "UTC")))
        zone = ZoneInfo("Europe/Berlin")
        written = write({"S": frame}, Path(sys.argv[1]), zone=zone)
        verify(sheets_of({"S": frame}, zone), Path(sys.argv[1]), written.made)
        sys.exit(" ".join({"numpy", "pyarrow"} & set(sys.modules)) or None)
    """
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "s.xlsx")], check=True, timeout=60)


def test_equal_content_gives_equal_bytes_and_an_error_leaves_no_file(tmp_path: Path) -> None:
    frame = pl.DataFrame({"t": [str(n) for n in range(30_000)], "d": [date(2024, 1, 1)] * 30_000})
    for name in ("one.xlsx", "two.xlsx"):
        write({"S": frame}, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    with pytest.raises(RuntimeError, match="broken source"):
        write([_broken()], tmp_path / "three.xlsx")
    assert not (tmp_path / "three.xlsx").exists()


def _broken() -> Any:
    from formats.excel.columns import Column
    from formats.excel.rows import Rows
    from formats.excel.sheets import DataSheet

    def read(start: int, stop: int, most: int) -> Any:
        yield pl.DataFrame({"a": ["x"]})
        raise RuntimeError("broken source")

    return DataSheet("S", (Column("a", "A"),), Rows(5, read))


def test_a_name_that_is_a_pattern_elsewhere_is_a_name(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["1"], "*": ["2"], "^a$": ["3"], "^.*$": [4], "a#text": ["5"], "4#text": ["6"]})
    write({"Names": frame}, tmp_path / "names.xlsx")
    rows = by_openpyxl(tmp_path / "names.xlsx")
    assert rows == [list(frame.columns), ["1", "2", "3", 4, "5", "6"]]


def numbers_in(path: Path) -> list[list[float]]:
    """The days that the cells say, as milliseconds, column by column."""
    rows: dict[str, list[float]] = {}
    for place, (_, _, text) in cells(part(path, "xl/worksheets/sheet1.xml")).items():
        if place[1:] != "1":
            rows.setdefault(place[0], []).append(round(float(text) * 86_400_000, 3))
    return list(rows.values())


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_duration_is_cut_to_the_millisecond(tmp_path: Path, unit: Any) -> None:
    lengths = [timedelta(microseconds=1_500), timedelta(microseconds=-1_500), timedelta(days=1_000, milliseconds=7)]
    frame = pl.DataFrame({"d": pl.Series(lengths, dtype=pl.Duration(unit))})
    write({"S": frame}, tmp_path / "s.xlsx")
    assert numbers_in(tmp_path / "s.xlsx") == [[1, -1, 86_400_000_007]]


@pytest.mark.parametrize(("unit", "longest"), [("ms", 2**53), ("us", 2**63 - 1), ("ns", 2**63 - 1)])
def test_a_duration_of_any_length_keeps_its_sign_and_size(tmp_path: Path, unit: Any, longest: int) -> None:
    frame = pl.DataFrame({"d": pl.Series([longest, -longest]).cast(pl.Duration(unit))})
    write({"S": frame}, tmp_path / "s.xlsx")
    [[long, short]] = numbers_in(tmp_path / "s.xlsx")
    assert long == pytest.approx(longest // {"ms": 1, "us": 1_000, "ns": 1_000_000}[unit], rel=1e-15)
    assert short == -long


def test_a_time_of_day_is_cut_to_the_millisecond(tmp_path: Path) -> None:
    frame = pl.DataFrame({"t": [time(23, 59, 59, 999_999), time(0, 0, 0, 1_999), time(0)]})
    write({"S": frame}, tmp_path / "s.xlsx")
    assert numbers_in(tmp_path / "s.xlsx") == [[86_399_999, 1, 0]]
    assert [row[0] for row in by_openpyxl(tmp_path / "s.xlsx")[1:]] == [
        time(23, 59, 59, 999_000),
        time(0, 0, 0, 1_000),
        time(0),
    ]


def test_a_header_that_is_too_long_is_cut_marked_and_named(tmp_path: Path) -> None:
    written = write({"S": pl.DataFrame({"a": ["x"], "b" * 40_000: ["y"]})}, tmp_path / "s.xlsx")
    assert by_openpyxl(tmp_path / "s.xlsx")[0] == ["a", expected("b" * 40_000)]
    [warning] = written.warnings
    assert "B1 (40,000 characters)" in warning.message


def test_what_just_fits_is_not_said_to_be_cut_however_many_bytes_it_has(tmp_path: Path) -> None:
    label, texts = "b" * 32_767, ["商" * 32_767, "x" * 32_767, "😀" * 16_383]
    written = write({"S": pl.DataFrame({label: texts})}, tmp_path / "s.xlsx")
    assert by_openpyxl(tmp_path / "s.xlsx") == [[label], *([text] for text in texts)]
    assert written.warnings == ()


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\r"])
def test_blanks_at_the_ends_of_a_text_are_to_be_kept(tmp_path: Path, blank: str) -> None:
    texts = [f"a{blank}", f"{blank}a", f"a{blank}a"]
    write({"S": pl.DataFrame({"t": texts})}, tmp_path / "s.xlsx")
    assert [row[0] for row in by_openpyxl(tmp_path / "s.xlsx")[1:]] == texts
    kept = "{http://www.w3.org/XML/1998/namespace}space"
    spaces = [
        node.get(kept) for node in part(tmp_path / "s.xlsx", "xl/worksheets/sheet1.xml").iter() if node.tag.endswith("}t")
    ]
    assert spaces == ["preserve", "preserve", None]


def test_a_workbook_opens_with_its_first_frame(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1]})
    write({"A": frame, "B": frame, "C": frame}, tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert book.active.title == "A"
    assert [sheet.sheet_view.tabSelected for sheet in book] == [True, None, None]


@pytest.mark.parametrize("frame", [pl.DataFrame(height=3), pl.DataFrame(height=3).lazy()])
def test_a_frame_without_columns_has_no_rows(tmp_path: Path, frame: Any) -> None:
    assert write({"S": frame}, tmp_path / "s.xlsx").rows == 0
    verify(sheets_of({"S": frame}), tmp_path / "s.xlsx")
    assert by_openpyxl(tmp_path / "s.xlsx") in ([], [[None]])


def test_a_value_beside_a_text_that_needs_care_and_one_that_no_cell_can_hold_are_kept(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [2**53 + 1, 1], "t": ["a & b", "x" * 32_768 + "&"]})
    written = write({"S": frame}, tmp_path / "s.xlsx")
    verify(sheets_of({"S": frame}), tmp_path / "s.xlsx", written.made)
    assert by_openpyxl(tmp_path / "s.xlsx")[1:] == [["9007199254740993", "a & b"], [1, expected("x" * 32_768 + "&")]]
