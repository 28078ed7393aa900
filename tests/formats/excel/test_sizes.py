"""The size of rows, told without making them, is that of the rows that are made."""

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from formats.excel.cells import CellColumn
from formats.excel.dates import FIRST_MS, LAST_MS, MS_A_DAY
from formats.excel.limits import MAX_CHARACTERS
from formats.excel.sheet_xml import rows_xml
from formats.excel.sheets import DataSheet
from formats.excel.sizes import rows_size
from formats.excel.writer import cell_columns, sheets_of
from tests.examples import examples
from tests.formats.excel.frames import frames


def laid_out(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[CellColumn]]:
    """The frame as the writer sees its rows, and its columns."""
    [sheet] = sheets_of({"S": frame})
    assert isinstance(sheet, DataSheet)
    [batch] = sheet.rows.batches(frame.height)
    return batch, cell_columns(sheet, list(range(1, 1 + len(sheet.columns))))


@examples(300)
@given(frames().filter(lambda frame: frame.height > 0), st.sampled_from([1, 2, 7, 8, 9, 96, 99, 1_048_570]))
def test_the_size_of_any_rows_is_that_of_the_rows_that_are_made(frame: pl.DataFrame, first_row: int) -> None:
    batch, columns = laid_out(frame)
    made = rows_xml(batch, columns, first_row)
    found = rows_size(batch, columns, first_row)
    assert found.total == made.lengths.sum()
    assert rows_size(batch, columns, first_row, found.careful) == found


@examples(100)
@given(
    st.lists(st.integers(FIRST_MS, LAST_MS), min_size=2, max_size=9),
    st.sampled_from([pl.Datetime("ms"), pl.Datetime("ms", "Europe/Paris"), pl.Duration("ms"), pl.Time]),
)
@example([20_448_902_524_083, 0], pl.Datetime("ms"))
def test_what_a_row_says_does_not_hang_on_the_rows_beside_it(instants: list[int], dtype: pl.DataType) -> None:
    numbers = [ms % MS_A_DAY * 1_000_000 for ms in instants] if dtype == pl.Time else instants
    frame = pl.DataFrame({"when": pl.Series(numbers, dtype=pl.Int64).cast(dtype)})
    batch, columns = laid_out(frame)
    alone = [laid_out(frame.slice(place, 1))[0] for place in range(frame.height)]
    made = [bytes(buffer) for buffer in rows_xml(batch, columns, 1).buffers]
    assert b"".join(made) == b"".join(
        bytes(buffer) for row, one in enumerate(alone, 1) for buffer in rows_xml(one, columns, row).buffers
    )


def test_fields_that_are_not_named_are_taken_as_they_are() -> None:
    batch, columns = laid_out(pl.DataFrame({"one": ["a & b"], "two": ["<tag>"]}))
    whole = rows_size(batch, columns, 1)
    assert whole.careful == {"0", "1"}
    assert rows_size(batch, columns, 1, {"0"}).total == whole.total - len("&lt;&gt;") + len("<>")
    assert rows_size(batch, columns, 1, ()).odd == set()


def test_a_text_that_is_cut_counts_as_it_is_cut() -> None:
    batch, columns = laid_out(pl.DataFrame({"text": ["x" * (MAX_CHARACTERS + 9), "y"]}))
    size = rows_size(batch, columns, 1)
    assert size.total == rows_xml(batch, columns, 1).lengths.sum()
    assert (size.careful, size.odd) == ({"0"}, {0})


def test_rows_with_numbers_of_more_digits_name_their_odd_texts_by_their_place_in_the_batch() -> None:
    batch, columns = laid_out(pl.DataFrame({"text": ["a", "b", "c", "<"]}))
    assert rows_size(batch, columns, 8).odd == {3}
