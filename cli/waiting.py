"""Waiting for a job with a progress bar."""

import time
from typing import Any

from cli.client import Client
from cli.console import progress_bar

_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.1, 1.0


def wait_for(client: Client, job_id: str, seconds: float | None = None) -> dict[str, Any]:
    """The job, once it has ended; with `seconds` as it is when they are over. Raises what the client raises."""
    deadline = None if seconds is None else time.monotonic() + seconds
    pause = _SHORTEST_SECONDS
    with progress_bar() as bar:
        task = bar.add_task("Exporting", total=None)
        while True:
            job = client.job(job_id)
            bar.update(task, **_shown(job))
            if job["finishedDate"] or (deadline is not None and time.monotonic() > deadline):
                return job
            time.sleep(pause)
            # A long job need not be asked after ten times a second.
            pause = min(_LONGEST_SECONDS, pause * 1.1)


def _shown(job: dict[str, Any]) -> dict[str, Any]:
    progress = job["progress"]
    if (place := progress["queuePosition"]) is not None:
        return {"description": f"Waiting, place {place} in the queue"}
    total = job["matchedRecords"] if job["totalRecords"] is None else job["totalRecords"]
    return {
        "description": f"Exporting: {progress['step'] or job['status']}",
        "completed": progress["recordsDone"],
        "total": total,
    }
