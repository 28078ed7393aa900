"""How wide columns and how high rows are for the texts in them."""

import polars as pl
import pytest

from formats.excel.columns import Column
from formats.excel.widths import column_widths, display_width, row_height


def widths(*texts: str, label: str = "Name") -> float:
    [width] = column_widths((Column("name", label),), pl.DataFrame({"name": list(texts)}, {"name": pl.String}))
    return width


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("été", 3), ("商品", 4), ("한국", 4), ("ﾊﾝｶｸ", 4), ("שלום", 4)])
def test_characters_of_east_asia_are_twice_as_wide(text: str, width: int) -> None:
    assert display_width(text) == width
    assert widths(text * 10) == pytest.approx(10 * width + 1.7)


def test_a_header_in_east_asian_characters_is_shown_whole() -> None:
    assert widths("x", label="商品の正式名称") > 14 + 3


def test_no_label_widens_its_column_past_what_a_text_may() -> None:
    assert widths("x", label="A label that a machine made " * 20) == widths("long text " * 20) == 48.0


def test_a_column_of_some_texts_beyond_ascii_and_of_none_keeps_its_bounds() -> None:
    assert widths() == widths("") == 9.0
    assert widths("é", "a" * 500) == 48.0


def test_a_row_is_as_high_as_its_lines_and_never_higher_than_a_row_can_be() -> None:
    assert row_height("short", 50, 16) == 16
    assert row_height("one\ntwo", 50, 16) == 32
    assert row_height("商品" * 20, 50, 16) == 32
    assert row_height("\n" * 300, 50, 16) == 405
