"""How soon the Downloads page is there with a long history, and what open pages cost: `python -m benchmarks.page`. Linux only.

The history is written into the table of jobs; the page is painted by Chromium, and open pages are streams of a client, as the
page holds them.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import insert

from benchmarks.stacks import TENANT, api_process, make_objects, ours
from config.settings import load_settings
from contract.jobs import Job, JobFile, JobSource
from database.engine import connect
from database.job_rows import file_values, job_values, to_milliseconds
from database.migrate import upgrade
from database.tables import export_job
from tests.e2e.browser import chromium

_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_SETTLE_SECONDS = 3.0


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="statesheet-bench-") as folder:
        home = Path(folder)
        make_objects(home, 100)
        _make_history(home, given.jobs)
        with ours(home) as way:
            page = f"{way.address}/{TENANT}/"
            painted, answered = _paints(page, given.runs), _answers(page, given.runs)
            share = _share_of_a_core(page + "events", api_process(home), given.pages, given.seconds)
    print(f"{given.jobs:,} jobs in the history; {given.runs} loads, each in a window of its own.\n")
    print("| | median | range |\n|---|---:|---:|")
    for name, seconds in (("first contentful paint", painted), ("answer of the server alone", answered)):
        low, middle, high = (1000 * value for value in (min(seconds), statistics.median(seconds), max(seconds)))
        print(f"| {name} | {middle:.0f} ms | {low:.0f} to {high:.0f} ms |")
    print(f"| {given.pages} open pages while nothing happens, of a core | {share:.2%} | |")


def _make_history(home: Path, count: int) -> None:
    url = load_settings(home=home).jobs_url
    upgrade(url, "jobs")
    engine = connect(url)
    now = datetime.now(UTC)
    rows = [_ended(now - timedelta(minutes=number), number) for number in range(count)]
    with engine.begin() as connection:
        connection.execute(insert(export_job), rows)
    engine.dispose()


def _ended(when: datetime, number: int) -> dict[str, object]:
    """The row of a job that has its file."""
    job = Job(str(uuid.uuid4()), TENANT, JobSource.API, when, file_name=f"Export {number}", format="excel", submitted_by="ann")
    name = f"{job.file_name}.xlsx"
    file = JobFile(f"{TENANT}/{number}/{name}", name, 123_456, "0" * 64, when + timedelta(days=400))
    moments = {"started_ms": to_milliseconds(when), "finished_ms": to_milliseconds(when), "notified": True}
    return job_values(job) | file_values(file) | moments | {"id": str(uuid.uuid4()), "total": 1234, "matched": 1234}


def _paints(page: str, runs: int) -> list[float]:
    """Seconds from the click to something to read."""
    with chromium() as browser:
        seconds = []
        for _ in range(runs + 1):
            with browser.new_context() as context:
                window = context.new_page()
                window.goto(page)
                # Playwright's own waiting evaluates texts, which the page's policy forbids.
                while (painted := window.evaluate(_PAINT)) is None:
                    window.wait_for_timeout(10)
                seconds.append(float(painted) / 1000)
    return seconds[1:]


def _answers(page: str, runs: int) -> list[float]:
    seconds = []
    with httpx.Client(timeout=60) as client:
        for _ in range(runs + 1):
            began = time.perf_counter()
            client.get(page).raise_for_status()
            seconds.append(time.perf_counter() - began)
    return seconds[1:]


def _share_of_a_core(stream: str, process: int, pages: int, seconds: float) -> float:
    """What of one processor the API needs while so many pages are open."""
    over = threading.Event()

    def hold() -> None:
        with httpx.stream("GET", stream, timeout=60) as answer:
            for _ in answer.iter_lines():
                if over.is_set():
                    return

    with ExitStack() as ending, ThreadPoolExecutor(pages) as clients:
        ending.callback(over.set)
        held = [clients.submit(hold) for _ in range(pages)]
        time.sleep(_SETTLE_SECONDS)
        before, began = _cpu_seconds(process), time.perf_counter()
        time.sleep(seconds)
        share = (_cpu_seconds(process) - before) / (time.perf_counter() - began)
        if any(one.done() for one in held):
            raise RuntimeError("the API let a page go")
        over.set()
    return share


def _cpu_seconds(process: int) -> float:
    """Seconds of processors that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
