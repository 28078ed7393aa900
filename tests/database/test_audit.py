"""The audit gives back what was written, in its order, and forgets what is old."""

from datetime import UTC, datetime, timedelta

import pytest

from database import audit
from database.audit import Action, Event
from database.engine import connect

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


@pytest.fixture
def engine(database_url):
    made = connect(database_url)
    yield made
    made.dispose()


def event(minute, tenant="plum", action=Action.ASKED):
    return Event(NOON + timedelta(minutes=minute), action, tenant, "ssc_1", "ann", "127.0.0.1", "job", "détail")


def test_events_come_back_whole_the_oldest_first(engine):
    first, second = event(1), Event(NOON, Action.REFUSED)
    audit.write(engine, [first, second])
    audit.write(engine, [])
    assert list(audit.read(engine)) == [second, first]


def test_events_of_a_tenant_and_from_a_moment_on(engine):
    audit.write(engine, [event(minute, tenant) for minute in range(5) for tenant in ("plum", "quince")])
    assert [e.at.minute for e in audit.read(engine, tenant="quince")] == [0, 1, 2, 3, 4]
    assert [(e.at.minute, e.tenant) for e in audit.read(engine, tenant="plum", since=NOON + timedelta(minutes=3))] == [
        (3, "plum"),
        (4, "plum"),
    ]


def test_a_long_audit_is_read_in_pages_and_nothing_twice(engine, monkeypatch):
    """Many events of one millisecond among them."""
    monkeypatch.setattr(audit, "_PAGE", 7)
    written = [event(number // 20) for number in range(50)]
    audit.write(engine, written)
    assert list(audit.read(engine)) == written


def test_what_is_old_is_forgotten(engine):
    audit.write(engine, [event(0), event(1), event(2)])
    assert audit.forget(engine, NOON + timedelta(minutes=2)) == 2
    assert list(audit.read(engine)) == [event(2)]
