"""Whatever is killed, each accepted job ends exactly once, with its file.

`make chaos SEED=7 KILLS=200` runs a long storm, the default run a short one. What happens is decided by the seed; at which
step of a run a blow falls is not, so the same seed tests much the same, not exactly the same.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Event

import pytest

from runtime.addresses import read_addresses
from tasks.demo_objects import demo_objects
from tests.chaos.audit import audit
from tests.chaos.clients import Accepted, Client
from tests.chaos.stack import TENANTS, Hook, OwnStack
from tests.chaos.storm import EACH, Storm
from tests.command_line import command
from tests.runtime.own_stack import beginning

SEED = int(os.environ.get("CHAOS_SEED", "7"))
KILLS = int(os.environ.get("CHAOS_KILLS", "200"))
OBJECTS, FEW_OBJECTS = 4_000, 1_000
"""Of each tenant, in a long storm and in the short one, whose jobs take less of the machine from what is being mended."""
_CLIENTS = 5

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes of a stack are found in /proc")


@pytest.fixture
def own_stack(request: pytest.FixtureRequest, tmp_path: Path, prefect_database: Path) -> Iterator[OwnStack]:
    """A stack of this test's own, with objects for two tenants."""
    home = tmp_path / "home"
    home.mkdir()
    number = OBJECTS if request.node.get_closest_marker("chaos") else FEW_OBJECTS
    (tmp_path / "objects.json").write_text(json.dumps([one for _, one in demo_objects(number)]))
    for tenant in TENANTS:
        assert command("load", tmp_path / "objects.json", "--tenant", tenant, home=home).returncode == 0
    stack = OwnStack(home, Hook())
    try:
        with beginning(home, prefect_database):
            stack.start()
            stack.wait_until_well()
        yield stack
    finally:
        if stack.process.poll() is None:
            stack.kill(everything=True)
        stack.hook.close()
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.chaos
@pytest.mark.timeout(120 + 40 * KILLS)
def test_every_accepted_job_ends_exactly_once_in_a_long_storm(own_stack: OwnStack) -> None:
    accepted = weather(own_stack, Storm(own_stack, Random(SEED), KILLS))
    assert accepted >= KILLS


@pytest.mark.timeout(240)
def test_every_accepted_job_ends_exactly_once_when_each_part_is_killed(own_stack: OwnStack) -> None:
    accepted = weather(own_stack, Storm(own_stack, Random(SEED), len(EACH), hurried=True))
    assert accepted > 0


def weather(own_stack: OwnStack, storm: Storm) -> int:
    """How many jobs were accepted while the storm blew; each has ended once, with its file, and nothing else is left."""
    stopping, accepted = Event(), Accepted()
    clients = [Client(own_stack, Random(f"{SEED} {i}"), f"client{i}", stopping, accepted) for i in range(_CLIENTS)]
    threads = [client.start() for client in clients]
    try:
        storm.blow(say)
    finally:
        stopping.set()
        for thread in threads:
            thread.join(timeout=200)
    assert [client.failure for client in clients] == [None] * _CLIENTS

    report = audit(own_stack, accepted, storm.done)
    say(f"seed {SEED}: {len(storm.done)} kills: {dict(sorted(storm.counts().items()))}")
    say(f"{accepted.answers} answers for {len(accepted.ids)} jobs; {accepted.unanswered} requests without an answer,")
    say(f"{accepted.repeated} of them repeated under their key")
    for line in [*report.lines(), *report.wrong]:
        say(line)
    assert report.wrong == []
    assert own_stack.stop() == 0
    assert own_stack.left_behind() == []
    assert read_addresses(own_stack.home) is None
    return len(accepted.ids)


def say(line: str) -> None:
    """Shown with `pytest -s`, as `make chaos` runs it."""
    print(line, flush=True)
