"""What becomes of many requests at the same moment: `python -m benchmarks.throughput`.

Of those of some clients that each wait for their answer: `python -m benchmarks.throughput --requests 60 --clients 8`.
"""

import argparse
import math
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.stacks import Asked, Way, make_objects, ours, stock, wait


def measure(way: Way, requests: int, clients: int) -> str:
    """A row of the table: refused, how long answers took, and when all files were there."""

    def ask() -> tuple[Asked, float]:
        began = time.perf_counter()
        return way.ask(), time.perf_counter() - began

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        answers = [future.result() for future in [pool.submit(ask) for _ in range(requests)]]
    runs = [asked.run for asked, _ in answers if asked.run is not None]
    for run in runs:
        wait(way, run)
    seconds = time.perf_counter() - began
    took = sorted(took for _, took in answers)
    p95 = took[math.ceil(0.95 * len(took)) - 1]
    rate = len(runs) / seconds * 60
    refused = requests - len(runs)
    return f"{refused} | {statistics.median(took):.2f} | {p95:.2f} | {took[-1]:.2f} | {len(runs)} in {seconds:.1f} | {rate:.0f}"


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--clients", type=int, help="each sends its next request when it has its answer; as many as requests")
    parser.add_argument("--only-ours", action="store_true", help="leave stock Prefect out")
    given = parser.parse_args()
    clients = given.clients or given.requests
    print(f"{given.requests} requests from {clients} clients for {given.rows:,} objects each, at most two exports at once.\n")
    print("| | refused | median answer s | p95 s | slowest s | files, in s | files a minute |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="statesheet-bench-") as folder:
        home = Path(folder)
        make_objects(home, given.rows)
        # One after the other: together they would share the machine.
        ways: dict[str, AbstractContextManager[Way]] = {"statesheet": ours(home)}
        if not given.only_ours:
            ways["stock Prefect, flow.serve()"] = stock(home)
        for name, started in ways.items():
            with started as way:
                wait(way, way.ask().run or "")
                print(f"| {name} | {measure(way, given.requests, clients)} |", flush=True)


if __name__ == "__main__":
    main()
