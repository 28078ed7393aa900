"""`statesheet jobs`: what was asked for, and how far it is."""

from typing import Annotated, Any

import typer

from cli.client import connected
from cli.console import err, show_json, show_table
from cli.options import AsJson, Credential, Home, Tenant, Url
from cli.sizes import in_words
from contract.jobs import JobStatus

_HEADER = ("ID", "Created", "Status", "Objects", "Size", "Asked by", "File")
_STYLES = {
    JobStatus.COMPLETED.value: "green",
    JobStatus.COMPLETED_EMPTY.value: "green",
    JobStatus.RUNNING.value: "cyan",
    JobStatus.FAILED.value: "bold red",
    JobStatus.CANCELLED.value: "dim",
}
_LONGEST_PAGE = 500
_STATUSES = tuple(one.value for one in JobStatus)


def _known_status(status: str | None) -> str | None:
    """`status`, where a job can have it, or none is given. Raises BadParameter."""
    if status is not None and status not in _STATUSES:
        raise typer.BadParameter(f"{status!r} is none of {', '.join(map(repr, _STATUSES))}")
    return status


def jobs(
    tenant: Tenant,
    # As a text: of an enumeration the framework would tell in the words of a library of its own.
    status: Annotated[
        str | None,
        typer.Option(
            metavar=f"[{'|'.join(_STATUSES)}]",
            callback=_known_status,
            autocompletion=lambda: _STATUSES,
            help="Only jobs in this status.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many jobs, the newest first.")] = 20,
    home: Home = None,
    url: Url = None,
    credential: Credential = None,
    as_json: AsJson = False,
) -> None:
    """Show the jobs of a tenant, the newest first."""
    found: list[dict[str, Any]] = []
    cursor = None
    with connected(tenant, home=home, url=url, credential=credential) as client:
        while len(found) < limit:
            size = min(limit - len(found), _LONGEST_PAGE)
            page = client.get("jobs", status=status, limit=size, cursor=cursor)
            found += page["jobs"]
            cursor = page["cursor"]
            if cursor is None:
                break
    if as_json:
        show_json(found)
    elif found:
        show_table(_HEADER, [_row(job) for job in found], _STYLES)
    else:
        err.print("No such jobs.")
    if cursor is not None and not as_json:
        err.print("There are more: --limit shows them.")


def _row(job: dict[str, Any]) -> tuple[str, ...]:
    return (
        job["workAutomationId"],
        job["createdDate"][:16].replace("T", " ") + " UTC",
        job["status"],
        "" if job["totalRecords"] is None else f"{job['totalRecords']:,}",
        in_words(job["file"]["bytes"]) if job["file"] else "",
        job["submittedBy"] or "",
        job["fileName"] or "",
    )
