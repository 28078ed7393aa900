"""The audit after a storm: each accepted job ended exactly once, with the right file or a cause; nothing else is left."""

import csv
import hashlib
import io
import json
import statistics
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import python_calamine

from contract.jobs import TERMINAL
from runtime.reconcile import RESUMED, RUN_AGAIN
from tests.chaos.clients import Accepted
from tests.chaos.stack import TENANTS, OwnStack
from tests.chaos.storm import Kill

_STILL_SECONDS = 180
"""So long nothing may move: how long a queue takes altogether depends on the machine."""
_HOUSE_SECONDS = 60
"""The worker looks for what was left over every half minute."""


@dataclass
class Report:
    """What the audit found. `wrong` is empty where every promise was kept."""

    jobs: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    files: int = 0
    rows: int = 0
    told_twice: int = 0
    refused_runs: int = 0
    reruns: int = 0
    recovery: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """For people."""
        states = ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))
        return [
            f"{self.jobs} jobs: {states}",
            f"{self.files} files verified, {self.rows:,} rows; {self.reruns} runs run again; {self.told_twice} told twice",
            f"{self.refused_runs} runs that came after their request was refused, none of which ran",
            *(
                f"seconds {what}: median {statistics.median(seconds):.1f}, longest {max(seconds):.1f} of {len(seconds)}"
                for what, seconds in sorted(self.recovery.items())
            ),
        ]


def audit(stack: OwnStack, accepted: Accepted, kills: list[Kill]) -> Report:
    """Look at everything, while the stack runs."""
    report = Report()
    addresses = stack.addresses()
    assert addresses is not None, "the stack is well"
    with httpx.Client(base_url=addresses.api, timeout=60) as client:
        jobs = _ended(client, report)
        _check_accepted(accepted, jobs, report)
        for tenant, job in jobs.values():
            _check_job(client, tenant, job, report)
    _check_told(stack, jobs, report)
    _check_prefect(addresses.prefect, jobs, kills, report)
    _check_files(stack.home, jobs, report)
    for kill in kills:
        if kill.well_after is not None:
            report.recovery[f"until well after a kill of {kill.victim}"].append(kill.well_after)
    return report


def _ended(client: httpx.Client, report: Report) -> dict[str, tuple[str, dict[str, Any]]]:
    """All jobs by id, once they have ended; those that do not are stuck."""
    deadline, left = time.monotonic() + _STILL_SECONDS, -1
    while True:
        listed = [(tenant, job) for tenant in TENANTS for job in _jobs(client, tenant)]
        open_jobs = [job for _, job in listed if job["status"] not in TERMINAL]
        if not open_jobs:
            break
        if len(open_jobs) != left:
            deadline, left = time.monotonic() + _STILL_SECONDS, len(open_jobs)
        if time.monotonic() > deadline:
            report.wrong += [f"stuck: {job['workAutomationId']} is {job['status']}, {job['progress']}" for job in open_jobs]
            break
        time.sleep(0.2)
    jobs = {job["workAutomationId"]: (tenant, job) for tenant, job in listed}
    if len(jobs) != len(listed):
        report.wrong.append("doubled: a job is listed twice")
    report.jobs = len(jobs)
    return jobs


def _jobs(client: httpx.Client, tenant: str) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while True:
        answer = client.get(f"/{tenant}/jobs", params={"limit": "200", "cursor": cursor}).raise_for_status().json()
        found += answer["jobs"]
        cursor = answer["cursor"]
        if not cursor:
            return found


def _check_accepted(accepted: Accepted, jobs: dict[str, tuple[str, dict[str, Any]]], report: Report) -> None:
    for job, tenant in accepted.ids.items():
        if job not in jobs or jobs[job][0] != tenant:
            report.wrong.append(f"lost: {job} of {tenant} was accepted and is not there")
    for (tenant, key), ids in accepted.by_key.items():
        if len(ids) != 1:
            report.wrong.append(f"doubled: {key} of {tenant} got {len(ids)} ids")
    names = Counter(job["fileName"] for _, job in jobs.values())
    # A client has a name for each request; one without a key that got no answer is not sent again.
    report.wrong += [f"doubled: {count} jobs of the request {name}" for name, count in names.items() if count > 1]


def _check_job(client: httpx.Client, tenant: str, job: dict[str, Any], report: Report) -> None:
    identifier = job["workAutomationId"]
    report.statuses[job["status"]] += 1
    if job["status"] != "completed":
        report.wrong.append(f"not completed: {identifier} is {job['status']}: {job['error']}")
        return
    answer = client.get(f"/{tenant}/jobs/{identifier}/file")
    content = answer.content
    if not answer.is_success or hashlib.sha256(content).hexdigest() != job["file"]["sha256"]:
        report.wrong.append(f"wrong file: {identifier}, HTTP {answer.status_code}")
        return
    rows = count_rows(job["file"]["name"], content)
    if rows != job["totalRecords"] or len(content) != job["file"]["bytes"]:
        report.wrong.append(f"wrong file: {identifier} has {rows} rows of {job['totalRecords']}")
    report.files += 1
    report.rows += rows


def count_rows(name: str, content: bytes) -> int:
    """The records in a file, by readers that are not this project's."""
    if name.endswith(".xlsx"):
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return len(book.get_sheet_by_name("Connector State").to_python()) - 2
    if name.endswith(".csv"):
        return sum(1 for _ in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))) - 1
    if name.endswith(".parquet"):
        rows: int = pq.ParquetFile(io.BytesIO(content)).metadata.num_rows
        return rows
    [response] = json.loads(content).values()
    return len(response["dataObjects"])


def _check_told(stack: OwnStack, jobs: dict[str, tuple[str, dict[str, Any]]], report: Report) -> None:
    deadline = time.monotonic() + 30
    while jobs.keys() - stack.hook.told.keys() and time.monotonic() < deadline:
        time.sleep(0.2)
    report.wrong += [f"nobody was told of {job}" for job in jobs.keys() - stack.hook.told.keys()]
    report.told_twice = sum(count > 1 for count in stack.hook.told.values())


def _check_prefect(api: str, jobs: dict[str, tuple[str, dict[str, Any]]], kills: list[Kill], report: Report) -> None:
    """Prefect has one run a job, all ended; its histories say how long each lost run waited until it ran again."""
    with httpx.Client(base_url=api, timeout=60) as client:
        runs: list[dict[str, Any]] = []
        while page := client.post("/flow_runs/filter", json={"limit": 200, "offset": len(runs)}).raise_for_status().json():
            runs += page
        found = {run["id"] for run in runs}
        report.wrong += [f"lost: Prefect has no run of {job}" for job in jobs.keys() - found]
        # Made although its client was told that the request is not taken: it may be there, and may not have run.
        others = [run for run in runs if run["id"] not in jobs]
        report.refused_runs = len(others)
        report.wrong += [
            f"a run of no job: {run['id']} is {run['state_name']}" for run in others if run["state_type"] != "CANCELLED"
        ]
        open_runs = [run for run in runs if run["state_type"] not in ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")]
        report.wrong += [f"stuck: Prefect's run {run['id']} is {run['state_name']}" for run in open_runs]
        for run in runs:
            if run["run_count"] > 1:
                states = client.get("/flow_run_states/", params={"flow_run_id": run["id"]}).raise_for_status().json()
                _note_reruns(sorted(states, key=lambda state: str(state["timestamp"])), kills, report)


def _note_reruns(states: list[dict[str, Any]], kills: list[Kill], report: Report) -> None:
    for position, state in enumerate(states):
        if state["name"] not in (RUN_AGAIN, RESUMED):
            continue
        report.reruns += 1
        found = _seconds(state)
        again = next((_seconds(later) for later in states[position:] if later["type"] == "RUNNING"), None)
        killed = max((kill for kill in kills if kill.at < found), key=lambda kill: kill.at, default=None)
        # A blow that fell in between makes it another recovery.
        if again is not None and killed is not None and not any(killed.at < kill.at < again for kill in kills):
            report.recovery[f"until a lost run runs again, after a kill of {killed.victim}"].append(again - killed.at)


def _seconds(state: dict[str, Any]) -> float:
    return datetime.fromisoformat(state["timestamp"]).timestamp()


def _check_files(home: Path, jobs: dict[str, tuple[str, dict[str, Any]]], report: Report) -> None:
    """Results of completed jobs, one each, and nothing that anything was made of."""
    wanted = {(tenant, job["workAutomationId"]) for tenant, job in jobs.values() if job["file"]}
    deadline = time.monotonic() + _HOUSE_SECONDS
    while True:
        results = [path.relative_to(home / "results").parts for path in (home / "results").rglob("*") if path.is_file()]
        spool = list((home / "spool").rglob("*")) if (home / "spool").is_dir() else []
        doubled = len(results) != len(wanted) or {parts[:2] for parts in results} != wanted
        if not (spool or doubled) or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    report.wrong += [f"left in the spool: {path.name}" for path in spool]
    extra = [parts for parts in results if parts[:2] not in wanted or "#" in parts[-1]]
    if doubled:
        report.wrong.append(f"{len(results)} files in the store for {len(wanted)} completed jobs; left over: {extra[:20]}")
    report.wrong += [f"a temporary file: {path}" for path in home.rglob("*.tmp")]
