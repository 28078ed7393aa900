"""A run hangs when its mark has not changed for as long as runs may take."""

from uuid import uuid4

from runtime.stalls import Stalls

FIRST, SECOND = uuid4(), uuid4()


def test_a_run_hangs_once_its_mark_is_old_enough():
    stalls = Stalls(10)
    assert stalls.look({FIRST: 1, SECOND: 1}, 0) == []
    assert stalls.look({FIRST: 1, SECOND: 2}, 9) == []
    assert stalls.look({FIRST: 1, SECOND: 2}, 10) == [FIRST]
    assert stalls.look({SECOND: 2}, 19) == [SECOND]


def test_a_run_that_begins_again_is_given_its_time_again():
    stalls = Stalls(10)
    stalls.look({FIRST: None}, 0)
    stalls.look({}, 5)
    assert stalls.look({FIRST: None}, 12) == []
    assert stalls.look({FIRST: None}, 22) == [FIRST]
