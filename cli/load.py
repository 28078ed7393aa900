"""`statesheet load`: files of objects into the store."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli.console import err, out, plain, show_error, show_json
from cli.edited import SentBack, Wish, facts_of, send_book_back, tell
from cli.homes import settings_of
from cli.options import AsJson, DataHome, known_tenant
from cli.outputs import writable
from contract.errors import FileMissing, LocalFileMissing, NoDataInFile, UnreadableFile, UnusablePlace

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from config.settings import Settings
    from database.loader import LoadReport, Refusal

_SHOWN = 20


def load(
    files: Annotated[list[Path], typer.Argument(help="JSON (also lines, or a saved API answer), .gz of these, .csv or .xlsx.")],
    tenant: Annotated[str, typer.Option(callback=known_tenant, help="Whose objects these are; it exists once it has some.")],
    home: DataHome = None,
    refused: Annotated[
        Path | None,
        typer.Option(help="Where to write what was refused, as JSON lines; of an exported workbook the first 10,000."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Of an exported workbook, show what it would change, and write nothing.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Of an exported workbook, take the good rows also where others are refused.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Where to write the refused rows of an exported workbook, to be corrected and sent back."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Load objects. One that is there already is replaced; a row of a table whose Action is DELETE deletes its object.

    An exported workbook that comes back is taken as edits: only changed cells are written, and all of them or none.
    The exit code is 0 when everything was taken, 1 when something was refused or a file could not be read.
    """

    if (dry_run or rejects is not None) and len(set(files)) > 1:
        raise typer.BadParameter("load one workbook at a time with it", param_hint="--rejects" if rejects else "--dry-run")
    for place in filter(None, (refused, rejects)):
        writable(place)
    settings = settings_of(home)
    wish = Wish(apply=not dry_run, partial=partial, rejects=rejects, every_change=as_json)
    reports = _load_each(files, tenant, settings, wish)
    everything = [(path, refusal) for path, report in reports.items() for refusal in report.refused]
    if as_json:
        show_json([_facts(path, report) for path, report in reports.items()])
    else:
        for path, report in reports.items():
            _tell(path, report)
        _list(everything, refused)
    if refused is not None:
        _write(everything, refused)
    if everything or len(reports) < len(set(files)):
        raise typer.Exit(1)


def _load_each(files: Iterable[Path], tenant: str, settings: "Settings", wish: Wish) -> "dict[Path, LoadReport | SentBack]":
    """What became of each file that could be read; one that could not is told of, and does not stop the others."""
    from database.engine import connect
    from database.migrate import upgrade

    upgrade(settings.objects_url, "objects")
    engine = connect(settings.objects_url)
    reports: dict[Path, LoadReport | SentBack] = {}
    try:
        for path in files:
            try:
                reports[path] = _load_one(path, tenant, settings, engine, wish)
            except (FileMissing, NoDataInFile, UnreadableFile) as error:
                show_error(error)
    finally:
        engine.dispose()
    return reports


def _load_one(path: Path, tenant: str, settings: "Settings", engine: "Engine", wish: Wish) -> "LoadReport | SentBack":
    from tasks.load import load_file

    with _progress() as bar:
        # The bar follows the bytes of the file: nobody knows beforehand how many objects there are.
        task = bar.add_task(path.name, total=None, objects=0)

        def show(done: int) -> None:
            bar.update(task, objects=done)

        sent = send_book_back(path, engine=engine, url=settings.objects_url, tenant=tenant, wish=wish, on_progress=show)
        if sent is not None:
            return sent
        if not wish.apply:
            if not path.exists():
                raise LocalFileMissing(name=str(path))
            raise UnreadableFile(name=path.name, reason="only an exported workbook can be loaded with --dry-run")
        return load_file(
            path,
            engine=engine,
            tenant=tenant,
            zone=settings.zone,
            open_file=lambda found: bar.open(found, "rb", task_id=task),
            on_progress=show,
        )


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[objects]:,} objects"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def _facts(path: Path, report: "LoadReport | SentBack") -> dict[str, Any]:
    if isinstance(report, SentBack):
        return facts_of(path, report)
    refused = [{"place": refusal.place, "reason": refusal.reason} for refusal in report.refused]
    return {"file": str(path), "loaded": report.loaded, "deleted": report.deleted, "refused": refused}


def _tell(path: Path, report: "LoadReport | SentBack") -> None:
    if isinstance(report, SentBack):
        tell(path, report)
        return
    counts = {"loaded": report.loaded, "deleted": report.deleted, "refused": len(report.refused)}
    said = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count or word == "loaded")
    out.print(f"{path}: {said}", markup=False)


def _list(everything: "list[tuple[Path, Refusal]]", kept: Path | None) -> None:
    for path, refusal in everything[:_SHOWN]:
        err.print(plain(f"  {path.name}, {refusal.place}: {refusal.reason}"), markup=False)
    if (more := len(everything) - _SHOWN) > 0:
        hint = "" if kept else " (--refused FILE writes all of them)"
        err.print(f"  and {more:,} more{hint}", markup=False)


def _write(everything: "Iterable[tuple[Path, Refusal]]", to: Path) -> None:
    try:
        with to.open("w", encoding="utf-8") as file:
            for path, refusal in everything:
                line = {"file": str(path), "place": refusal.place, "reason": refusal.reason}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UnusablePlace(name=str(to), reason=error.strerror) from error
