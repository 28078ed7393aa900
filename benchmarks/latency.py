"""How long a client waits from its POST to the verified file, on an idle stack: `python -m benchmarks.latency`."""

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.stacks import Way, make_objects, ours, stock, wait

_PAUSE_SECONDS = 1.0


def latency(way: Way) -> float:
    """Seconds of one export."""
    began = time.perf_counter()
    asked = way.ask()
    if asked.run is None:
        raise RuntimeError(f"a request to an idle stack was refused with {asked.status}")
    wait(way, asked.run)
    return time.perf_counter() - began


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--only-ours", action="store_true", help="leave stock Prefect out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="statesheet-bench-") as folder, ExitStack() as stacks:
        home = Path(folder)
        make_objects(home, given.rows)
        ways: dict[str, Way] = {"statesheet": stacks.enter_context(ours(home))}
        if not given.only_ours:
            ways["stock Prefect, flow.serve()"] = stacks.enter_context(stock(home))
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(given.runs + 1):
            for name, way in ways.items():
                time.sleep(_PAUSE_SECONDS)
                took = latency(way)
                # The first run of each fills caches.
                if turn:
                    seconds[name].append(took)
                print(f"  {name}: {took:.2f} s", file=sys.stderr)
    print(f"POST to the file of {given.rows:,} objects, one at a time, {given.runs} runs of each in turn.\n")
    print("| | median s | range s |\n|---|---:|---:|")
    for name, took_all in seconds.items():
        print(f"| {name} | {statistics.median(took_all):.2f} | {min(took_all):.2f} to {max(took_all):.2f} |")


if __name__ == "__main__":
    main()
