"""The audit: who asked for what, who took what, who was refused. Written by the edges; nothing here decides anything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, RowMapping, delete, insert, select

from database.engine import reading, unavailable
from database.job_rows import from_milliseconds, to_milliseconds
from database.tables import audit_event

_PAGE = 1_000
"""Rows that are read in one go: nobody waits for a reader of a long audit."""
_ROW = audit_event.c


class Action(StrEnum):
    """What somebody did, or tried."""

    ASKED = "export asked"
    CANCELLED = "export cancelled"
    DOWNLOADED = "file downloaded"
    SIGNED_IN = "signed in"
    REFUSED = "credential refused"
    OVERSTEPPED = "other tenant refused"
    CREATED = "credential created"
    REVOKED = "credential revoked"


@dataclass(frozen=True)
class Event:
    """One line of the audit.

    `credential` is the id of the credential that was good, or of the one that was claimed where it was refused. `client` is
    who a client says it acts for, which nobody checks. `address` is where a call came from; empty: this machine's command line.
    """

    at: datetime
    action: Action
    tenant: str | None = None
    credential: str | None = None
    client: str | None = None
    address: str | None = None
    job: str | None = None
    detail: str = ""


def write(engine: Engine, events: Sequence[Event]) -> None:
    """Add events, all or none. Raises DatabaseUnavailable and DiskFull."""
    if events:
        with unavailable(), engine.begin() as connection:
            connection.execute(insert(audit_event), [_values(event) for event in events])


def read(engine: Engine, *, tenant: str | None = None, since: datetime | None = None) -> Iterator[Event]:
    """The events, the oldest first: of a tenant (None: all), from a moment on (None: all that are kept).

    Raises DatabaseUnavailable.
    """
    after = (to_milliseconds(since) if since else 0, -1)
    while True:
        found = _page(engine, tenant, after)
        yield from (_read(row) for row in found)
        if len(found) < _PAGE:
            return
        after = (found[-1]["at_ms"], found[-1]["number"])


def forget(engine: Engine, before: datetime) -> int:
    """Remove the events before a moment; how many there were. Raises DatabaseUnavailable."""
    with unavailable(), engine.begin() as connection:
        return connection.execute(delete(audit_event).where(_ROW.at_ms < to_milliseconds(before))).rowcount


def _page(engine: Engine, tenant: str | None, after: tuple[int, int]) -> Sequence[RowMapping]:
    moment, number = after
    later = (_ROW.at_ms > moment) | ((_ROW.at_ms == moment) & (_ROW.number > number))
    query = select(audit_event).where(later).order_by(_ROW.at_ms, _ROW.number).limit(_PAGE)
    if tenant is not None:
        query = query.where(_ROW.tenant == tenant)
    with unavailable(), reading(engine) as connection:
        return connection.execute(query).mappings().all()


def _values(event: Event) -> dict[str, object]:
    return {
        "at_ms": to_milliseconds(event.at),
        "action": event.action.value,
        "tenant": event.tenant,
        "credential": event.credential,
        "client": event.client,
        "address": event.address,
        "job": event.job,
        "detail": event.detail,
    }


def _read(row: RowMapping) -> Event:
    return Event(
        at=from_milliseconds(row["at_ms"]),
        action=Action(row["action"]),
        tenant=row["tenant"],
        credential=row["credential"],
        client=row["client"],
        address=row["address"],
        job=row["job"],
        detail=row["detail"],
    )
