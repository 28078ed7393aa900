"""What `since` of a request means."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from contract.errors import InvalidRequest
from contract.jobs import Job, JobSource
from contract.since import Since
from database import jobs
from database.engine import connect
from flows.since import base_of

ZONE = ZoneInfo("UTC")
LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def engine(database_url):
    made = connect(database_url)
    yield made
    made.dispose()


def body(channel="one", **params):
    criterion = {"typesCriterion": ["connectorstate"], "propertiesCriterion": [{"channelid": {"exact": channel}}]}
    return {"params": {"query": {"filters": criterion}, **params}}


def asking(request, user="anna", source=JobSource.API):
    return Job("now", "acme", source, LONG_AGO, id="now", request=request, submitted_by=user)


def done(engine, name, request, user="anna", source=JobSource.API, day=1, key=None):
    jobs.adopt(engine, name, "acme", source, request, user, request_key=key)
    jobs.start(engine, name)
    jobs.describe(engine, name, as_of=replace_day(day), seen="7")
    jobs.complete(engine, name, None, total=0)


def replace_day(day):
    return LONG_AGO.replace(day=day)


def test_the_last_one_is_the_newest_completed_export_of_the_same_request_by_the_same_user(engine):
    done(engine, "old", body(), day=1)
    done(engine, "newest", body(sort={"properties": [{"hub": "_ASC"}]}, options={"since": "last", "maxRecords": 5}), day=3)
    done(engine, "other request", body("two"), day=4)
    done(engine, "other user", body(), user="ben", day=5)
    done(engine, "schedule", body(), source=JobSource.SCHEDULE, day=6)
    jobs.adopt(engine, "not done", "acme", JobSource.API, body(), "anna")
    found = base_of(engine, asking(body(since="last")), Since(), ZONE)
    assert found is not None
    assert (found.job_id, found.seen, found.as_of) == ("newest", "7", replace_day(3))


def test_a_schedule_looks_at_runs_of_schedules(engine):
    done(engine, "by hand", body(), user=None, day=5)
    done(engine, "weekly", body(), user=None, source=JobSource.SCHEDULE, day=2)
    found = base_of(engine, asking(body(), None, JobSource.SCHEDULE), Since(), ZONE)
    assert found is not None
    assert found.job_id == "weekly"


def test_each_schedule_looks_at_its_own_runs_alone(engine):
    """One that runs weekly would miss what the daily one of the same request has told of, and a new one nearly everything."""

    def key(schedule, day):
        return f"scheduled deployment {schedule} 2026-01-{day:02} 06:00:00+00:00"

    for day in (2, 3, 4):
        done(engine, f"daily {day}", body(), None, JobSource.SCHEDULE, day, key=key("daily", day))
    done(engine, "weekly 1", body(), None, JobSource.SCHEDULE, 1, key=key("weekly", 1))
    told_from = {}
    for schedule in ("daily", "weekly", "da_ly", "new"):
        asks = replace(asking(body(), None, JobSource.SCHEDULE), request_key=key(schedule, 8))
        found = base_of(engine, asks, Since(), ZONE)
        told_from[schedule] = found and found.job_id
    assert told_from == {"daily": "daily 4", "weekly": "weekly 1", "da_ly": None, "new": None}


def test_without_an_earlier_export_there_is_nothing_to_tell_from(engine):
    assert base_of(engine, asking(body()), Since(), ZONE) is None


def test_a_job_may_be_named(engine):
    done(engine, "named", body("two"), user="ben")
    found = base_of(engine, asking(body()), Since(job="named"), ZONE)
    assert found is not None
    assert found.job_id == "named"


@pytest.mark.parametrize("name", ["unknown", "not done"])
def test_a_job_that_is_no_completed_one_of_the_tenant_is_a_mistake(engine, name):
    jobs.adopt(engine, "not done", "acme", JobSource.API, body(), "anna")
    with pytest.raises(InvalidRequest, match="completed job") as caught:
        base_of(engine, asking(body()), Since(job=name, path="params.options.since"), ZONE)
    assert [(mistake.code, mistake.path) for mistake in caught.value.mistakes] == [("SSH4006", "params.options.since")]


def test_a_moment_is_told_from_by_time_alone(engine):
    found = base_of(engine, replace(asking(body()), id=None), Since(instant=0), ZONE)
    assert found is not None
    assert (found.as_of, found.seen, found.job_id) == (datetime(1970, 1, 1, tzinfo=UTC), None, None)
