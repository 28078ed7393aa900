"""How wide columns and how high rows are for the texts in them."""

import polars as pl
import pytest

from contract.kinds import Kind
from formats.excel.columns import Column
from formats.excel.widths import column_widths, display_width, row_height


def widths(*texts: str, label: str = "Name") -> float:
    [width] = column_widths((Column("name", label),), pl.DataFrame({"name": list(texts)}, {"name": pl.String}))
    return width


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("été", 3), ("商品", 4), ("한국", 4), ("ﾊﾝｶｸ", 4), ("ＡＢ", 4), ("שלום", 4)]
)
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


def test_few_long_texts_do_not_widen_a_column() -> None:
    assert widths(*["a" * 10] * 39, "a" * 40) == pytest.approx(11.7)
    assert widths(*["a" * 10] * 18, "a" * 40, "a" * 40) == pytest.approx(41.7)
    assert widths("a", "a" * 30) == pytest.approx(31.7)


def test_a_bold_label_has_room_beside_the_button_of_the_filter() -> None:
    assert widths("x", label="a" * 20) == pytest.approx(20 * 1.1 + 3.5)


def test_each_column_is_as_wide_as_its_own_texts_and_kind_need() -> None:
    columns = (
        Column("plain", "A"),
        Column("wide", "B"),
        Column("moment", "C", Kind.INSTANT),
        Column("day", "D", Kind.INSTANT, number_format="yyyy-mm-dd"),
        Column("number", "E", Kind.NUMBER),
    )
    texts = pl.DataFrame({"plain": ["a" * 20], "wide": ["商品" * 5]})
    assert column_widths(columns, texts) == pytest.approx([21.7, 21.7, 24.0, 12.0, 13.0])


def test_a_row_is_as_high_as_its_lines_and_never_higher_than_a_row_can_be() -> None:
    assert row_height("short", 50, 16) == 16
    assert row_height("one\ntwo", 50, 16) == 32
    assert row_height("商品" * 20, 50, 16) == 32
    assert row_height("\n" * 300, 50, 16) == 405
