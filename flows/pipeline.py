"""The steps of one export in order, as a plain function: the flow runs it with tasks, the command line without Prefect."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from config.settings import Settings
from contract.jobs import JobFile, Step
from contract.since import Since
from contract.warnings import NO_EARLIER_EXPORT, JobWarning, warning
from database.engine import connect
from database.reader import require_tenant
from files.spool import attempt_folder
from formats import FORMATS
from tasks.extract import extract
from tasks.plan import Base, ExportPlan, Extracted
from tasks.validate import plan_export

if TYPE_CHECKING:
    from formats.tables import Content
    from tasks.plan import Rendered

FindBase = Callable[[Since], Base | None]


class Reporter(Protocol):
    """What wants to know how an export goes. Either may raise to stop it."""

    def progress(self, step: Step, records_done: int) -> None:
        """A step begins, or has got this far."""

    def describe(self, **facts: Any) -> None:
        """Facts as they become known: see `database.jobs.JobFacts`."""


def _extract(plan: ExportPlan, **named: Any) -> Extracted:
    """`tasks.extract`, while another thread imports what the steps after it need: the libraries that read the database, and the
    database itself, leave Python idle."""
    with ThreadPoolExecutor(1, "import") as importing:
        for name in (*_LATER, *FORMATS[plan.profile.format].modules):
            importing.submit(import_module, name)  # where it fails, the step that needs it says so
        return extract(plan, **named)


def _transform(*given: Any, **named: Any) -> "Content":
    from tasks.transform import transform

    return transform(*given, **named)


def _render(*given: Any, **named: Any) -> "Rendered":
    from tasks.render import render

    return render(*given, **named)


def _publish(*given: Any, **named: Any) -> JobFile:
    from tasks.publish import publish

    return publish(*given, **named)


_LATER = ("tasks.transform", "tasks.render", "tasks.publish")


@dataclass(frozen=True)
class Steps:
    """The functions that do the work; the flow puts a task in the place of each."""

    validate: Callable[..., ExportPlan] = plan_export
    extract: Callable[..., Extracted] = _extract
    transform: Callable[..., "Content"] = _transform
    render: Callable[..., "Rendered"] = _render
    publish: Callable[..., JobFile] = _publish


@dataclass(frozen=True)
class Place:
    """Where an export reads, works and leaves its result."""

    objects_url: str
    jobs_url: str
    spool: Path
    results: str
    max_records: int
    retention_days: float
    zone: ZoneInfo
    tenants: frozenset[str] = frozenset()
    quota_bytes: int = 0

    @classmethod
    def of(cls, settings: Settings) -> "Place":
        """As the settings say."""
        return cls(
            settings.objects_url,
            settings.jobs_url,
            settings.spool_folder,
            settings.results,
            settings.max_records,
            settings.retention_days,
            settings.zone,
            frozenset(settings.tenants),
            settings.quota_bytes,
        )


@dataclass(frozen=True)
class Outcome:
    """How an export ended. `file` None: nothing matched, and the request wanted no empty file."""

    plan: ExportPlan
    extracted: Extracted
    file: JobFile | None
    warnings: tuple[JobWarning, ...] = field(default=())

    @property
    def total(self) -> int:
        """How many objects are in the file."""
        return self.extracted.exported


def run_export(
    body: object,
    *,
    tenant: str,
    job_id: str,
    place: Place,
    reporter: Reporter,
    steps: Steps | None = None,
    attempt: int = 1,
    find_base: FindBase = lambda _since: None,
) -> Outcome:
    """From the raw request to the verified, published file. The caller removes what is in the spool (`files.spool`).
    `find_base` says what a delta is told from (`flows.since`).

    Raises InvalidRequest with every mistake, UnknownTenant, and what each step raises.
    """
    steps = steps or Steps()
    plan = _with_base(_plan(body, tenant, job_id, attempt, place, reporter, steps), find_base, reporter)
    reporter.progress(Step.EXTRACT, 0)
    extracted = steps.extract(
        plan, database_url=place.objects_url, on_progress=lambda done: reporter.progress(Step.EXTRACT, done)
    )
    reporter.describe(
        as_of=extracted.as_of,
        seen=extracted.seen,
        matched=extracted.matched,
        total=extracted.exported,
        warnings=extracted.warnings,
    )
    if extracted.is_empty and plan.request.skip_if_empty:
        return Outcome(plan, extracted, None)
    reporter.progress(Step.TRANSFORM, extracted.exported)
    content = steps.transform(plan, extracted, zone=place.zone)
    reporter.progress(Step.RENDER, extracted.exported)
    rendered = steps.render(plan, content)
    reporter.progress(Step.PUBLISH, extracted.exported)
    file = steps.publish(plan, content, rendered, results=place.results, retention_days=place.retention_days)
    return Outcome(plan, extracted, file, rendered.warnings)


def _plan(body: object, tenant: str, job_id: str, attempt: int, place: Place, reporter: Reporter, steps: Steps) -> ExportPlan:
    reporter.progress(Step.VALIDATE, 0)
    _check_tenant(tenant, place)
    plan = steps.validate(
        body,
        tenant=tenant,
        job_id=job_id,
        max_records=place.max_records,
        now=datetime.now(UTC),
        folder=attempt_folder(place.spool, job_id, attempt),
        attempt=attempt,
    )
    reporter.describe(file_name=plan.file_name, format=plan.profile.format, warnings=plan.request.warnings)
    return plan


def _with_base(plan: ExportPlan, find_base: FindBase, reporter: Reporter) -> ExportPlan:
    """The plan with what its delta is told from; where there is nothing, it is one of everything, and the user is told."""
    since = plan.request.since
    if since is None:
        return plan
    base = find_base(since)
    if base is not None:
        return replace(plan, base=base)
    told = warning(NO_EARLIER_EXPORT)
    reporter.describe(warnings=(told,))
    return replace(plan, request=replace(plan.request, warnings=(*plan.request.warnings, told)))


def _check_tenant(tenant: str, place: Place) -> None:
    engine = connect(place.objects_url)
    try:
        require_tenant(engine, tenant, place.tenants)
    finally:
        # The extraction opens the file with another SQLite library: see database.reader.
        engine.dispose()
