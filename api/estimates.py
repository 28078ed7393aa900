"""How long an export would take and how large its file would be, from the tenant's own past jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from database import jobs

_LOOKED_AT = 50
"""How many of the newest jobs count: the machine and the objects of last year were others."""


@dataclass(frozen=True)
class Estimate:
    """None where there is no job to learn from."""

    seconds: float | None
    bytes: int | None


def estimate(engine: Engine, tenant: str, format: str, rows: int) -> Estimate:
    """What past jobs of the same format make likely for `rows` objects. Raises DatabaseUnavailable."""
    past = jobs.finished_like(engine, tenant, format, limit=_LOOKED_AT)
    sizes = [(job.total or 0, float(job.file.bytes)) for job in past if job.file]
    times = [(job.total or 0, (job.finished - job.started).total_seconds()) for job in past if job.started and job.finished]
    seconds, size = (expected(seen, rows) for seen in (times, sizes))
    return Estimate(None if seconds is None else round(seconds, 1), None if size is None else round(size))


def expected(seen: Sequence[tuple[int, float]], rows: int) -> float | None:
    """The cost of `rows` by the straight line through (rows, cost) pairs: a fixed part and a part a row, neither below 0.

    None without pairs. Where all pairs have the same number of rows, the cost grows with the rows beyond that.
    """
    if not seen:
        return None
    mean_rows = sum(count for count, _ in seen) / len(seen)
    mean_cost = sum(cost for _, cost in seen) / len(seen)
    spread = sum((count - mean_rows) ** 2 for count, _ in seen)
    if spread:
        slope = max(0.0, sum((count - mean_rows) * (cost - mean_cost) for count, cost in seen) / spread)
        fixed = mean_cost - slope * mean_rows
        if fixed < 0:
            fixed, slope = 0.0, mean_cost / mean_rows
        return fixed + slope * rows
    return mean_cost * max(1.0, rows / mean_rows) if mean_rows else mean_cost
