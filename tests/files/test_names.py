"""A text becomes one path segment that cannot leave its folder."""

from hypothesis import given
from hypothesis import strategies as st

from files.names import segment
from tests.examples import examples

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["", ".", "..", " ", ". .", "../..", "a/b", "x#1"])


@examples()
@given(TEXTS)
def test_a_segment_is_one_safe_and_short_part_of_a_path(text: str):
    """No separator, no way up, nothing that obstore refuses, and a length that every file system takes."""
    made = segment(text)
    assert 0 < len(made) <= 200
    assert made.isascii()
    assert made.isprintable()
    assert "/" not in made
    assert "\\" not in made
    assert "#" not in made
    assert made.strip(". ") != ""


@examples()
@given(TEXTS, TEXTS)
def test_different_texts_get_different_segments(one: str, other: str):
    """Two tenants can never share a folder."""
    assert (segment(one) == segment(other)) == (one == other)


def test_a_long_text_keeps_its_beginning_and_its_identity():
    """A name of 300 letters is cut; one that differs at the end only gets another segment."""
    assert segment("n" * 300).startswith("n" * 150)
    assert segment("n" * 300 + "1") != segment("n" * 300 + "2")


def test_a_plain_name_stays_as_it_is():
    """What people read in the store is what they asked for."""
    assert segment("Entity Data-2.xlsx") == "Entity Data-2.xlsx"
