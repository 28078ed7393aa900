"""The place of a job in the queue, and whose turn it is."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from contract.jobs import Job
from database import jobs
from tests.database.jobs.stored_jobs import NOON, asked


def test_the_place_in_the_queue_counts_the_waiting_jobs_of_all_tenants(engine: Engine) -> None:
    first, second, third = (jobs.create(engine, replace(asked(), created=NOON + timedelta(seconds=n))) for n in range(3))
    jobs.attach_run(engine, first.request_key, "run-1")
    assert [jobs.queue_position(engine, job) for job in (first, second, third)] == [1, 2, 3]
    started = jobs.start(engine, "run-1")
    assert jobs.queue_position(engine, started) is None
    assert jobs.queue_positions(engine, [started, third, second]) == {second.request_key: 1, third.request_key: 2}


def test_tenants_take_turns_and_a_job_shows_the_place_that_it_has(engine: Engine) -> None:
    def waiting(tenant: str, number: int) -> Job:
        made = jobs.create(engine, replace(asked(), tenant=tenant, created=NOON + timedelta(seconds=number)))
        return jobs.attach_run(engine, made.request_key, f"{tenant}-{number}")

    acme = [waiting("acme", number) for number in range(4)]
    bolt = [waiting("bolt", 10 + number) for number in range(2)]
    jobs.start(engine, "acme-0")
    order = ["bolt-10", "acme-1", "bolt-11", "acme-2", "acme-3"]
    turns = jobs.in_turn(engine, [], limit=9)
    assert [turn.run_id for turn in turns] == ["acme-0", *order]  # what began and has no process comes first
    assert [turn.run_id for turn in jobs.in_turn(engine, ["acme-0", "bolt-10"], limit=2)] == order[1:3]
    places = jobs.queue_positions(engine, [jobs.of_run(engine, job.id or "") for job in (*acme, *bolt)])
    by_run = {job.id or "": places[job.request_key] for job in (*acme[1:], *bolt)}
    assert sorted(by_run, key=lambda run: by_run[run]) == order
    assert sorted(by_run.values()) == [1, 2, 3, 4, 5]
