"""The storm: a seeded row of kills at random moments, and what is started again."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from tests.chaos import processes
from tests.chaos.stack import OwnStack

EACH = ("child", "fork server", "api", "worker", "prefect", "everything")
"""What a short storm kills, once each and in this order: what is killed last takes longest to mend."""
MORE = (*EACH, "child", "child", "hang", "stack")
"""The bag that each further round of a long storm is drawn from. `hang` stops a run's process without killing it."""
_SEARCH_SECONDS = 5


@dataclass
class Kill:
    """One blow: when it fell, on what, and the seconds until an export would run again."""

    at: float
    victim: str
    well_after: float | None = None


@dataclass
class Storm:
    """`kills` of them, each round in an order of its own; `hurried`: one of each, none of which is waited for."""

    stack: OwnStack
    random: Random
    kills: int
    hurried: bool = False
    done: list[Kill] = field(default_factory=list)

    def blow(self, say: Callable[[str], None]) -> None:
        """All kills, one after the other; at the end the stack is well."""
        for victim in self._victims():
            time.sleep(self.random.uniform(0.2, 0.5 if self.hurried else 2.5))
            if not self._strike(victim):
                continue
            kill = Kill(time.time(), victim)
            self.done.append(kill)
            if self.stack.process.poll() is not None:
                self.stack.start()
            elif self.hurried or self.random.random() < 0.25:
                continue  # the next blow falls while this one is mended
            kill.well_after = self.stack.wait_until_well()
            say(f"kill {len(self.done)} of {self.kills}: {victim}, well after {kill.well_after:.1f} s")
        self.stack.wait_until_well()

    def _victims(self) -> Iterator[str]:
        bag = list(EACH)
        while len(self.done) < self.kills:
            if not self.hurried:
                self.random.shuffle(bag)
            for victim in bag:
                if len(self.done) < self.kills:
                    yield victim
            bag = list(MORE)

    def _strike(self, victim: str) -> bool:
        if victim in ("everything", "stack"):
            self.stack.kill(everything=victim == "everything")
            return True
        if victim in ("child", "hang"):
            number = signal.SIGSTOP if victim == "hang" else signal.SIGKILL
            return processes.send(self._child(), number)
        root = self.stack.process.pid
        pid = processes.fork_server(root) if victim == "fork server" else processes.part(root, victim)
        return processes.send(pid)

    def _child(self) -> int | None:
        """The process of a run, at some moment of its life."""
        deadline = time.monotonic() + _SEARCH_SECONDS
        while time.monotonic() < deadline:
            if found := processes.runs(self.stack.process.pid):
                time.sleep(self.random.uniform(0, 0.5))
                return self.random.choice(processes.runs(self.stack.process.pid) or found)
            time.sleep(0.02)
        return None

    def counts(self) -> Counter[str]:
        return Counter(kill.victim for kill in self.done)
