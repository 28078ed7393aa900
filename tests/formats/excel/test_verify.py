"""A finished workbook that is not what it should be is found out, by sheet and row."""

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, cast

import polars as pl
import pytest

from contract.errors import VerificationFailed
from formats.excel import verify_workbook, write, write_workbook
from formats.excel.cells import CellColumn
from formats.excel.decode import wrong_cell
from formats.excel.deflate import END
from formats.excel.inflate import packed_begin
from formats.excel.package import Package
from formats.excel.sheets import DataSheet
from formats.excel.verify import verify
from formats.excel.writer import sheets_of
from formats.tables import Content
from formats.written import Written
from tests.formats.excel.exports import export
from tests.formats.excel.readers import rewritten

DATA = "xl/worksheets/sheet2.xml"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Content, Written]:
    folder = tmp_path_factory.mktemp("finished")
    content = export(folder, 9_000, zone="Europe/Berlin", include_validation_data=True)
    return content, write_workbook(content, folder / "w.xlsx")


@pytest.fixture
def finished(written: tuple[Content, Written]) -> tuple[Content, Path]:
    content, workbook = written
    return content, workbook.path


@pytest.fixture
def not_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are made anew fail the test."""
    monkeypatch.setattr("formats.excel.verify.first_wrong_row", lambda *_: pytest.fail("the rows were made anew"))


@pytest.mark.usefixtures("not_made_anew")
def test_with_what_the_writer_made_no_row_is_made_anew(written: tuple[Content, Written]) -> None:
    content, workbook = written
    verify_workbook(content, workbook.path, workbook.made)


@pytest.mark.usefixtures("not_made_anew")
@pytest.mark.parametrize("texts", [[None], ["x" * 40_000, "a"], ["a", "&<>", "\x01", " b "], ["a"] * 99 + ["_x0041_"]])
def test_texts_that_were_cut_or_escaped_are_no_reason_to_make_rows_anew(texts: list[str | None], tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": texts * 100, "empty": pl.Series([None] * (100 * len(texts)), dtype=pl.Int64)})
    workbook = write({"S": frame}, tmp_path / "s.xlsx")
    verify(sheets_of({"S": frame}), tmp_path / "s.xlsx", workbook.made)


def test_a_right_workbook_passes_also_when_another_program_packed_it(written: tuple[Content, Written]) -> None:
    content, workbook = written
    verify_workbook(content, workbook.path)
    packed = rewritten(workbook.path, "docProps/app.xml", b"Microsoft Excel", b"Another Program")
    verify_workbook(content, packed)
    verify_workbook(content, packed, workbook.made)


def test_a_right_workbook_passes_whose_parts_say_their_sizes_at_their_end(written: tuple[Content, Written]) -> None:
    """So packs who writes where it cannot go back."""
    content, workbook = written
    packed = workbook.path.with_name("streamed.xlsx")
    with packed.open("wb") as file, zipfile.ZipFile(workbook.path) as source:
        unseekable = SimpleNamespace(write=file.write, flush=file.flush)
        with zipfile.ZipFile(cast(BinaryIO, unseekable), "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                target.writestr(name, source.read(name))
    verify_workbook(content, packed)
    verify_workbook(content, packed, workbook.made)


def test_a_workbook_of_other_rows_than_were_written_is_found(written: tuple[Content, Written]) -> None:
    content, workbook = written
    assert workbook.made is not None
    first, *others = workbook.made
    with pytest.raises(VerificationFailed, match="not those that were written"):
        verify_workbook(content, workbook.path, [replace(first, crc=first.crc ^ 1), *others])


def test_pieces_that_are_not_where_the_writer_noted_them_are_found(written: tuple[Content, Written]) -> None:
    content, workbook = written
    assert workbook.made is not None
    sheet, *others = workbook.made
    head, longer, shorter, *rest = sheet.pieces
    moved = replace(sheet, pieces=(head, longer + 1, shorter - 1, *rest))
    with pytest.raises(VerificationFailed, match="package is broken"):
        verify_workbook(content, workbook.path, [moved, *others])


def test_right_rows_that_the_writer_did_not_count_are_made_anew_and_pass(written: tuple[Content, Written]) -> None:
    content, workbook = written
    assert workbook.made is not None
    sheet, *others = workbook.made
    verify_workbook(content, workbook.path, [replace(sheet, rows=sheet.rows[:-1]), *others])


@pytest.mark.parametrize("row", [0, 16_383, 16_384, 19_660, 39_999, 20_001], ids=lambda row: f"row {row}")
def test_a_wrong_row_is_found_though_every_byte_is_as_the_writer_made_it(tmp_path: Path, row: int) -> None:
    """Only the table says that the row is wrong, whose samples are the first and the last of a batch, some between, and the
    first that is escaped."""
    texts = [f"number {number:06}" for number in range(40_000)]
    wrong = [*texts[:row], "another & one", *texts[row + 1 :]]
    written = write({"S": pl.DataFrame({"text": wrong})}, tmp_path / "s.xlsx")
    with pytest.raises(VerificationFailed, match=f"row {row + 2}"):
        verify(sheets_of({"S": pl.DataFrame({"text": texts})}), tmp_path / "s.xlsx", written.made)


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        (b'r="I77" s="9" t="inlineStr"><is><t>', b'r="I77" s="9" t="inlineStr"><is><t>x', 77),
        (b'<c r="H4000" s="9" t="inlineStr"><is><t>0', b'<c r="H4000" s="9" t="inlineStr"><is><t>1', 4000),
        (b"Garden chair 5 &amp; table", b"Garden chair 5 &lt; table", 8),
        (b'<c r="C9002"', b'<c r="D9002"', 9002),
        (b'<row r="123">', b'<row r="124">', 123),
        (b'<c r="H20" s="9" t="inlineStr"><is><t>000000000017</t></is></c>', b"", 20),
        (b'</row><row r="21">', b"", 20),
    ],
    ids=["longer", "same length", "escape", "reference", "row number", "missing cell", "joined rows"],
)
@pytest.mark.parametrize("known", [True, False], ids=["made by us", "made by whom we do not know"])
def test_a_changed_cell_is_found_with_its_row(
    written: tuple[Content, Written], known: bool, old: bytes, new: bytes, row: int
) -> None:
    content, workbook = written
    with pytest.raises(VerificationFailed, match=rf"'Connector State', row {row}\b"):
        verify_workbook(content, rewritten(workbook.path, DATA, old, new), workbook.made if known else None)


def test_a_row_too_many_is_found(finished: tuple[Content, Path]) -> None:
    content, path = finished
    with pytest.raises(VerificationFailed, match="more than 9,000 rows"):
        verify_workbook(content, rewritten(path, DATA, b"</sheetData>", b'<row r="9003"></row></sheetData>'))


def test_a_changed_error_and_a_renamed_sheet_are_found(finished: tuple[Content, Path]) -> None:
    content, path = finished
    with pytest.raises(VerificationFailed, match="'Validation Errors', row 2"):
        verify_workbook(content, rewritten(path, "xl/worksheets/sheet3.xml", b"Price is missing", b"Price is mistake"))
    with pytest.raises(VerificationFailed, match="its sheets are"):
        verify_workbook(content, rewritten(path, "xl/workbook.xml", b'name="Summary"', b'name="Summery"'))


@pytest.mark.parametrize("name", ["xl/sharedStrings.xml", "xl/styles.xml", "xl/charts/chart1.xml", "[Content_Types].xml"])
def test_a_part_that_is_no_xml_is_found(finished: tuple[Content, Path], name: str) -> None:
    content, path = finished
    with pytest.raises(VerificationFailed, match="package is broken"):
        verify_workbook(content, rewritten(path, name, b"</", b"<"))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_package_is_found(finished: tuple[Content, Path], share: float) -> None:
    content, path = finished
    whole = path.read_bytes()
    short = path.with_name("short.xlsx")
    short.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(VerificationFailed, match="package is broken"):
        verify_workbook(content, short)


@pytest.mark.parametrize("known", [True, False], ids=["made by us", "made by whom we do not know"])
def test_a_flipped_bit_on_disk_is_found(written: tuple[Content, Written], known: bool) -> None:
    """Whether it breaks the stream or only changes what that holds."""
    content, workbook = written
    whole = workbook.path.read_bytes()
    copy = workbook.path.with_name("damaged.xlsx")
    with zipfile.ZipFile(workbook.path) as package:
        part = package.getinfo(DATA)
    begin = part.header_offset + 100
    for place in range(begin, begin + part.compress_size - 100, part.compress_size // 12):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        copy.write_bytes(damaged)
        with pytest.raises(VerificationFailed):
            verify_workbook(content, copy, workbook.made if known else None)


def damaged(path: Path, place: int, content: bytes) -> Path:
    """A copy of the file with other bytes in that place."""
    whole = path.read_bytes()
    copy = path.with_name("damaged.xlsx")
    copy.write_bytes(whole[:place] + content + whole[place + len(content) :])
    return copy


@pytest.mark.parametrize("name", [DATA, "xl/workbook.xml"])
@pytest.mark.parametrize("known", [True, False], ids=["made by us", "made by whom we do not know"])
def test_a_part_whose_compressed_stream_does_not_end_where_it_should_is_found(
    written: tuple[Content, Written], known: bool, name: str
) -> None:
    """All that it holds can be read, but readers may stop at an end that comes early, and wait for one that does not come."""
    content, workbook = written
    with zipfile.ZipFile(workbook.path) as package, workbook.path.open("rb") as file:
        part = package.getinfo(name)
        begin = packed_begin(file, part)
        file.seek(begin)
        ended_early = bytes([file.read(1)[0] | 1])
    for place, byte in [(begin, ended_early), (begin + part.compress_size - len(END), b"\2")]:
        with pytest.raises(VerificationFailed, match="package is broken"):
            verify_workbook(content, damaged(workbook.path, place, byte), workbook.made if known else None)


@pytest.mark.parametrize("name", [DATA, "xl/workbook.xml"])
def test_a_part_whose_own_header_does_not_say_what_the_directory_says_is_found(
    written: tuple[Content, Written], name: str
) -> None:
    """Whoever reads the package from its beginning has that one alone."""
    content, workbook = written
    with zipfile.ZipFile(workbook.path) as package:
        begin = package.getinfo(name).header_offset
    whole = workbook.path.read_bytes()
    flags, method, crc, packed, size, its_name = 6, 8, 14, 18, 22, 30
    for place in (flags, method, crc, packed, size, its_name):
        changed = bytes([whole[begin + place] ^ 1])
        with pytest.raises(VerificationFailed, match="package is broken"):
            verify_workbook(content, damaged(workbook.path, begin + place, changed), workbook.made)


@pytest.mark.parametrize(("place", "byte"), [(46, b"\xff"), (6, b"\xff")], ids=["a name", "a version"])
def test_a_damaged_directory_is_found(written: tuple[Content, Written], place: int, byte: bytes) -> None:
    content, workbook = written
    with zipfile.ZipFile(workbook.path) as package:
        directory = package.start_dir
    with pytest.raises(VerificationFailed, match="package is broken"):
        verify_workbook(content, damaged(workbook.path, directory + place, byte), workbook.made)


def test_a_damaged_end_of_the_package_is_found(written: tuple[Content, Written]) -> None:
    content, workbook = written
    whole = workbook.path.read_bytes()
    for place in range(len(whole) - 22, len(whole)):
        with pytest.raises(VerificationFailed, match="package is broken"):
            verify_workbook(content, damaged(workbook.path, place, bytes([whole[place] ^ 0x81])), workbook.made)


def test_a_package_with_a_comment_passes(written: tuple[Content, Written]) -> None:
    content, workbook = written
    copy = damaged(workbook.path, 0, b"")
    with zipfile.ZipFile(copy, "a") as package:
        package.comment = b"by another hand"
    verify_workbook(content, copy, workbook.made)


def test_a_sheet_of_more_than_32_bits_of_bytes_passes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": [f"number {number}" for number in range(1_000)]})
    monkeypatch.setattr("formats.excel.writer.Package", partial(Package, zip64_limit=5_000))
    workbook = write({"S": frame}, tmp_path / "s.xlsx")
    for made in (workbook.made, None):
        verify(sheets_of({"S": frame}), tmp_path / "s.xlsx", made)


@pytest.mark.usefixtures("not_made_anew")
@pytest.mark.parametrize("held", [1, 5_000, 1 << 26])
def test_samples_are_compared_with_their_rows_however_few_are_held_at_once(
    written: tuple[Content, Written], held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, workbook = written
    monkeypatch.setattr("formats.excel.verify_pieces._MOST_HELD", held)
    compared: list[int] = []

    def compare(xml: bytes, number: int, record: dict[str, Any], columns: Sequence[CellColumn]) -> str | None:
        compared.append(number)
        return wrong_cell(xml, number, record, columns)

    monkeypatch.setattr("formats.excel.verify_pieces.wrong_cell", compare)
    verify_workbook(content, workbook.path, workbook.made)
    assert workbook.made is not None
    assert len(compared) == sum(len(rows.samples) for sheet in workbook.made for rows in sheet.rows)
    assert {3, 9_002} <= set(compared)


def test_samples_are_picked_for_as_many_batches_as_may_be_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formats.excel.verify_pieces._MOST_HELD", 1_000)
    frame = pl.DataFrame({"text": ["a text of thirty characters .."] * 7 * 16_384})
    workbook = write({"S": frame}, tmp_path / "s.xlsx")
    picked: list[int] = []
    [sheet] = sheets_of({"S": frame})
    assert isinstance(sheet, DataSheet)
    rows = sheet.rows

    def pick(places: Sequence[int]) -> pl.DataFrame:
        picked.append(len(places))
        return rows.pick(places)

    verify([replace(sheet, rows=replace(rows, quick_pick=pick))], tmp_path / "s.xlsx", workbook.made)
    assert picked == [12, 12, 12, 6]


def test_another_tables_workbook_is_found(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["x", "y"], "n": [1, 2]})
    workbook = write({"S": frame}, tmp_path / "s.xlsx")
    verify(sheets_of({"S": frame}), tmp_path / "s.xlsx")
    for other in (
        frame.with_columns(n=pl.lit(1)),
        frame.reverse(),
        frame.head(1),
        frame.with_columns(a=pl.lit(None, pl.String)),
    ):
        for made in (None, workbook.made):
            with pytest.raises(VerificationFailed):
                verify(sheets_of({"S": other}), tmp_path / "s.xlsx", made)
