"""What all completed jobs come to: a row a figure, added to when a job ends, so that asking costs the same however many jobs
there were."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from database.engine import reading, unavailable
from database.tables import job_total

Figure = Literal["seconds", "rows", "bytes"]
"""Seconds are by step, rows and bytes by format."""


@dataclass(frozen=True)
class Total:
    """How often something was counted under a label, and how much it came to."""

    name: str
    label: str
    times: int
    amount: float


def add(engine: Engine, amounts: Iterable[tuple[Figure, str, float]]) -> None:
    """Add the figures of one job: each a name, a label and how much. Raises DatabaseUnavailable."""
    # In the order of the keys: two jobs that end at once then never wait for each other in a circle.
    rows = [{"name": name, "label": label, "times": 1, "amount": amount} for name, label, amount in sorted(amounts)]
    if not rows:
        return
    insert: Any = {"sqlite": sqlite, "postgresql": postgresql}[engine.name].insert(job_total)
    summed = {part: job_total.c[part] + insert.excluded[part] for part in ("times", "amount")}
    with unavailable(), engine.begin() as connection:
        connection.execute(insert.on_conflict_do_update(index_elements=["name", "label"], set_=summed), rows)


def totals(engine: Engine) -> list[Total]:
    """All figures, by name and label. Raises DatabaseUnavailable."""
    query = select(job_total).order_by(job_total.c.name, job_total.c.label)
    with unavailable(), reading(engine) as connection:
        return [Total(row.name, row.label, row.times, row.amount) for row in connection.execute(query)]
