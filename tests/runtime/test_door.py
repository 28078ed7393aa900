"""The worker's door: knocking is cheap, and whether somebody is there can be asked."""

import threading

import pytest

from runtime import door
from runtime.parts import port_of


def test_an_open_door_says_so_and_hears_a_knock():
    with door.open_door() as opened:
        opened.setblocking(True)
        opened.settimeout(10)
        heard = []

        def listen():
            for _ in range(2):
                word, sender = opened.recvfrom(16)
                heard.append(word)
                opened.sendto(word, sender)

        thread = threading.Thread(target=listen)
        thread.start()
        assert door.answers(port_of(opened), seconds=10)
        door.knock(port_of(opened))
        thread.join()
    assert heard == [door.ALIVE, door.LOOK]


@pytest.mark.parametrize(("said", "well"), [(door.ALIVE, True), (door.UNWELL, False)])
def test_whoever_is_behind_an_open_door_may_say_that_it_is_not_well(said, well):
    with door.open_door() as opened:
        opened.setblocking(True)
        opened.settimeout(10)
        thread = threading.Thread(target=lambda: opened.sendto(said, opened.recvfrom(16)[1]))
        thread.start()
        assert door.answers(port_of(opened), seconds=10) is well
        thread.join()


def test_nobody_is_behind_a_door_that_was_shut():
    with door.open_door() as opened:
        port = port_of(opened)
    assert not door.answers(port, seconds=0.2)
    door.knock(port)
