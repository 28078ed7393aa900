"""Estimates come from past jobs: the straight line through them, and nothing where there are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.estimates import expected

AMOUNT = st.floats(0, 1e6)


def test_without_a_past_nothing_is_said() -> None:
    assert expected([], 100) is None


@given(fixed=AMOUNT, each=AMOUNT, rows=st.integers(0, 10**6), seen=st.sets(st.integers(0, 10**6), min_size=2, max_size=20))
def test_a_cost_that_is_a_line_is_found_again(fixed: float, each: float, rows: int, seen: set[int]) -> None:
    pairs = [(count, fixed + each * count) for count in seen]
    assert expected(pairs, rows) == pytest.approx(fixed + each * rows, rel=1e-3, abs=1e-2 + fixed * 1e-3 + each)


@given(st.lists(st.tuples(st.integers(0, 10**6), AMOUNT), min_size=1, max_size=20), st.integers(0, 10**6))
def test_no_estimate_is_below_nothing_and_more_rows_cost_no_less(pairs: list[tuple[int, float]], rows: int) -> None:
    one, more = expected(pairs, rows), expected(pairs, rows + 1000)
    assert one is not None
    assert more is not None
    assert 0 <= one <= more


def test_jobs_of_one_size_cost_the_same_again_and_larger_ones_in_proportion() -> None:
    assert expected([(100, 2.0), (100, 4.0)], 50) == 3.0
    assert expected([(100, 2.0), (100, 4.0)], 1000) == 30.0
