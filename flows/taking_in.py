"""The way of one import as a plain function: the kept file is compared with the store, written, and reported on.

All of it may be done again after a crash: that it has written, and what, is noted in the transaction that writes
(`database.written_imports`). An import that has is never written again, whatever others have stored since, and never told of as
failed or cancelled: all that is left to do for it is to publish the report, and whoever is to end its job does that.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from contract.errors import ExportCancelled, ImportRefused, NoDataInFile, UnreadableFile
from contract.imports import Apply, ImportReport, ImportRequest, read_import
from contract.jobs import Job, JobFile, JobKind, Step
from contract.warnings import PARTLY_TAKEN, JobWarning, warning
from database import import_files, jobs, written_imports
from database.engine import connect
from database.import_files import ImportFile
from database.jobs import JobFacts
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

    @property
    def total(self) -> int:
        """Rows or objects that were, or after a look could be, taken."""
        return self.report.taken

    @property
    def warnings(self) -> tuple[JobWarning, ...]:
        """Says where a part was refused and the rest written."""
        if not (self.report.refused and self.report.applied):
            return ()
        return (warning(PARTLY_TAKEN, refused=self.report.refused, rows=self.report.rows),)


def run_import(body: object, *, tenant: str, job_id: str, place: Place, reporter: Reporter, attempt: int = 1) -> Imported:
    """From the kept file to the report; the file was written whole, in part as was asked for, or not at all.

    Raises ImportRefused, with the report on the job, where nothing was written because something is refused; InvalidRequest,
    FileMissing, and what `tasks.take_in` raises.
    """
    reporter.progress(Step.VALIDATE, 0)
    wish = read_import(body)
    reporter.describe(file_name=wish.file_name, format=REPORT_FORMAT)
    folder = attempt_folder(place.spool, job_id, attempt)
    report = _written(place, tenant, job_id)
    if report is None:
        report = _Taking(wish, tenant, job_id, attempt, place, folder, reporter).take_in()
    _go_on(report, reporter)
    if not report.applied:
        _keep_rejects(folder / _REJECTS, wish.file_name, tenant, job_id, place)
    file = _publish(report, tenant, job_id, attempt, place, folder)
    reporter.describe(matched=report.rows, total=report.taken, counts=report.counts)
    if report.refused and wish.apply is Apply.ALL:
        reporter.describe(file=file, total=0)
        raise ImportRefused(refused=report.refused, rows=report.rows)
    return Imported(file, report)


def finish_written(engine: Engine, place: Place, job: Job) -> bool:
    """Complete the job of an import that has written its objects, whatever kept its run from that; False: it is none, or has
    written nothing.

    To be asked before a job is told of as failed or cancelled. Raises AttemptReplaced, JobEnded, DatabaseUnavailable, DiskFull
    and StoreUnavailable; it may be done again then.
    """
    if job.kind is not JobKind.IMPORT or job.id is None or job.finished is not None:
        return False
    report = _written(place, job.tenant, job.id)
    if report is None:
        return False
    folder = attempt_folder(place.spool, job.id, job.attempts)
    done = Imported(_publish(report, job.tenant, job.id, job.attempts, place, folder), report)
    facts: JobFacts = {"file_name": report.file_name, "format": REPORT_FORMAT, "matched": report.rows, "counts": report.counts}
    jobs.describe(engine, job.id, attempt=job.attempts, **facts)
    return jobs.complete(engine, job.id, done.file, total=done.total, warnings=done.warnings, attempt=job.attempts)


def _written(place: Place, tenant: str, job_id: str) -> ImportReport | None:
    """The report on what an attempt has written; None where none has."""
    engine = connect(place.objects_url)
    try:
        report = written_imports.report_of(engine, tenant, job_id)
    finally:
        engine.dispose()
    return None if report is None else ImportReport.from_json(report)


def _go_on(report: ImportReport, reporter: Reporter) -> None:
    """Says that the file was compared, and written as was wished; what is written is no longer cancelled."""
    try:
        reporter.progress(Step.PUBLISH, report.rows)
    except ExportCancelled:
        if not report.applied:
            raise


@dataclass(frozen=True)
class _Taking:
    """One attempt to take a file in."""

    wish: ImportRequest
    tenant: str
    job_id: str
    attempt: int
    place: Place
    folder: Path
    reporter: Reporter

    def take_in(self) -> ImportReport:
        # Readers go by the ending alone. A whole name may be none on this disk, or that of a file which is made here.
        ending = _ENDING.search(self.wish.file_name)
        sent = self.folder / f"sent{ending[0] if ending else ''}"
        engine = connect(self.place.objects_url)
        try:
            with space_for("the file that was sent"):
                sent.write_bytes(_kept(self.wish, self.tenant, self.place).content)
            return take_in(
                sent,
                self.wish,
                store=Store(self.place.objects_url, engine, self.tenant),
                zone=self.place.zone,
                rejects=self.folder / _REJECTS,
                on_progress=self.reporter.progress,
                before_commit=self.last_word,
            )
        except (UnreadableFile, NoDataInFile) as error:
            raise type(error)(path=error.path, **{**error.facts, "name": self.wish.file_name}) from error
        finally:
            engine.dispose()

    def last_word(self, connection: Connection, report: ImportReport) -> None:
        """Another attempt may have taken this one's place: what this one has is older than what others stored since. And from
        this step on nobody cancels it (`Job.is_beyond_cancelling`). What is kept is kept before the end of the
        transaction: after it, the process may be gone.
        """
        self.reporter.progress(Step.PUBLISH, 0)
        _keep_rejects(self.folder / _REJECTS, self.wish.file_name, self.tenant, self.job_id, self.place)
        kept_for = timedelta(days=self.place.retention_days)
        said = report.to_json()
        written_imports.note(connection, self.tenant, self.job_id, said, attempt=self.attempt, kept_for=kept_for)


def _kept(wish: ImportRequest, tenant: str, place: Place) -> ImportFile:
    engine = connect(place.jobs_url)
    try:
        return import_files.fetch(engine, tenant, wish.upload, name=wish.file_name)
    finally:
        engine.dispose()


def _keep_rejects(path: Path, file_name: str, tenant: str, job_id: str, place: Place) -> None:
    """The workbook of what was refused, where there is one, is kept under the job's own id."""
    if not path.exists():
        return
    engine = connect(place.jobs_url)
    try:
        import_files.keep(engine, tenant, job_id, ImportFile(f"{Path(file_name).stem} rejects.xlsx", path.read_bytes()))
    finally:
        engine.dispose()


def _publish(report: ImportReport, tenant: str, job_id: str, attempt: int, place: Place, folder: Path) -> JobFile:
    path, name = folder / "report.json", f"{Path(report.file_name).stem} report.{REPORT_FORMAT}"
    with space_for("the report"):
        path.write_bytes(report.to_json())
    key = key_of(tenant, job_id, attempt, name)
    return keep(path, name, key, results=place.results, retention_days=place.retention_days)
