"""Runs that hang: a process that lives and whose job has not moved for too long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class Stalls:
    """Notes at each look how far every run is, and since when it is there."""

    seconds: float
    since: dict[UUID, tuple[object, float]] = field(default_factory=dict)

    def look(self, marks: Mapping[UUID, object], now: float) -> list[UUID]:
        """The runs whose mark has not changed for `seconds`; runs without a mark are forgotten."""
        self.since = {run: (mark, self._began(run, mark, now)) for run, mark in marks.items()}
        return [run for run, (_, began) in self.since.items() if now - began >= self.seconds]

    def _began(self, run: UUID, mark: object, now: float) -> float:
        before, began = self.since.get(run, (None, now))
        return began if before == mark else now
