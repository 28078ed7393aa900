"""docs/filters.md is what the operator table says, and its examples are taken as they stand."""

import pytest

from contract.operators import OPERATORS
from tests.spec.filters_page import EXAMPLES, PAGE, filters_page, read


def test_the_page_is_made_from_the_operator_table():
    """After a change: `python -m tests.spec.filters_page`."""
    assert PAGE.read_text() == filters_page()


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_every_example_is_taken_without_a_warning(example):
    assert read(example).warnings == ()


def test_every_operator_says_what_it_takes_and_means():
    assert [key for key, operator in OPERATORS.items() if not (operator.takes and operator.meaning and operator.example)] == []
