"""Long lines that LibreOffice has ended are known, and no edit of a person is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.excel.rewrap import is_rewrapped

LONG = "a\n" + "word " * 6_000


def ended(text: str, at: int) -> str:
    """With a line feed more."""
    return text[:at] + "\n" + text[at:]


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        (LONG, ended(LONG, 16_367)),
        ("a\r\n" + "x" * 20_000, "a\n" + "x" * 16_369 + "\n" + "x" * 3_631),
        ("a\n" + "x" * 32_765, "a\n" + "x" * 16_369 + "\n" + "x" * 16_369 + "\n" + "x" * 25),
        ("a\n" + "x" * 32_764 + "\n", "a\n" + "x" * 16_369 + "\n" + "x" * 16_369 + "\n" + "x" * 25),
    ],
)
def test_a_long_line_that_was_ended_is_known(text: str, copy: str) -> None:
    assert is_rewrapped(copy, text)


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        (LONG, LONG),
        (LONG, ended(LONG, 500)),
        (LONG, ended(LONG, 16_367) + "."),
        (LONG, ended(LONG, 16_367)[:-1]),
        (LONG, ended(LONG, 16_367).replace("word", "Word", 1)),
        (LONG, LONG.replace("\n", "")),
        (ended(LONG, 16_367), LONG),
        ("a\n" + "x" * 32_765, "a\n" + "x" * 16_369 + "\n" + "x" * 16_369 + "\n" + "x" * 20),
        ("x" * 20_000, ended("x" * 20_000, 16_369)),
        ("a\nb", "a\n\nb"),
        (None, LONG),
        (LONG, 5),
    ],
)
def test_any_other_difference_is_an_edit(text: object, copy: object) -> None:
    assert not is_rewrapped(copy, text)


@given(st.lists(st.text("a \n", max_size=9), min_size=1, max_size=4), st.integers(16_000, 16_384), st.integers(0, 40_000))
def test_only_a_line_feed_far_into_a_long_line_is_none_of_the_texts(parts: list[str], at: int, other: int) -> None:
    """The oracle takes it out again."""
    text = ("\n".join(parts) + "\n" + "b" * 20_000)[:32_000]
    begin = text.rindex("\n") + 1
    assert is_rewrapped(ended(text, begin + at), text)
    assert is_rewrapped(ended(text, other), text) == (16_000 <= other - begin <= 16_384 and other < len(text))
