"""LibreOffice opens a workbook and saves the same values."""

import os
import subprocess
from pathlib import Path
from shutil import which

import pytest

from formats.excel import write, write_workbook
from tasks.demo_objects import demo_objects
from tests.formats.excel.exports import export
from tests.formats.excel.readers import by_calamine
from tests.formats.excel.test_sheet_xml import sample
from tests.tasks.edited_books import Shop

SOFFICE = which("soffice")

pytestmark = pytest.mark.skipif(SOFFICE is None and "TESTS_REQUIRE_ALL" not in os.environ, reason="LibreOffice is not here")


def saved_again(paths: list[Path], folder: Path) -> list[Path]:
    """The workbooks as LibreOffice saves them, in one start of it, under a profile of its own."""
    assert SOFFICE is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "again")]
    subprocess.run([*command, *map(str, paths)], check=True, capture_output=True, timeout=120)
    return [folder / "again" / path.name for path in paths]


def test_libreoffice_saves_the_same_values(tmp_path: Path) -> None:
    table = write({"S": sample(60)}, tmp_path / "table.xlsx").path
    book = write_workbook(export(tmp_path, 40, include_validation_data=True), tmp_path / "book.xlsx").path
    table_again, book_again = saved_again([table, book], tmp_path)
    assert _rows(table_again) == _rows(table)
    for number in range(3):
        assert _rows(book_again, number) == _rows(book, number)


def test_what_libreoffice_saved_again_changes_nothing_when_it_is_sent_back(tmp_path: Path) -> None:
    objects = [raw for _, raw in demo_objects(150)]
    shop = Shop.stocked(f"sqlite:///{tmp_path / 'objects.db'}", tmp_path, objects, "Europe/Berlin")
    [again] = saved_again([shop.export()], tmp_path)
    before = shop.documents()
    report = shop.send_back(again)
    assert (report.unchanged, report.refused, report.cells) == (len(objects), [], 0)
    assert shop.documents() == before


def test_a_very_long_line_that_libreoffice_has_ended_is_no_edit(tmp_path: Path) -> None:
    texts = ["a\n" + "word " * 6_000, "a\n" + "x" * 32_765, "a\r\nb" + "x" * 20_000, "x" * 32_767, "a\n" + "x" * 40_000]
    objects = [{"id": str(number), "type": "connectorstate", "properties": {"note": text}} for number, text in enumerate(texts)]
    shop = Shop.stocked(f"sqlite:///{tmp_path / 'objects.db'}", tmp_path, objects)
    path = shop.export()
    [again] = saved_again([path], tmp_path)
    assert by_calamine(again, 1) != by_calamine(path, 1)
    report = shop.send_back(again)
    assert (report.unchanged, report.refused, report.cells) == (len(objects), [], 0)


def _rows(path: Path, sheet: int = 0) -> list[list[object]]:
    rows = [[_as_libreoffice_keeps_it(value) for value in row] for row in by_calamine(path, sheet)]
    while rows and not any(value != "" for value in rows[-1]):
        rows.pop()
    return rows


def _as_libreoffice_keeps_it(value: object) -> object:
    """It writes numbers with fifteen digits and has one kind of line end inside a cell, also for files that Excel made."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    return float(f"{value:.15g}") if type(value) is float else value
