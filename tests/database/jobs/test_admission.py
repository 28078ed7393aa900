"""How jobs come in: asked for once, repeated, refused, or begun by Prefect on its own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from contract.errors import IdempotencyConflict, PrefectUnavailable, QueueFull, UnknownJob
from contract.jobs import Job, JobSource, JobStatus
from database import jobs
from database.tables import export_job
from tests.database.jobs.stored_jobs import TENANT, asked, queued


def test_a_new_job_is_found_once_it_has_its_run(engine: Engine) -> None:
    made = jobs.create(engine, asked(file_name="Report", submitted_by="ann"))
    attached = jobs.attach_run(engine, made.request_key, "run-1")
    assert attached == replace(made, id="run-1")
    assert jobs.get(engine, TENANT, "run-1") == attached == jobs.of_run(engine, "run-1")
    assert jobs.attach_run(engine, made.request_key, "run-1") == attached


def test_another_tenants_job_is_unknown(engine: Engine) -> None:
    run_id = queued(engine)
    with pytest.raises(UnknownJob):
        jobs.get(engine, "quince", run_id)
    with pytest.raises(UnknownJob):
        jobs.attach_run(engine, "no-such-key", "run-2")


def test_a_row_keeps_its_first_run(engine: Engine) -> None:
    made = jobs.create(engine, asked())
    jobs.attach_run(engine, made.request_key, "run-1")
    with pytest.raises(UnknownJob):
        jobs.attach_run(engine, made.request_key, "run-2")
    assert jobs.of_run(engine, "run-1").id == "run-1"


def test_a_repeated_key_gives_the_first_job_and_another_body_is_refused(engine: Engine) -> None:
    first = jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa")
    assert jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa") == first
    with pytest.raises(IdempotencyConflict):
        jobs.create(engine, asked(), idempotency_key="k", body_sha256="bb")
    other_tenant = jobs.create(engine, replace(asked(), tenant="quince"), idempotency_key="k", body_sha256="bb")
    assert other_tenant.tenant == "quince"


def test_a_key_is_free_again_after_its_window(engine: Engine) -> None:
    old = asked()
    old = replace(old, created=old.created - jobs.IDEMPOTENCY_WINDOW - timedelta(seconds=1))
    jobs.create(engine, old, idempotency_key="k", body_sha256="aa")
    new = jobs.create(engine, asked(), idempotency_key="k", body_sha256="bb")
    assert new.request_key != old.request_key
    still = replace(asked(), created=new.created + jobs.IDEMPOTENCY_WINDOW - timedelta(seconds=1))
    assert jobs.create(engine, still, idempotency_key="k", body_sha256="bb").request_key == new.request_key


def test_of_many_that_come_at_once_with_one_key_one_makes_the_job(engine: Engine) -> None:
    together = threading.Barrier(12)

    def come(_: int) -> str:
        job = asked()
        together.wait()
        return jobs.create(engine, job, idempotency_key="k", body_sha256="aa").request_key

    with ThreadPoolExecutor(12) as pool:
        keys = set(pool.map(come, range(12)))
    assert len(keys) == 1
    with engine.connect() as connection:
        assert len(connection.execute(select(export_job.c.id)).all()) == 1


def test_a_tenants_queue_is_bounded_and_other_tenants_do_not_count(engine: Engine) -> None:
    jobs.create(engine, replace(asked(), tenant="quince"), max_queued=2)
    first = queued(engine)
    jobs.create(engine, asked(), max_queued=2)
    with pytest.raises(QueueFull, match="Tenant 'plum' has 2 jobs waiting"):
        jobs.create(engine, asked(), max_queued=2)
    jobs.start(engine, first)
    jobs.create(engine, asked(), max_queued=2)


def test_a_repeated_key_is_answered_even_where_the_queue_is_full(engine: Engine) -> None:
    first = jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa", max_queued=1)
    assert jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa", max_queued=1) == first


def test_a_refused_job_is_never_run_and_its_key_is_free(engine: Engine) -> None:
    made = jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa")
    refused = jobs.refuse(engine, made.request_key, PrefectUnavailable(detail="it is away"))
    assert (refused.id, refused.status, refused.error_code) == (None, JobStatus.FAILED, "SSH5032")
    assert jobs.unattached(engine, datetime.now(UTC) + timedelta(hours=1)) == []
    assert jobs.page(engine, TENANT, None, 10, None) == ([], None)
    assert jobs.unnotified(engine) == []
    again = jobs.create(engine, asked(), idempotency_key="k", body_sha256="aa")
    assert again.request_key != made.request_key


def test_a_run_that_comes_after_its_request_was_refused_gets_no_job(engine: Engine) -> None:
    """Neither by itself, nor by who asked for it: the client has been told that there is none, and has asked again."""
    made = jobs.create(engine, asked())
    refused = jobs.refuse(engine, made.request_key, PrefectUnavailable(detail="it is away"))
    assert jobs.adopt(engine, "late-run", TENANT, JobSource.API, {}, request_key=made.request_key) == refused
    assert jobs.attach_run(engine, made.request_key, "late-run") == refused
    assert refused.id is None
    assert jobs.page(engine, TENANT, None, 10, None) == ([], None)
    assert jobs.refused_keys(engine, datetime.now(UTC) - timedelta(minutes=1)) == [made.request_key]
    assert jobs.refused_keys(engine, datetime.now(UTC) + timedelta(minutes=1)) == []
    with pytest.raises(UnknownJob):
        jobs.start(engine, "late-run")


def test_a_job_whose_run_has_begun_cannot_be_refused_any_more(engine: Engine) -> None:
    made = jobs.create(engine, asked())
    jobs.adopt(engine, "run-1", TENANT, JobSource.API, {}, request_key=made.request_key)
    kept = jobs.refuse(engine, made.request_key, PrefectUnavailable(detail="it is away"))
    assert (kept.id, kept.status) == ("run-1", JobStatus.QUEUED)


def test_refused_jobs_go_after_a_day(engine: Engine) -> None:
    old, new = (jobs.create(engine, asked()) for _ in range(2))
    jobs.refuse(engine, old.request_key, PrefectUnavailable(detail="it is away"))
    with engine.begin() as connection:
        connection.execute(update(export_job).values(finished_ms=1).where(export_job.c.request_key == old.request_key))
    jobs.refuse(engine, new.request_key, PrefectUnavailable(detail="it is away"))
    with engine.connect() as connection:
        assert connection.execute(select(export_job.c.request_key)).scalars().all() == [new.request_key]


def test_a_run_that_began_on_its_own_makes_its_row_once(engine: Engine) -> None:
    request = {"params": {"query": {}}}
    first = jobs.adopt(engine, "run-1", TENANT, JobSource.SCHEDULE, request, "ann")
    assert (first.id, first.source, first.request, first.submitted_by) == ("run-1", JobSource.SCHEDULE, request, "ann")
    assert jobs.adopt(engine, "run-1", TENANT, JobSource.UI, {}, "bob") == first
    assert jobs.get(engine, TENANT, "run-1") == first


@pytest.mark.parametrize("request_of_ui", [None, "text", 7, [1, 2]])
def test_a_run_with_a_request_of_any_shape_has_a_row(engine: Engine, request_of_ui: object) -> None:
    assert jobs.adopt(engine, "run-1", TENANT, JobSource.UI, request_of_ui).request == {"request": request_of_ui}


def test_a_run_that_is_faster_than_the_api_finds_the_row_of_its_key(engine: Engine) -> None:
    made = jobs.create(engine, asked(submitted_by="ann"))
    adopted = jobs.adopt(engine, "run-1", TENANT, JobSource.UI, {}, request_key=made.request_key)
    assert adopted == replace(made, id="run-1")
    assert jobs.attach_run(engine, made.request_key, "run-1") == adopted


def test_many_that_adopt_one_run_at_once_make_one_row(engine: Engine) -> None:
    together = threading.Barrier(8)

    def adopt(_: int) -> Job:
        together.wait()
        return jobs.adopt(engine, "run-1", TENANT, JobSource.UI, {})

    with ThreadPoolExecutor(8) as pool:
        assert len({job.created for job in pool.map(adopt, range(8))}) == 1
