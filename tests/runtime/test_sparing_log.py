"""What goes wrong again and again does not fill the log."""

import io
import logging

import pytest

from runtime.sparing_log import RepeatedErrors


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told(clock):
    """A stream of what a library's loggers tell through the filter."""
    handler = logging.StreamHandler(io.StringIO())
    handler.addFilter(RepeatedErrors(clock))
    logger = logging.getLogger("library")
    logger.addHandler(handler)
    logger.propagate = False
    yield handler.stream
    logger.removeHandler(handler)
    logger.propagate = True


def meet(error, logger="library.part", message="It failed for %s"):
    try:
        raise error
    except type(error):
        logging.getLogger(logger).exception(message, "this one")


def entries(told):
    return [line for line in told.getvalue().splitlines() if line.startswith("It failed")]


def test_the_same_error_is_told_once_a_minute_with_how_often_it_came(told, clock):
    for second in range(121):
        clock.now = second
        meet(OSError(f"disk full\nat {second}"))
    assert entries(told) == [
        "It failed for this one",
        "It failed for this one (59 more with the same error were left out)",
        "It failed for this one (59 more with the same error were left out)",
    ]
    assert told.getvalue().count("Traceback") == 3


def test_other_errors_and_those_of_other_loggers_are_told(told):
    for _ in range(2):
        meet(OSError("disk full"))
        meet(OSError("no such file"))
        meet(ValueError("disk full"))
        meet(OSError("disk full"), logger="library.other")
    assert len(entries(told)) == 4


def test_entries_without_an_error_are_all_told(told):
    for _ in range(3):
        logging.getLogger("library").warning("It failed")
        logging.getLogger("library").error("It failed", exc_info=True)
    assert len(entries(told)) == 6


def test_an_error_that_did_not_come_for_an_hour_is_told_as_a_new_one(told, clock):
    meet(OSError("disk full"))
    meet(OSError("disk full"))
    clock.now = 3601
    meet(OSError("disk full"))
    assert entries(told) == ["It failed for this one", "It failed for this one"]
