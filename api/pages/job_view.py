"""A job as the pages show it: what is said of it, and what may be done with it."""

from dataclasses import dataclass

from api.links import is_gone
from api.pages.words import FORMAT_WORDS, IMPORT_STEP_WORDS, SOURCE_WORDS, STATUS_WORDS, STEP_WORDS, number, outcome
from contract.advice import advice_on
from contract.jobs import TERMINAL, Job, JobKind, JobStatus, Step
from contract.phrases import counted

_PERCENT: dict[Step, int | None] = {
    Step.VALIDATE: 5,
    Step.COMPARE: None,  # nor here
    Step.EXTRACT: None,  # how many there are is known only at its end
    Step.TRANSFORM: 50,
    Step.RENDER: 65,
    Step.PUBLISH: 90,
    Step.NOTIFY: 98,
}


@dataclass(frozen=True)
class JobView:
    """One job for the templates. `percent` is None where nobody knows; `place` is that in the queue, from 1."""

    job: Job
    place: int | None = None

    @property
    def id(self) -> str:
        return str(self.job.id)

    @property
    def is_import(self) -> bool:
        """Whether it is about a file that was sent in; its own file is the report."""
        return self.job.kind is JobKind.IMPORT

    @property
    def path(self) -> str:
        """Where its page is, below the tenant's address."""
        return f"{'uploads' if self.is_import else 'downloads'}/{self.id}"

    @property
    def name(self) -> str:
        """The file's name; what it is to be called while there is none."""
        if self.is_import:
            return self.job.file_name or "Upload"
        return self.job.file.name if self.job.file else self.job.file_name or "Export"

    @property
    def kind(self) -> str:
        """What its badge looks like."""
        if self.is_import and self.has_ended_well:
            return "completed"
        if self.job.status is JobStatus.COMPLETED_EMPTY:
            return "no-records"
        return "expired" if self.has_expired else self.job.status.value

    @property
    def status(self) -> str:
        if self.is_stopping:
            return "Stopping"
        if self.is_import and self.has_ended_well:
            return _taken(self.job)
        return "Expired" if self.kind == "expired" else STATUS_WORDS[self.job.status]

    @property
    def has_ended_well(self) -> bool:
        return self.job.status in (JobStatus.COMPLETED, JobStatus.COMPLETED_EMPTY)

    @property
    def advice(self) -> str:
        """What to do about its error; empty without one. Names in it stand in backticks."""
        return advice_on(self.job.error_code or "")

    @property
    def is_open(self) -> bool:
        return self.job.status not in TERMINAL

    @property
    def is_stopping(self) -> bool:
        return self.job.cancel_requested is not None and self.is_open and not self.is_beyond_cancelling

    @property
    def is_beyond_cancelling(self) -> bool:
        return self.job.is_beyond_cancelling

    @property
    def has_file(self) -> bool:
        return self.job.file is not None and not is_gone(self.job)

    @property
    def has_expired(self) -> bool:
        return self.job.file is not None and is_gone(self.job)

    @property
    def format(self) -> str:
        if self.is_import:
            return "Sent back"
        return FORMAT_WORDS.get(self.job.format or "", self.job.format or "")

    @property
    def asked_by(self) -> str:
        """Who asked, and by which way where that says more."""
        who = self.job.submitted_by or ""
        return " ".join(filter(None, (who, SOURCE_WORDS[self.job.source])))

    @property
    def doing(self) -> str:
        """What happens with it now, while it has not ended."""
        if not self.is_open:
            return ""
        if self.job.status is JobStatus.QUEUED:
            return f"Place {number(self.place)} in the queue" if self.place else "In the queue"
        if self.job.step is None:
            return "Starting"
        if self.is_beyond_cancelling and self.job.cancel_requested is not None:
            return "Too late to cancel: finishing"
        return (IMPORT_STEP_WORDS if self.is_import else STEP_WORDS)[self.job.step]

    @property
    def percent(self) -> int | None:
        return None if self.job.step is None else _PERCENT[self.job.step]

    @property
    def rows(self) -> str:
        """How many rows it has, or has so far."""
        if self.job.status is JobStatus.RUNNING:
            return f"{counted(self.job.records_done, 'row')} so far" if self.job.records_done else ""
        if self.job.total is None or self.job.status in (JobStatus.FAILED, JobStatus.CANCELLED):
            return ""
        if self.is_import:
            return outcome(self.job.counts)
        if self.job.matched is not None and self.job.matched != self.job.total:
            return f"{number(self.job.total)} of {counted(self.job.matched, 'row')}"
        return counted(self.job.total, "row")


def _taken(job: Job) -> str:
    if not job.counts.get("applied"):
        return "Checked"
    return "Applied in part" if job.counts.get("refused") else "Applied"
