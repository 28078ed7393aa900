"""`statesheet get`: the file of a job, checked, or why there is none."""

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from cli.client import Client, Refused, connected
from cli.console import err, out, plain, show_json, show_warnings
from cli.options import AsJson, Credential, Home, Tenant, Url
from cli.outputs import writable
from cli.sizes import in_words
from cli.waiting import wait_for
from contract.errors import DownloadDamaged, ExportCancelled, FileNotReady, UnusablePlace
from contract.jobs import JobStatus
from contract.phrases import counted


def get(
    job: Annotated[str, typer.Argument(help="The job's id: workAutomationId of the answer, or as jobs shows it.")],
    tenant: Tenant,
    output: Annotated[
        Path | None,
        typer.Option(help="Where the file goes, a file or a folder.", show_default="its own name, in this folder"),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the job has ended.")] = False,
    home: Home = None,
    url: Url = None,
    credential: Credential = None,
    as_json: AsJson = False,
) -> None:
    """Save the file of a job. It is there only once it has arrived whole: its SHA-256 is checked.

    The exit code is 0 when the job is completed, 1 when it is not (yet).
    """
    with connected(tenant, home=home, url=url, credential=credential) as client:
        found = wait_for(client, job) if wait else client.job(job)
        saved = _save(client, found, output) if found["file"] and not found["error"] else None
    if as_json:
        show_json(found | {"savedTo": str(saved) if saved else None})
    show_warnings(found["warnings"])
    _end(found, saved, silent=as_json)


def _end(job: dict[str, Any], saved: Path | None, *, silent: bool) -> None:
    """Say how it ended. Raises Refused with the job's error, ExportCancelled and FileNotReady."""
    if job["error"]:
        raise Refused(job["error"]["code"], f"The job failed: {job['error']['message']}")
    if job["status"] == JobStatus.CANCELLED:
        raise ExportCancelled
    if job["status"] not in (JobStatus.COMPLETED, JobStatus.COMPLETED_EMPTY):
        raise FileNotReady(job_status=job["status"])
    if silent:
        return
    total, matched = job["totalRecords"] or 0, job["matchedRecords"] or 0
    cut = "" if total == matched else f" of {matched:,} that match"
    where = f"in {saved} ({in_words(job['file']['bytes'])}, SHA-256 as it should be)" if saved else "and so no file"
    out.print(plain(f"{counted(total, 'object')}{cut} {where}"), markup=False)


def _save(client: Client, job: dict[str, Any], output: Path | None) -> Path:
    path = _place(job["file"]["name"], output)
    # Beside its place, so that the whole file only has to be renamed.
    try:
        folder = tempfile.TemporaryDirectory(prefix=".statesheet-", dir=path.parent)
    except OSError as error:
        raise UnusablePlace(name=str(path.parent), reason=error.strerror) from error
    with folder as name:
        arrived = Path(name) / "file"
        with client.file(job["workAutomationId"]) as pieces:
            digest = _write(pieces, arrived, job["file"]["name"], job["file"]["bytes"])
        if digest != job["file"]["sha256"]:
            raise DownloadDamaged(name=job["file"]["name"], detail=f"its SHA-256 is {digest}, not {job['file']['sha256']}")
        arrived.replace(path)
    return path


def _write(pieces: Iterable[bytes], to: Path, name: str, size: int) -> str:
    """Write the pieces; their SHA-256 as hexadecimal digits. Raises UnusablePlace where there is no room."""
    digest = hashlib.sha256()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    try:
        with to.open("wb") as file, Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
            task = bar.add_task(plain(name), total=size)
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                bar.advance(task, len(piece))
    except OSError as error:
        raise UnusablePlace(name=name, reason=error.strerror) from error
    return digest.hexdigest()


def _place(name: str, output: Path | None) -> Path:
    """Where the file goes. What is named is replaced; a name of the file's own never takes the place of another file."""
    if output is not None and not output.is_dir():
        return writable(output)
    folder = (output or Path()).absolute()
    own = Path(name).name or "export"
    path, number = folder / own, 2
    while path.exists():
        path = folder / f"{Path(own).stem} ({number}){Path(own).suffix}"
        number += 1
    return path
