"""The quick look at texts: it may suspect a harmless one, and never overlooks one that needs care."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.excel import suspects as quick
from formats.excel.escape import needs_care
from formats.excel.suspects import suspects
from tests.examples import examples

ODD = [*"&<>\r\t\n\x00\x1f\x7f _x\ufffe\uffff\ufffd\uffc0", "_x", "_x0041_"]
TEXTS = st.lists(st.sampled_from([*"ab0é漢😀", *ODD]), max_size=6).map("".join)
FIELDS = st.lists(st.lists(st.none() | TEXTS, max_size=5), max_size=5)
HARMLESS = st.text("abc0123456789-_é漢😀 .,;:", max_size=8).map("a{}a".format)


def looked_at(fields):
    made = [pl.Series(str(number), field, dtype=pl.String) for number, field in enumerate(fields)]
    return suspects(made, [series.str.len_bytes().sum() for series in made]), made


@examples(300)
@given(FIELDS)
def test_a_text_that_needs_care_is_never_overlooked(fields):
    suspected, made = looked_at(fields)
    careful = [bool(series.to_frame("t").select(needs_care(pl.col("t")).any()).item()) for series in made]
    assert len(suspected) == len(careful)
    assert not [field for field, seen, needed in zip(fields, suspected, careful, strict=True) if needed and not seen]


@examples(100)
@given(st.lists(st.lists(st.none() | HARMLESS, max_size=5), max_size=5))
def test_harmless_texts_are_not_suspected(fields):
    suspected, _ = looked_at(fields)
    assert not any(suspected)


@pytest.mark.parametrize("text", [*(f"a{odd}b" for odd in "&<>\r\x01\x1f\uffff"), "_x0041_", " a", "a ", "\ta", "a\n"])
@pytest.mark.parametrize("place", range(3))
def test_only_the_field_with_the_text_is_suspected(text, place):
    fields = [["plain", None, "a b"], ["", "plain"], ["plain"]]
    fields[place].append(text)
    suspected, _ = looked_at(fields)
    assert suspected == [number == place for number in range(3)]


def test_fields_past_what_is_joined_are_suspected(monkeypatch):
    monkeypatch.setattr(quick, "_MOST_BYTES", 10)
    assert looked_at([["12345"], ["12345"], ["1"], [""]])[0] == [False, False, True, True]


def test_texts_in_many_chunks_are_looked_at_as_a_whole():
    parts = [pl.Series("t", texts) for texts in (["a"], ["b", None], ["c "])]
    series = pl.concat(parts, rechunk=False)
    assert series.n_chunks() == 3
    assert suspects([series], [4]) == [True]
