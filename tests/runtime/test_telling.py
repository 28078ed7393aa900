"""Telling of ended jobs holds up nothing, and no receiver holds up another one's messages."""

import asyncio
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from config.settings import Settings, TenantSettings
from contract.errors import ExportCancelled
from contract.jobs import Job, JobSource
from database import jobs
from database.engine import connect
from database.migrate import upgrade
from runtime import telling
from runtime.telling import Telling

SECONDS = 20


@pytest.fixture
def engine(database_url):
    upgrade(database_url, "jobs")
    engine = connect(database_url)
    yield engine
    engine.dispose()


def ended(engine, tenant):
    """The id of a job that has ended."""
    run_id = str(uuid.uuid4())
    jobs.create(engine, Job(run_id, tenant, JobSource.API, datetime.now(UTC), id=run_id))
    jobs.fail(engine, run_id, ExportCancelled())
    return run_id


class Receiver:
    """Answers 200, or takes a message and says nothing; keeps count of its callers."""

    def __init__(self, *, answers):
        self.answers = answers
        self.calls = 0
        self.most = 0
        self.now = 0

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def _take(self, reader, writer):
        self.calls += 1
        self.now += 1
        self.most = max(self.most, self.now)
        with suppress(ConnectionError):
            while await reader.read(65536):
                if self.answers:
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        self.now -= 1
        writer.close()


def told_by(engine, home, **webhooks):
    tenants = {name: TenantSettings(webhooks=(url,)) for name, url in webhooks.items()}
    return Telling(SimpleNamespace(jobs=engine, settings=Settings(home=home, tenants=tenants)))


async def until(look):
    async with asyncio.timeout(SECONDS):
        while not look():
            await asyncio.sleep(0.02)


class Stop(Exception):
    """What a test ends its tasks with."""


def test_receivers_that_never_answer_hold_up_nobody_else(engine, tmp_path):
    async def work():
        async with Receiver(answers=False) as silent, Receiver(answers=True) as well:
            told = told_by(engine, tmp_path, dead=silent.url, acme=well.url)
            of_dead = [ended(engine, "dead") for _ in range(40)]
            of_acme = ended(engine, "acme")
            with suppress(ExceptionGroup):
                async with asyncio.TaskGroup() as tasks:
                    await told.look(tasks)
                    await until(lambda: not jobs.is_untold(engine, of_acme))
                    await until(lambda: silent.now == telling.AT_ONCE)
                    await told.look(tasks)  # none is begun with twice
                    untold = [job.id for job in jobs.unnotified(engine)]
                    raise Stop
            return of_dead, untold, well.calls, silent.most

    of_dead, untold, calls, most = asyncio.run(work())
    assert sorted(untold) == sorted(of_dead)  # those of one millisecond come in no order
    assert calls == 1
    assert most == telling.AT_ONCE


def test_jobs_beyond_those_that_are_being_told_of_come_later(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(telling, "MOST_OF_TENANT", 2)

    async def work():
        async with Receiver(answers=True) as well:
            told = told_by(engine, tmp_path, acme=well.url)
            for _ in range(3):
                ended(engine, "acme")
            left = []
            for _ in range(2):
                async with asyncio.TaskGroup() as tasks:
                    await told.look(tasks)
                left.append(len(jobs.unnotified(engine)))
            return left, well.calls, told.tenants

    assert asyncio.run(work()) == ([1, 0], 3, {})


def test_a_database_that_is_away_leaves_the_job_to_the_next_look(engine, tmp_path, monkeypatch):
    async def work():
        async with Receiver(answers=True) as well:
            told = told_by(engine, tmp_path, acme=well.url)
            ended(engine, "acme")
            with monkeypatch.context() as away:
                away.setattr(jobs, "is_untold", raise_os_error)
                async with asyncio.TaskGroup() as tasks:
                    await told.look(tasks)
            first = (len(jobs.unnotified(engine)), told.tenants)
            async with asyncio.TaskGroup() as tasks:
                await told.look(tasks)
            return first, jobs.unnotified(engine), well.calls

    assert asyncio.run(work()) == ((1, {}), [], 1)


def raise_os_error(*_):
    raise OSError
