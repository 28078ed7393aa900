"""What a delta is told from: the earlier job that `since` of a request means."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from config.settings import Settings
from contract.errors import InvalidRequest
from contract.filters import fold
from contract.jobs import Job, JobSource
from contract.request import parse_request
from contract.since import Since
from database import jobs
from database.engine import connect
from database.migrate import upgrade
from tasks.plan import Base
from tasks.since import base_job

LOOKED_AT = 1_000
"""How many of the newest exports of whoever asks are looked at for the same request."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANY_NUMBER = 2**31


def base_of(engine: Engine, asking: Job, since: Since, zone: ZoneInfo) -> Base | None:
    """What the delta of a job is told from; None where the last export is wanted and there is none.

    Raises InvalidRequest for a job that is no completed one of the tenant, and DatabaseUnavailable.
    """
    if since.instant is not None:
        return Base(_EPOCH + timedelta(milliseconds=since.instant), zone)
    named = base_job(engine, asking.tenant, since)
    if named is not None:
        return _of_job(named, zone)
    now = datetime.now(UTC)
    earlier = jobs.exports_before(engine, asking, limit=LOOKED_AT)
    same = (job for job in earlier if job.id != asking.id and _is_same(job, asking, now))
    return next((_of_job(job, zone) for job in same), None)


def base_at_home(settings: Settings, tenant: str, body: object, since: Since) -> Base | None:
    """The same for an export by the command line: of whatever jobs the home has records. The database of jobs is brought to its
    present form. Raises the same."""
    upgrade(settings.jobs_url, "jobs")
    engine = connect(settings.jobs_url)
    request = body if isinstance(body, dict) else {}
    asking = Job("", tenant, JobSource.CLI, datetime.now(UTC), request=request)
    try:
        return base_of(engine, asking, since, settings.zone)
    finally:
        engine.dispose()


def _of_job(job: Job, zone: ZoneInfo) -> Base:
    assert job.as_of is not None, "a completed export has read its objects"
    return Base(job.as_of, zone, job.seen, job.id)


def _is_same(earlier: Job, asking: Job, now: datetime) -> bool:
    """Whether two jobs ask for the same: dates that are relative are told from one `now`."""
    wanted, had = (_selection(job.request, now) for job in (asking, earlier))
    return wanted is not None and wanted == had


def _selection(body: object, now: datetime) -> tuple[object, ...] | None:
    """What a request chooses, in a normal form: which objects, which columns and in which contexts. Neither order, limits,
    format nor names count. None where the body is no request now."""
    try:
        request = parse_request(body, max_records=_ANY_NUMBER, now=now)
    except InvalidRequest:
        return None
    columns = (None if names is None else frozenset(map(fold, names)) for names in (request.attributes, request.properties))
    return frozenset(request.types), frozenset(request.ids), request.filter, frozenset(request.contexts), *columns
