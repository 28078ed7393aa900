"""Comparing without case as `contract.filters.fold` does, for every character that there is."""

import sys

import pytest

from contract.evaluation import evaluate
from contract.filters import Criterion, Exact, StartsWith, Words, fold
from contract.objects import parse_object
from contract.request import ExportRequest
from database.folding import pairs, variants
from database.reader import count_matching
from tests.database.conftest import Stores

EVERY_CHARACTER = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
CASED = [character for character in EVERY_CHARACTER if fold(character) != character and not character.isascii()]


def test_variants_are_all_other_characters_that_fold_alike() -> None:
    assert sorted(CASED) == sorted("".join(variants(folded) for folded in {fold(character) for character in CASED}))
    assert all(character in variants(fold(character)) for character in CASED)


def test_a_letter_of_ascii_has_no_variant_outside_of_it() -> None:
    assert {variants(chr(code)) for code in range(128)} == {""}


def test_pairs_name_only_what_the_texts_need() -> None:
    assert pairs(["ä", "plain", "öä"]) == ("ÄÖ", "äö")


BLOCKS = ["".join(CASED[start : start + 100]) for start in range(0, len(CASED), 100)]


@pytest.fixture(scope="module")
def tenant(stores: Stores) -> str:
    """Objects that hold every cased character between them."""
    return stores.load(
        {"id": str(number), "type": "t", "properties": {"letters": block}} for number, block in enumerate(BLOCKS)
    )


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_databases_fold_as_the_rule_says(stores: Stores, tenant: str, database: str, number: int) -> None:
    """Whole, from the beginning and as a word, with a wildcard and without; and one other letter makes a difference."""
    folded = fold(BLOCKS[number])
    for text, found in ((folded, 1), ("a" + folded[1:], 0), (folded[:50] + "a" + folded[51:], 0)):
        for test in (Exact((text,)), StartsWith(text), Words(((text,),), True, True), Words(((f"{text[:-1]}?",),), True, True)):
            request = ExportRequest(("t",), filter=Criterion("property", "letters", (test,)))
            assert count_matching(stores.engines[database], tenant, request) == found


ALIKE = ("\ufffd", "\ufffe", "\uffff")
"""Characters that patterns of SQLite do not tell apart."""
ALIKE_TEXTS = [text for one in (*ALIKE, "\ue000", "\ue001", "\ue002") for text in (f"ä{one}", f"Ä{one} b", f"{one}{one}ä{one}")]


@pytest.fixture(scope="module")
def alike(stores: Stores) -> str:
    """Objects with such texts in a property, and in an attribute."""
    return stores.load(
        {
            "id": str(number),
            "type": "t",
            "properties": {"note": text},
            "data": {"attributes": {"remark": {"values": [{"value": text}]}}},
        }
        for number, text in enumerate(ALIKE_TEXTS)
    )


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("one", [*ALIKE, "\ue000"])
def test_what_patterns_read_alike_is_told_apart(stores: Stores, alike: str, database: str, one: str) -> None:
    many = tuple(f"Ä{number}{one}" for number in range(20))
    tests = [
        Exact((f"Ä{one}",)),
        Exact((f"ä{one}", "ö\ufffe", "ä")),
        Exact((*many, f"Ä{one}")),
        StartsWith(f"ä{one}"),
        StartsWith(one),
        Words(((f"ä{one}",),), True, True),
        Words(((f"ä{one} b",),), True, False),
        Words(((f"?{one}*",),), True, True),
        Words(((f"ä{one}", "\ufffe\uffff"),), False, False),
        Words(((f"{one}*\ufffe*ä",),), True, False),
    ]
    items = [
        parse_object({"id": str(number), "type": "t", "properties": {"note": text}}) for number, text in enumerate(ALIKE_TEXTS)
    ]
    for test in tests:
        wanted = Criterion("property", "note", (test,))
        expected = len(evaluate(ExportRequest(("t",), filter=wanted), items))
        for criterion in (wanted, Criterion("attribute", "remark", (test,))):
            request = ExportRequest(("t",), filter=criterion)
            assert count_matching(stores.engines[database], alike, request) == expected, test
