"""Whether the API's process grows with the requests that it answers: `python -m benchmarks.api_memory`. Linux only.

Questions of every kind that reads, and mistakes; no exports, which would share the machine.
"""

import argparse
import itertools
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks.stacks import REQUEST, TENANT, api_process, make_objects, ours, wait

_CLIENTS = 8
_WARM = 500
_ROUNDS = 4


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="statesheet-bench-") as folder:
        home = Path(folder)
        make_objects(home, 1000)
        with ours(home) as way:
            run = way.ask().run or ""
            wait(way, run)
            process = api_process(home)
            _send(way.address, run, _WARM)
            print(f"| requests | memory of the API, MB |\n|---:|---:|\n| {_WARM} | {_megabytes(process):.1f} |", flush=True)
            for number in range(1, _ROUNDS + 1):
                _send(way.address, run, given.requests // _ROUNDS)
                print(f"| {_WARM + number * given.requests // _ROUNDS} | {_megabytes(process):.1f} |", flush=True)


def _send(address: str, run: str, count: int) -> None:
    """Requests from some clients at once; each must be answered as it deserves."""
    home = f"{address}/{TENANT}"
    asked = [
        ("GET", f"{home}/jobs", None, 200),
        ("GET", f"{home}/jobs/{run}", None, 200),
        ("GET", f"{home}/jobs/{run}/file", None, 200),
        ("POST", f"{home}/explain", REQUEST, 200),
        ("POST", f"{home}/api/rsConnectService/downloadDataJob", {"params": {"query": 5}}, 400),
        ("GET", f"{home}/api/nowhere", None, 404),
        ("GET", f"{address}/health", None, 200),
    ]

    def send(numbers: range) -> None:
        with httpx.Client(timeout=60) as client:
            for (method, url, body, status), _ in zip(itertools.cycle(asked), numbers, strict=False):
                answer = client.request(method, url, json=body)
                if answer.status_code != status:
                    raise RuntimeError(f"{method} {url}: {answer.status_code} {answer.text[:200]}")

    with ThreadPoolExecutor(_CLIENTS) as pool:
        list(pool.map(send, [range(count // _CLIENTS)] * _CLIENTS))


def _megabytes(process: int) -> float:
    """What a process holds in memory now."""
    [line] = [line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
