"""A real embedded Prefect server for the tests of the runtime, started once, and a worker that each test may run."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import PrefectClient

from api.runs import PrefectRuns
from config.settings import Settings
from database.migrate import upgrade
from runtime import deployments, door
from runtime.parts import Part, listen_from, port_of, stop
from runtime.prefect_server import LOOPBACK, client_environment, server_environment
from runtime.warm_worker import WarmWorker
from tests.loopback import http
from tests.runtime.own_stack import SECONDS, beginning
from tests.runtime.services import Service, serving

_WAIT_SECONDS = 30


@pytest.fixture(scope="package")
def prefect(tmp_path_factory: pytest.TempPathFactory, prefect_database: Path) -> Iterator[str]:
    """The address of Prefect's API; processes that are started now on are told of it by the environment."""
    home = tmp_path_factory.mktemp("prefect-home")
    with ExitStack() as undo:
        listener = undo.enter_context(listen_from(LOOPBACK, 42000))
        port = port_of(listener)
        wanted = client_environment(home, port, "WARNING")
        with beginning(home, prefect_database):
            process = Part("prefect", server_environment(home, port, 1_000_000), [listener]).start()
            undo.callback(stop, process, seconds=10)
            # The socket takes connections already; the answer comes when the server is up.
            answer = http.get(f"{wanted['PREFECT_API_URL']}/health", timeout=SECONDS)
            assert answer.status_code == httpx.codes.OK
        environment = undo.enter_context(pytest.MonkeyPatch.context())
        for name, value in wanted.items():
            environment.setenv(name, value)
        yield wanted["PREFECT_API_URL"]


@pytest.fixture(scope="package")
def json_service(tmp_path_factory: pytest.TempPathFactory, postgresql_url: str, prefect_database: Path) -> Iterator[Service]:
    """A stack whose log is objects. It is killed in test_stack.py, after all other tests that ask for it."""
    with serving(tmp_path_factory.mktemp("json") / "home", "json", postgresql_url, prefect_database) as service:
        yield service


@pytest.fixture(scope="package")
def text_service(tmp_path_factory: pytest.TempPathFactory, postgresql_url: str, prefect_database: Path) -> Iterator[Service]:
    """A stack whose log is for people, in hunts: each start of one takes a dozen seconds."""
    with serving(tmp_path_factory.mktemp("text") / "home", "text", postgresql_url, prefect_database) as service:
        yield service


@dataclass
class Bench:
    """A worker at work on flows of the tests, its records, and the ways to ask for runs and to wait."""

    worker: Any
    deployments: dict[str, UUID]

    @property
    def settings(self) -> Settings:
        settings: Settings = self.worker.records.settings
        return settings

    async def ask(self, flow: str, key: str | None = None, tenant: str = "acme", **parameters: object) -> UUID:
        """The id of a new run."""
        body = {"parameters": {"tenant": tenant, "request": parameters}, "idempotency_key": key}
        answer = await self.worker.prefect.request("POST", f"/deployments/{self.deployments[flow]}/create_flow_run", json=body)
        self.worker.look.set()
        return UUID(answer.json()["id"])

    async def state(self, run_id: UUID) -> Any:
        return (await self.worker.prefect.read_flow_run(run_id)).state

    async def ended(self, run_id: UUID) -> Any:
        """The final state of a run whose process is gone."""

        async def final() -> Any:
            state = await self.state(run_id)
            return state if state.is_final() and run_id not in self.worker.alive() else None

        return await until(final)

    async def process_of(self, run_id: UUID, sign: Path) -> Any:
        """The process of a run that has come as far as to leave its sign."""

        async def there() -> Any:
            return self.worker.taken.get(run_id) if sign.exists() else None

        return await until(there)


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        found = await look()
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come")


Workbench = Callable[[], AbstractAsyncContextManager[Bench]]


@pytest.fixture
def workbench(prefect: str, tmp_path: Path) -> Iterator[Workbench]:
    """A worker on flows of the tests, to be entered in the test's own event loop."""
    with door.open_door() as opened_door:
        yield lambda: _at_work(prefect, tmp_path, opened_door)


@asynccontextmanager
async def _at_work(address: str, home: Path, opened_door: socket.socket) -> AsyncIterator[Bench]:
    settings = Settings(home=home, concurrency=2)
    upgrade(settings.jobs_url, "jobs")
    async with PrefectClient(address) as client, AsyncExitStack() as undo:
        pool = await deployments.register(client, Path(__file__).parent / "prefect.yaml")
        found = {name: (await client.read_deployment_by_name(f"{name}/test")).id for name in ("quick", "patient")}
        runs = PrefectRuns.at(address)
        undo.push_async_callback(runs.close)
        worker = WarmWorker(client, runs, settings, pool)
        serving = asyncio.create_task(worker.serve(opened_door))
        try:
            yield Bench(worker, found)
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving
            await worker.put_back()
