"""The way of one import as a plain function: the kept file is compared with the store, written, and reported on.

All of it may be done again after a crash: what was written is unchanged then, and the file is still kept.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from contract.errors import ExportCancelled, ImportRefused, NoDataInFile, UnreadableFile
from contract.imports import Apply, ImportReport, ImportRequest, read_import
from contract.jobs import JobFile, Step
from contract.warnings import PARTLY_TAKEN, JobWarning, warning
from database import import_files
from database.engine import connect
from database.import_files import ImportFile
from files.spool import attempt_folder, space_for
from files.store import key_of
from flows.pipeline import Place, Reporter
from tasks.compare_book import Store
from tasks.publish import keep
from tasks.take_in import take_in

REPORT_FORMAT = "json"
_REJECTS = "rejects.xlsx"
_ENDING = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}\Z")


@dataclass(frozen=True)
class Imported:
    """How an import ended; its file is the report."""

    file: JobFile
    report: ImportReport
    warnings: tuple[JobWarning, ...] = ()

    @property
    def total(self) -> int:
        """Rows or objects that were, or after a look could be, taken."""
        return self.report.taken


def run_import(body: object, *, tenant: str, job_id: str, place: Place, reporter: Reporter, attempt: int = 1) -> Imported:
    """From the kept file to the report; the file was written whole, in part as was asked for, or not at all.

    Raises ImportRefused, with the report on the job, where nothing was written because something is refused; InvalidRequest,
    FileMissing, and what `tasks.take_in` raises.
    """
    reporter.progress(Step.VALIDATE, 0)
    wish = read_import(body)
    reporter.describe(file_name=wish.file_name, format=REPORT_FORMAT)
    folder = attempt_folder(place.spool, job_id, attempt)
    report = _take_in(wish, tenant, place, folder, reporter)
    _go_on(report, reporter)
    _keep_rejects(folder / _REJECTS, wish, tenant, job_id, place)
    file = _publish(report, tenant, job_id, attempt, place, folder)
    reporter.describe(matched=report.rows, total=report.taken, counts=report.counts)
    if report.refused and wish.apply is Apply.ALL:
        reporter.describe(file=file, total=0)
        raise ImportRefused(refused=report.refused, rows=report.rows)
    partly = report.refused and report.applied
    warnings = (warning(PARTLY_TAKEN, refused=report.refused, rows=report.rows),) if partly else ()
    return Imported(file, report, warnings)


def _go_on(report: ImportReport, reporter: Reporter) -> None:
    """Says that the file was compared, and written as was wished; what is written is no longer cancelled."""
    try:
        reporter.progress(Step.PUBLISH, report.rows)
    except ExportCancelled:
        if not report.applied:
            raise


def _take_in(wish: ImportRequest, tenant: str, place: Place, folder: Path, reporter: Reporter) -> ImportReport:
    # Readers go by the ending alone. A whole name may be none on this disk, or that of a file which is made here.
    ending = _ENDING.search(wish.file_name)
    sent = folder / f"sent{ending[0] if ending else ''}"
    engine = connect(place.objects_url)
    try:
        with space_for("the file that was sent"):
            sent.write_bytes(_kept(wish, tenant, place).content)
        return take_in(
            sent,
            wish,
            store=Store(place.objects_url, engine, tenant),
            zone=place.zone,
            rejects=folder / _REJECTS,
            on_progress=reporter.progress,
            # Another attempt may have taken this one's place: what this one has is older than what others stored since. And
            # from this step on nobody cancels it (`runtime.reconcile.is_beyond_cancelling`).
            before_commit=lambda: reporter.progress(Step.PUBLISH, 0),
        )
    except (UnreadableFile, NoDataInFile) as error:
        raise type(error)(path=error.path, **{**error.facts, "name": wish.file_name}) from error
    finally:
        engine.dispose()


def _kept(wish: ImportRequest, tenant: str, place: Place) -> ImportFile:
    engine = connect(place.jobs_url)
    try:
        return import_files.fetch(engine, tenant, wish.upload, name=wish.file_name)
    finally:
        engine.dispose()


def _keep_rejects(path: Path, wish: ImportRequest, tenant: str, job_id: str, place: Place) -> None:
    """The workbook of what was refused, where there is one, is kept under the job's own id."""
    if not path.exists():
        return
    engine = connect(place.jobs_url)
    try:
        import_files.keep(engine, tenant, job_id, ImportFile(f"{Path(wish.file_name).stem} rejects.xlsx", path.read_bytes()))
    finally:
        engine.dispose()


def _publish(report: ImportReport, tenant: str, job_id: str, attempt: int, place: Place, folder: Path) -> JobFile:
    path, name = folder / "report.json", f"{Path(report.file_name).stem} report.{REPORT_FORMAT}"
    with space_for("the report"):
        path.write_bytes(report.to_json())
    key = key_of(tenant, job_id, attempt, name)
    return keep(path, name, key, results=place.results, retention_days=place.retention_days)
