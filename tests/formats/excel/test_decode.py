"""A row of a sheet, read by the standard, says what the table says, or it is told which cell does not."""

import polars as pl
import pytest

from formats.excel.decode import wrong_cell
from formats.excel.sheet_xml import rows_xml
from formats.excel.sheets import DataSheet
from formats.excel.writer import cell_columns, sheets_of

FRAME = pl.DataFrame(
    {"text": ["a & b"], "number": [1.5], "flag": [True], "none": [None], "moment": [1_704_067_200_000]},
    schema_overrides={"none": pl.String, "moment": pl.Datetime("ms")},
)
[SHEET] = sheets_of({"S": FRAME})
assert isinstance(SHEET, DataSheet)
[BATCH] = SHEET.rows.batches(10)
COLUMNS = cell_columns(SHEET, [0] * FRAME.width)
RECORD = BATCH.row(0, named=True)
XML = b"".join(map(bytes, rows_xml(BATCH, COLUMNS, 7).buffers))


def test_a_row_as_it_is_written_says_what_the_table_says() -> None:
    assert wrong_cell(XML, 7, RECORD, COLUMNS) is None


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (b'<row r="7">', b'<row r="8">', "row 7"),
        (b"a &amp; b", b"a &lt; b", "row 7, column '0'"),
        (b"a &amp; b", b"", "row 7, column '0'"),
        (b"<v>1.5</v>", b"<v>1.25</v>", "row 7, column '1'"),
        (b"<v>1.5</v>", b"<v>1.5.</v>", "row 7, column '1'"),
        (b"<v>1.5</v>", b"<v></v>", "row 7, column '1'"),
        (b't="b"><v>1</v>', b't="b"><v>0</v>', "row 7, column '2'"),
        (b't="b"><v>1</v>', b"><v>1</v>", "row 7, column '2'"),
        (b"<v>45292.0</v>", b"<v>45292.00001</v>", "row 7, column '4'"),
        (b'r="C7"', b'r="C8"', "row 7, column '2'"),
        (b"</row>", b'<c r="D7"><v>0</v></c></row>', "row 7, column '3'"),
        (b"</row>", b'<c r="F7"><v>0</v></c></row>', "row 7, column 'F7'"),
    ],
)
def test_what_it_says_otherwise_is_named_by_its_place(old: bytes, new: bytes, place: str) -> None:
    assert XML.count(old) == 1
    assert wrong_cell(XML.replace(old, new), 7, RECORD, COLUMNS) == place
