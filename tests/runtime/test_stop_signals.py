"""A stack ends in order however a person ends it, also by closing the terminal that it runs in."""

import signal
import threading

import pytest

from runtime.stop_signals import stopped_by_signals


@pytest.fixture
def on_hangup():
    """Sets what a closed terminal does, as the parent of a process leaves it; undone after the test."""
    before = signal.getsignal(signal.SIGHUP)
    yield lambda handler: signal.signal(signal.SIGHUP, handler)
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_each_of_them_asks_for_the_end_and_then_does_again_what_it_did(on_hangup, number):
    on_hangup(signal.SIG_DFL)
    before, stopping = signal.getsignal(number), threading.Event()
    with stopped_by_signals(stopping):
        signal.raise_signal(number)
        assert stopping.is_set()
    assert signal.getsignal(number) is before


def test_a_closed_terminal_ends_nothing_where_it_is_to_be_ignored(on_hangup):
    on_hangup(signal.SIG_IGN)
    stopping = threading.Event()
    with stopped_by_signals(stopping):
        signal.raise_signal(signal.SIGHUP)
        assert not stopping.is_set()
