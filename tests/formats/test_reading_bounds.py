"""Damaged files and bombs: refused before anything in them is used."""

import gzip
import json
import random
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from contract.errors import UnreadableFile
from formats.reading import read_objects

LINES = "".join(json.dumps({"id": str(number), "type": "t"}) + "\n" for number in range(2_000)).encode()


def a_workbook(path: Path, *, far_cell: bool = False) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Things")
        sheet.write_row(0, 0, ["id", "name"])
        for number in range(1, 40):
            sheet.write_row(number, 0, [f"{number:04d}", "x"])
        if far_cell:
            sheet.write(1_000_000, 700, "far away")
    return path


def test_a_gzip_file_that_inflates_beyond_the_bound_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (path := tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(LINES))
    assert len(list(read_objects(path, most_bytes=len(LINES)))) == 2_000
    with pytest.raises(UnreadableFile, match="inflates"):
        next(iter(read_objects(path, most_bytes=len(LINES) - 1)))


@pytest.mark.parametrize("damage", ["cut", "checksum", "rubbish", "header only"])
def test_a_damaged_gzip_file_gives_nothing_at_all(tmp_path: Path, damage: str) -> None:
    """Not even the objects before the damage: nothing is half loaded."""
    whole = gzip.compress(LINES)
    content = {
        "cut": whole[:-20],
        "checksum": whole[:-8] + struct.pack("<I", 1) + whole[-4:],
        "rubbish": whole[:50] + b"rubbish!" + whole[58:],
        "header only": whole[:10],
    }[damage]
    (path := tmp_path / "a.jsonl.gz").write_bytes(content)
    with pytest.raises(UnreadableFile, match="damaged"):
        next(iter(read_objects(path)))


def test_a_workbook_that_inflates_beyond_the_bound_is_refused_whatever_it_says_of_its_size(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/large.bin", b"\0" * 5_000_000)
    assert len(list(read_objects(path, most_bytes=6_000_000))) == 39
    # Both places where a zip file states the inflated size of a part.
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 5_000_000), struct.pack("<I", 50)))
    with pytest.raises(UnreadableFile, match="inflates"):
        next(iter(read_objects(path, most_bytes=1_000_000)))


@pytest.mark.parametrize(("name", "part"), [("a.ods", "content.xml"), ("a.xlsb", "xl/workbook.bin"), ("a.xlsx", "content.xml")])
def test_a_workbook_of_a_form_that_nobody_looks_through_is_refused_by_that(tmp_path: Path, name: str, part: str) -> None:
    """The library that reads workbooks would read it, whatever its cells span, and take its errors for empty cells."""
    with zipfile.ZipFile(path := tmp_path / name, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(part, "<a/>")
    with pytest.raises(UnreadableFile, match=r"of another form; save it as \.xlsx"):
        next(iter(read_objects(path)))


def test_a_sheet_with_cells_far_apart_is_refused(tmp_path: Path) -> None:
    """The library that reads workbooks would end the process there, for want of memory."""
    with pytest.raises(UnreadableFile, match="spans 1,000,001 rows and 701 columns"):
        next(iter(read_objects(a_workbook(tmp_path / "a.xlsx", far_cell=True))))


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FAR = '<row r="1048576"><c r="XFD1048576" t="str"><v>far</v></c></row>'


@pytest.mark.parametrize(
    "far",
    [
        FAR,
        FAR.replace('r="XFD', "\n r\t=\n 'XFD").replace('1048576" t', "1048576' t"),
        FAR.replace("XFD", "xfd"),
        FAR.replace("XFD", "&#88;F&#x44;"),
        FAR.replace('r="XFD', " " * 3_000_000 + 'r="XFD'),
        '<row r="1048576">' + "<c><v>1</v></c>" * 700 + "</row>",
        FAR.replace("<c ", "<x:c xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main' ").replace(
            "</c>", "</x:c>"
        ),
        "&nothing;" + FAR,
        '<row r="2"><c r="ZZZZZZZ2"><v>1</v></c></row>',
        FAR.replace("XFD1048576", "$XFD$1048576"),
        FAR.replace("XFD1048576", "XFD00000001048576"),
        FAR.replace('"1048576"', '"+1048576"').replace("XFD1048576", ""),
    ],
    ids=[
        *("plain", "blanks", "small", "references", "many blanks", "unsaid", "prefix", "no XML"),
        *("seven letters", "dollars", "zeros", "sign"),
    ],
)
@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/elsewhere.png"])
def test_a_far_cell_is_found_however_it_is_spelled_and_wherever_its_sheet_lies(tmp_path: Path, name: str, far: str) -> None:
    with zipfile.ZipFile(a_workbook(tmp_path / "good.xlsx")) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    sheet = parts.pop("xl/worksheets/sheet1.xml").replace(b"</sheetData>", far.encode() + b"</sheetData>")
    relations = parts["xl/_rels/workbook.xml.rels"].replace(b"worksheets/sheet1.xml", name.removeprefix("xl/").encode())
    parts |= {name: sheet, "xl/_rels/workbook.xml.rels": relations}
    with zipfile.ZipFile(path := tmp_path / "far.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    with pytest.raises(UnreadableFile, match=r"spans 1,048,576 rows|damaged"):
        next(iter(read_objects(path)))


def test_a_workbook_that_declares_entities_is_refused(tmp_path: Path) -> None:
    """Each could stand for a billion characters."""
    with zipfile.ZipFile(a_workbook(tmp_path / "good.xlsx")) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    bomb = b'<!DOCTYPE sst [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst'
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"<sst", bomb, 1)
    with zipfile.ZipFile(path := tmp_path / "bomb.xlsx", "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    with pytest.raises(UnreadableFile, match="document type"):
        next(iter(read_objects(path)))


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    for name, content in {"a.xlsx": b"id,name\n", "b.xlsx": b"PK\x03\x04 and so on", "c.xls": b"\xd0\xcf\x11\xe0" * 99}.items():
        (path := tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableFile):
            next(iter(read_objects(path)))
    (path := tmp_path / "d.xlsx.gz").write_bytes(gzip.compress(a_workbook(tmp_path / "d.xlsx").read_bytes()))
    with pytest.raises(UnreadableFile, match="unpack it"):
        next(iter(read_objects(path)))


@pytest.mark.parametrize("name", ["states.parquet", "states.csv", "states.xlsx"])
def test_a_parquet_file_is_refused_as_what_it_is(tmp_path: Path, name: str) -> None:
    (path := tmp_path / name).write_bytes(b"PAR1 and so on PAR1")
    with pytest.raises(UnreadableFile, match="it is a Parquet file, which is not read here"):
        next(iter(read_objects(path)))


def test_damage_anywhere_in_a_workbook_is_an_error_for_people(tmp_path: Path) -> None:
    """Random bytes of random parts changed: each time it is read, or refused as unreadable, and nothing else."""
    with zipfile.ZipFile(a_workbook(tmp_path / "good.xlsx")) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rng = random.Random(11)
    refused = 0
    for _ in range(150):
        victim = rng.choice(sorted(parts))
        changed = bytearray(parts[victim])
        for _ in range(rng.randrange(1, 6)):
            changed[rng.randrange(len(changed))] = rng.choice(b'<>/"0129AZ &;\xff\x00')
        with zipfile.ZipFile(path := tmp_path / "damaged.xlsx", "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, bytes(changed) if name == victim else content)
        try:
            list(read_objects(path))
        except UnreadableFile:
            refused += 1
    assert 10 < refused < 150
