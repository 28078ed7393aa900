"""The targets of the fuzzer run without it: some hundred inputs, always the same, and nothing undocumented comes of them."""

import random
import time
from collections.abc import Sequence

import pytest

from tests.fuzz.targets import TARGETS, Target

_INPUTS = 300
_LONGEST_SECONDS = 20
"""Far more than any input takes, on whatever machine."""


def _mutated(rng: random.Random, seeds: Sequence[bytes], words: Sequence[str]) -> bytes:
    """A seed after some accidents: bytes changed, lost, doubled, a word or a piece of another seed put in."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((0, 1, 1, 2, 4, 16))):
        place = rng.randrange(len(data) + 1)
        other = rng.choice(seeds)
        piece = other[(start := rng.randrange(len(other))) : start + rng.choice((1, 4, 32, 500))]
        match rng.randrange(5):
            case 0:
                data[place : place + 1] = bytes([rng.randrange(256)])
            case 1:
                del data[place : place + rng.choice((1, 2, 8, 64))]
            case 2:
                data[place:place] = data[place : place + rng.choice((1, 16, 256))]
            case 3:
                data[place:place] = rng.choice(words).encode()
            case _:
                data[place:place] = piece
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_any_bytes_in_time(name: str) -> None:
    target: Target = TARGETS[name]
    rng, seeds = random.Random(7), target.seeds()
    for number in range(_INPUTS):
        data = seeds[number] if number < len(seeds) else _mutated(rng, seeds, target.words)
        began = time.monotonic()
        try:
            target.run(data)
        except BaseException as error:
            raise AssertionError(f"input {number} of {name}: {data[:2_000]!r}") from error
        assert time.monotonic() - began < _LONGEST_SECONDS, data[:2_000]


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_at_all_is_taken_too(name: str) -> None:
    TARGETS[name].run(b"")
