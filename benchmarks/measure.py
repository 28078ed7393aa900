"""Time whole processes: alternating runs, medians, peak memory by the operating system's own account, one Markdown table."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Command = Sequence[str]
_USAGE = (sys.executable, "-I", "-S", str(Path(__file__).with_name("usage.py")))


@dataclass(frozen=True)
class Run:
    """One finished process: seconds by the wall clock and of both processors, peak resident memory in MB."""

    wall: float
    cpu: float
    peak: float


def run(command: Command) -> Run:
    """Run `command` to its end; raises RuntimeError with what it said if it fails."""
    # As on a user's machine: what Python compiled once it does not compile again.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([*_USAGE, *command], capture_output=True, text=True, env=environment, check=True)
    said, _, used = done.stderr.rstrip().rpartition("\n")
    wall, cpu, peak, code = json.loads(used)
    if code:
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{said[-2000:]}")
    return Run(wall, cpu, peak)


def compare(
    commands: Mapping[str, Command], *, runs: int = 5, warm_up: int = 1, prepare: Callable[[], None] | None = None
) -> dict[str, list[Run]]:
    """The runs of each command, taken in turn (A B C A B C ...), so that a drifting machine is fair to all."""
    finished: dict[str, list[Run]] = {name: [] for name in commands}
    for turn in range(warm_up + runs):
        for name, command in commands.items():
            if prepare is not None:
                prepare()
            took = run(command)
            if turn >= warm_up:
                finished[name].append(took)
            print(f"  {name}: {took.wall:.2f} s", file=sys.stderr)
    return finished


def table(finished: Mapping[str, list[Run]], *, ours: str) -> str:
    """A Markdown table of medians, fastest first, with how many times slower than `ours` each is."""
    base = statistics.median(run.wall for run in finished[ours])
    rows = []
    for name, runs in finished.items():
        wall, cpu, peak = (statistics.median(getattr(run, part) for run in runs) for part in ("wall", "cpu", "peak"))
        spread = f"{min(run.wall for run in runs):.2f} to {max(run.wall for run in runs):.2f}"
        rows.append((wall, f"| {name} | {wall:.2f} | {spread} | {cpu:.2f} | {peak:.0f} | {wall / base:.1f} |"))
    head = "| | median s | range s | cpu s | peak MB | times ours |\n|---|---:|---:|---:|---:|---:|"
    return "\n".join([head, *(text for _, text in sorted(rows))])
