"""Delimited text holds every cell, by RFC 4180, and nothing that a spreadsheet would run."""

import csv
import io
import tempfile
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import VerificationFailed
from contract.filters import parse_instant
from formats import delimited
from formats.delimited import verify, write
from formats.formulas import restored_text
from tests.examples import examples
from tests.formats.tables import COLUMNS, ROWS, content, write_table

ROW: dict[str, Any] = {
    "ID": "007", "properties.retryCount": 3, "weight, net": 1.5, "active": True, "createdDate": (1_577_827_486_849, None),
    '=the "note"': 'say "hi", all\r\n=1',
}  # fmt: skip
LAST_DAY = 253_402_300_799_999 - 86_400_000


@examples(120)
@given(ROWS, st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Africa/Monrovia"]), st.booleans())
def test_any_table_comes_back_from_pythons_own_reader(rows: list[Any], zone: str, bom: bool):
    """Every value under the documented rules: quotes, CRLF, the mark, formulas, dates to the millisecond with an offset."""
    with tempfile.TemporaryDirectory() as folder:
        table = write_table(Path(folder) / "table.arrow", rows)
        asked = content(table, zone=zone, bom=bom)
        written = write(asked, Path(folder) / "out.csv")
        verify(asked, written.path)
        raw = written.path.read_bytes()
    assert written.rows == len(rows)
    assert raw.startswith(b"\xef\xbb\xbf") == bom
    header, *lines = csv.reader(io.StringIO(raw.decode().removeprefix("\ufeff" if bom else ""), newline=""), strict=True)
    assert [restored_text(name) for name in header] == [column.name for column in COLUMNS]
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        _check(line, row, ZoneInfo(zone))


def _check(line: list[str], row: dict[str, Any], zone: ZoneInfo) -> None:
    identifier, retries, weight, active, created, note = line
    for cell, text in ((identifier, row["ID"]), (note, row['=the "note"'])):
        assert restored_text(cell) == (text or "")
        assert cell[:1] not in ("=", "+", "@", "\t", "\r")
        assert not cell.startswith("-") or float(cell) < 0 or float(cell) == 0
    assert retries == ("" if row["properties.retryCount"] is None else str(row["properties.retryCount"]))
    assert (float(weight) if weight else None) == row["weight, net"]
    assert active == {None: "", True: "true", False: "false"}[row["active"]]
    instant, exact = row["createdDate"]
    if exact is not None:
        assert restored_text(created) == exact
    elif instant is None:
        assert created == ""
    else:
        assert parse_instant(created) == instant
        offset = datetime.fromisoformat(created).utcoffset()
        assert offset in (timedelta(), _offset(instant, zone))


def _offset(instant: int, zone: ZoneInfo) -> timedelta | None:
    """What the standard library says. It cannot on the last day of the calendar, which may be of the year 10000 there; no zone
    changes on that day."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=min(instant, LAST_DAY))).astimezone(zone).utcoffset()


@pytest.mark.parametrize(
    ("instant", "zone", "text"),
    [
        ("2150-07-01T12:00Z", "America/Chicago", "2150-07-01T07:00:00.000-05:00"),
        ("2150-01-01T12:00Z", "America/Chicago", "2150-01-01T06:00:00.000-06:00"),
        ("9999-07-01T12:00Z", "America/Chicago", "9999-07-01T07:00:00.000-05:00"),
        ("9999-12-31T23:59Z", "America/Chicago", "9999-12-31T17:59:00.000-06:00"),
        ("9999-12-31T23:59Z", "Europe/Berlin", "9999-12-31T23:59:00.000+00:00"),
        ("2150-07-01T12:00Z", "Asia/Kolkata", "2150-07-01T17:30:00.000+05:30"),
        ("1950-01-01T12:00Z", "Africa/Monrovia", "1950-01-01T12:00:00.000+00:00"),
        ("1900-01-01T00:00Z", "America/Chicago", "1899-12-31T18:00:00.000-06:00"),
    ],
)
def test_a_date_of_any_year_has_the_offset_that_the_workbook_shows(tmp_path: Path, instant: str, zone: str, text: str):
    """Where the offset was no whole number of minutes, and where the local year is 10000, it is UTC."""
    row = {**ROW, "createdDate": (parse_instant(instant), None)}
    asked = content(write_table(tmp_path / "table.arrow", [row, {**ROW, "createdDate": (None, None)}]), zone=zone, bom=False)
    path = write(asked, tmp_path / "out.csv").path
    verify(asked, path)
    with path.open(newline="") as file:
        assert [line[4] for line in csv.reader(file)][1:] == [text, ""]


def test_the_file_is_as_the_rule_says(tmp_path: Path):
    """Byte by byte, in a zone of half hours; an absent cell is nothing and an empty text is quoted."""
    absent = {**dict.fromkeys(ROW), "ID": "", "createdDate": (None, None)}
    table = write_table(tmp_path / "table.arrow", [ROW, absent])
    path = write(content(table, zone="America/St_Johns"), tmp_path / "out.csv").path
    assert path.read_bytes() == (
        b"\xef\xbb\xbf"
        b'ID,properties.retryCount,"weight, net",active,createdDate,"\'=the ""note"""\r\n'
        b'007,3,1.5,true,2019-12-31T17:54:46.849-03:30,"say ""hi"", all\r\n=1"\r\n'
        b'"",,,,,\r\n'
    )


def test_several_types_are_a_zip_of_one_file_each(tmp_path: Path):
    """Named after the types; an empty one is its header; the same tables make the same bytes."""
    tables = [
        write_table(tmp_path / "0.arrow", [ROW], type_name="connectorstate"),
        write_table(tmp_path / "1.arrow", [], type_name="../connector/state"),
        write_table(tmp_path / "2.arrow", [ROW, ROW], type_name="ConnectorState"),
    ]
    written = write(content(*tables), tmp_path / "out.csv")
    assert (written.path, written.rows) == (tmp_path / "out.zip", 3)
    verify(content(*tables), written.path)
    with zipfile.ZipFile(written.path) as packed:
        assert packed.namelist() == ["Connectorstate.csv", "_Connector_State.csv", "Connectorstate (2).csv"]
        assert [packed.read(name).count(b"\r\n") for name in packed.namelist()] == [3, 1, 5]
    before = written.path.read_bytes()
    assert write(content(*tables), tmp_path / "out.csv").path.read_bytes() == before
    assert not (tmp_path / "out.unpacked").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"007", b"008"),
        (b"1.5,", b"1.6,"),
        (b"true", b"false"),
        (b".849", b".848"),
        (b"2019-12-31", b"soon"),
        (b"all\r\n=1", b"all\n=1"),
        (b"'=the", b"=the"),
        (b"\xef\xbb\xbf", b""),
        (b"007,3", b"007,"),
        (b'""hi""', b"hi"),
        (b",true,", b","),
        (b"007", b"\xff07"),
    ],
)
def test_a_changed_file_is_found_out(tmp_path: Path, old: bytes, new: bytes):
    """One cell other than the table's, and the file is never published."""
    asked = content(write_table(tmp_path / "table.arrow", [ROW] * 9))
    path = write(asked, tmp_path / "out.csv").path
    path.write_bytes(new.join(path.read_bytes().rsplit(old, 1)))
    with pytest.raises(VerificationFailed):
        verify(asked, path)


@pytest.mark.parametrize("rows", [0, 8, 10])
def test_a_row_too_few_or_too_many_is_found_out(tmp_path: Path, rows: int):
    """Also when all rows that are there are right."""
    asked = content(write_table(tmp_path / "table.arrow", [ROW] * 9))
    path = write(content(write_table(tmp_path / "other.arrow", [ROW] * rows)), tmp_path / "out.csv").path
    with pytest.raises(VerificationFailed, match="9 rows, the file"):
        verify(asked, path)


def test_a_file_in_a_zip_is_compared_as_a_file_by_itself_is(tmp_path: Path):
    """One cell in the last of several tables."""
    tables = [write_table(tmp_path / f"{n}.arrow", [ROW] * 2, type_name=f"type {n}") for n in range(2)]
    other = write_table(tmp_path / "other.arrow", [ROW, ROW | {"ID": "7"}], type_name="type 1")
    with pytest.raises(VerificationFailed, match="Type 1: ID differs"):
        verify(content(*tables), write(content(tables[0], other), tmp_path / "out.csv").path)


def test_a_damaged_zip_is_found_out(tmp_path: Path):
    """A flipped byte in an entry."""
    tables = [write_table(tmp_path / f"{n}.arrow", [ROW] * 50, type_name=f"type {n}") for n in range(2)]
    path = write(content(*tables), tmp_path / "out.csv").path
    raw = bytearray(path.read_bytes())
    raw[120] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(VerificationFailed, match="damaged"):
        verify(content(*tables), path)


def test_texts_of_several_lines_are_verified_wherever_what_is_read_at_once_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Some block ends within such a text, at the end of one of its lines."""
    monkeypatch.setattr(delimited, "_BLOCK_SIZES", (1_000, 1 << 20))
    lines = [{**ROW, '=the "note"': f"line {number}\r\n" * 9} for number in range(200)]
    asked = content(write_table(tmp_path / "table.arrow", lines))
    verify(asked, write(asked, tmp_path / "out.csv").path)


def test_a_cell_larger_than_what_is_read_at_once_is_verified_too(tmp_path: Path):
    """Nine megabytes in one cell, more than two of the blocks that are read at first."""
    asked = content(write_table(tmp_path / "table.arrow", [ROW, {**ROW, '=the "note"': "x" * 9_000_000}, ROW]))
    verify(asked, write(asked, tmp_path / "out.csv").path)
