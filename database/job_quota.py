"""How much of the result store a tenant may fill."""

from sqlalchemy import Connection, Engine, func, select

from contract.answers import timestamp
from contract.errors import QuotaReached
from database.engine import reading, unavailable
from database.job_rows import from_milliseconds
from database.tables import export_job

_ROW = export_job.c


def require_quota(engine: Engine, tenant: str, limit: int) -> None:
    """As `check_quota`, on a connection of its own; raises DatabaseUnavailable too."""
    with unavailable(), reading(engine) as connection:
        check_quota(connection, tenant, limit)


def check_quota(connection: Connection, tenant: str, limit: int) -> None:
    """Raises QuotaReached where the results that a tenant keeps fill its quota of `limit` bytes; 0 is no bound.

    Files of jobs that wait or run are not foreseen: a tenant may pass its quota by those that were begun before.
    """
    if not limit:
        return
    kept = select(func.coalesce(func.sum(_ROW.file_bytes), 0), func.min(_ROW.file_expires_ms))
    total, soonest = connection.execute(
        kept.where(_ROW.tenant == tenant, _ROW.file_key != "", _ROW.result_name.is_not(None))
    ).one()
    if total >= limit:
        raise QuotaReached(tenant=tenant, kept=int(total), limit=limit, expires=timestamp(from_milliseconds(soonest)))
