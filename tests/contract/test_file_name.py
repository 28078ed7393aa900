"""A file name is kept as it is, or refused: it must be safe on every system that the file may come to."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import UnsafeFileName, WrongShape
from contract.file_name import read_file_name


@pytest.mark.parametrize(
    "name",
    [
        "SpringListings",
        "Spring Listings 2026-05-20.xlsx",
        "Über (final) résumé & co",
        "状态导出",
        "a..b",
        "console",
        "COM10",
        "auxiliary.csv",
        "نام‌ها",
        "100% done",
        "x" * 150,
    ],
)
def test_a_plain_name_is_kept(name: str) -> None:
    assert read_file_name(name, "fileName") == name


@pytest.mark.parametrize(("name", "meant"), [("", None), ("   ", None), (" a b ", "a b")])
def test_blanks_around_a_name_do_not_count(name: str, meant: str | None) -> None:
    assert read_file_name(name, "fileName") == meant


@pytest.mark.parametrize(
    "name",
    [
        *("..", ".", "../x", "..\\x", "/etc/passwd", "a/b", "a\\b", "C:x", "x:stream", ".hidden", "x.", "%2e%2e%2fx", "a%5Cb"),
        *("a\0b", "a\nb", "a\tb", "a\x7fb", "a\x85b", "a\u202egpj.exe", "a\u200bb", "a\u2028b", "\ud800"),
        *("CON", "con", "nul.xlsx", "Aux", "PRN .csv", "com1", "LPT9.tar.gz", "COM¹", "CONIN$"),
        *('a"b', "a<b", "a>b", "a|b", "a?b", "a*b"),
        *("x" * 151, "ä" * 101, "状" * 67),
    ],
)
def test_a_dangerous_name_is_refused(name: str) -> None:
    with pytest.raises(UnsafeFileName) as caught:
        read_file_name(name, "fileName")
    assert caught.value.path == "fileName"


@pytest.mark.parametrize("value", [5, True, [], {}, None])
def test_a_name_is_text(value: object) -> None:
    with pytest.raises(WrongShape):
        read_file_name(value, "fileName")


@given(st.text(st.characters(exclude_categories=[])))
def test_what_is_kept_can_be_one_step_of_a_path(text: str) -> None:
    try:
        name = read_file_name(text, "fileName")
    except UnsafeFileName:
        return
    if name is not None:
        assert text.strip(" ") == name
        assert len(name.encode()) <= 200
        assert not any(unicodedata.category(character) == "Cc" or character in "/\\" for character in name)
        assert name not in (".", "..")
