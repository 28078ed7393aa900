"""`statesheet export`: the same pipeline in this process, no server."""

import tempfile
import uuid
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress, TaskID

from cli.console import err, out, plain, progress_bar, show_json, show_warnings
from cli.homes import settings_of_a_known
from cli.options import AsJson, DataHome, known_tenant
from cli.outputs import writable
from cli.requests import read_request
from contract.answers import timestamp
from contract.jobs import Step
from contract.phrases import counted

if TYPE_CHECKING:
    from flows.pipeline import Outcome

_ENDINGS = frozenset({".xlsx", ".csv", ".json", ".parquet", ".zip"})
"""Of the files that are made; any other ending is somebody's own."""


def export(
    request: Annotated[Path, typer.Argument(help="A JSON file that holds the body of a download request.")],
    tenant: Annotated[str, typer.Option(callback=known_tenant, help="Whose objects to export.")],
    output: Annotated[Path, typer.Option(help="Where the file goes; one that is there is replaced by the complete new one.")],
    home: DataHome = None,
    as_json: AsJson = False,
) -> None:
    """Export what a request asks for, without a server."""
    from contract.wire import decode_body
    from database.migrate import upgrade
    from flows.pipeline import Place, run_export
    from flows.since import base_at_home

    output = writable(output)
    settings = settings_of_a_known(home)
    body = decode_body(read_request(request))
    upgrade(settings.objects_url, "objects")
    # Beside the output, so that the finished file only has to be renamed.
    with tempfile.TemporaryDirectory(prefix=".statesheet-", dir=output.parent) as folder, progress_bar() as bar:
        place = replace(Place.of(settings), spool=Path(folder) / "spool", results=str(Path(folder) / "results"))
        reporter = _Bar(bar, bar.add_task("Exporting", total=None))
        outcome = run_export(
            body,
            tenant=tenant,
            job_id=str(uuid.uuid4()),
            place=place,
            reporter=reporter,
            find_base=partial(base_at_home, settings, tenant, body),
        )
        if outcome.file is not None:
            (Path(folder) / "results" / outcome.file.key).replace(output)
    warnings = [
        {"code": one.code, "message": one.message}
        for one in (*outcome.plan.request.warnings, *outcome.extracted.warnings, *outcome.warnings)
    ]
    show_warnings(warnings)
    if outcome.file is not None:
        _tell_of_ending(output, Path(outcome.file.name).suffix)
    if as_json:
        show_json(_facts(outcome, output) | {"warnings": warnings})
    else:
        _tell(output if outcome.file else None, outcome.extracted.exported, outcome.extracted.matched)


@dataclass
class _Bar:
    """Shows how an export goes."""

    bar: Progress
    task: TaskID

    def progress(self, step: Step, records_done: int) -> None:
        self.bar.update(self.task, description=step.value.capitalize(), completed=records_done)

    def describe(self, **facts: Any) -> None:
        if "total" in facts:
            self.bar.update(self.task, total=facts["total"])


def _facts(outcome: "Outcome", output: Path) -> dict[str, Any]:
    """Under the names that a job's answer has for them."""
    file, found = outcome.file, outcome.extracted
    return {
        "savedTo": str(output.absolute()) if file else None,
        "format": outcome.plan.profile.format,
        "asOf": timestamp(found.as_of),
        "matchedRecords": found.matched,
        "totalRecords": found.exported,
        "file": {"bytes": file.bytes, "sha256": file.sha256} if file else None,
    }


def _tell_of_ending(output: Path, own: str) -> None:
    """The request says what is made, not the name of the file: a workbook that is none would be taken for a damaged one."""
    if output.suffix.lower() in _ENDINGS - {own}:
        said = f"{output.name} holds what files in {own} hold, as the request has it; by its name programs will not open it."
        err.print(plain(said), markup=False)


def _tell(output: Path | None, exported: int, matched: int) -> None:
    cut = "" if exported == matched else f" of {matched:,} that match"
    where = f"in {output.absolute()}" if output else "exported: nothing matches, and the request wants no empty file"
    out.print(f"{counted(exported, 'object')}{cut} {where}", markup=False)
