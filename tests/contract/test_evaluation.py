"""The evaluator in memory: its patterns against regular expressions, and that no pattern makes it slow.

That it finds what both databases find is in `tests/database/test_filters.py`.
"""

import re

from hypothesis import given
from hypothesis import strategies as st

from contract.evaluation import evaluate, found_among, matches
from contract.export_request import ExportRequest
from contract.filters import Criterion, Words
from contract.objects import StateObject, parse_object

LETTERS = st.text("ab?*", max_size=8)


def an_object(identifier: str, name: str, type_name: str = "task") -> StateObject:
    return parse_object({"id": identifier, "type": type_name, "properties": {"name1": name}})


def looks_for(word: str, *, whole: bool) -> Criterion:
    return Criterion("property", "name1", (Words(((word,),), every=True, whole=whole),))


@given(text=st.text("ab", min_size=1, max_size=10), word=LETTERS.filter(bool))
def test_a_word_with_wildcards_matches_as_its_regular_expression_does(text: str, word: str) -> None:
    pattern = "".join({"*": ".*", "?": "."}.get(character, character) for character in word)
    item = an_object("1", text)
    assert matches(item, looks_for(word, whole=True)) is (re.fullmatch(pattern, text) is not None)
    assert matches(item, looks_for(word, whole=False)) is (re.search(pattern, text) is not None)


def test_a_pattern_of_many_wildcards_is_no_slower_than_any_other() -> None:
    """A backtracking expression would not come to an end here."""
    item = an_object("1", "a" * 5_000)
    assert not matches(item, looks_for("*a" * 200 + "b", whole=True))
    assert not matches(item, looks_for("*a?" * 200 + "b", whole=False))


def test_no_types_are_any_type_and_the_limits_are_the_requests() -> None:
    items = [an_object(number, "x", kind) for number in "321" for kind in ("task", "note")]
    request = ExportRequest(types=(), ids=("1", "2"), offset=1, max_records=2)
    assert evaluate(request, items) == [("task", "1"), ("note", "2")]
    assert len(found_among(request, items)) == 4
