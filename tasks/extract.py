"""From the database to the spool: one statement, one snapshot."""

from collections.abc import Callable

from database.reader import extract as read
from files.spool import space_for
from formats import FORMATS
from tasks.plan import ExportPlan, Extracted


def extract(plan: ExportPlan, *, database_url: str, on_progress: Callable[[int], None]) -> Extracted:
    """The objects that the plan's request matches, in the plan's folder; `on_progress` gets the number read so far.

    Raises DatabaseUnavailable and DiskFull.
    """
    if plan.base is not None:
        from tasks.delta import extract_delta

        return extract_delta(plan, plan.base, database_url=database_url, on_progress=on_progress)
    return extract_all(plan, database_url=database_url, on_progress=on_progress)


def extract_all(plan: ExportPlan, *, database_url: str, on_progress: Callable[[int], None]) -> Extracted:
    """The same, whatever the plan is told from."""
    with space_for("the objects of the export"):
        snapshot = read(
            database_url,
            plan.tenant,
            plan.request,
            limit=plan.limit,
            folder=plan.folder,
            documents=FORMATS[plan.profile.format].whole_objects,
            on_progress=on_progress,
        )
    return Extracted(
        objects=snapshot.objects,
        errors=snapshot.errors,
        as_of=snapshot.as_of,
        matched=snapshot.matched,
        exported=snapshot.exported,
        seen=snapshot.seen,
    )
