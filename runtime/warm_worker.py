"""The embedded worker: takes runs from the work pool the moment that they are there, each into a process that is warm.

It speaks Prefect's public API as a stock worker does, with fewer calls: one to take a run, none to start it. The starter
protocol of Prefect's ProcessWorker was read first: around each run it opens a client, an event socket, a control channel and
an observer of cancellations, and makes six calls before the process starts.
"""

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from multiprocessing.context import ForkServerProcess
from typing import Any
from uuid import UUID

import httpx
from anyio import to_thread
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus
from prefect.exceptions import PrefectException
from prefect.states import Pending

from api.runs import PrefectRuns
from config import logs
from config.settings import Settings, load_settings
from contract.errors import StatesheetError
from database.engine import connect
from runtime import deployments, export_process, reconcile
from runtime.deployed import KnownDeployments
from runtime.door import ALIVE, UNWELL
from runtime.housekeeping import remove_expired, remove_leftovers
from runtime.reconcile import Records
from runtime.sparing_log import SparingLog
from runtime.stalls import Stalls
from runtime.telling import Telling
from runtime.waiting_runs import LOOK_SECONDS, WaitingRuns

NAME = "warm-worker"
_CANCEL_SECONDS = 1.0
_HEARTBEAT_SECONDS = 5.0
_SWEEP_SECONDS = 5.0
_HOUSE_SECONDS = 5.0
_LEFTOVER_SECONDS = 30.0
_STALL_SECONDS = 2.0
_TROUBLE_SECONDS = 1.0
_FAILING_SECONDS = 10.0
"""How long no run could be taken until the worker says that it is not well: longer than Prefect takes to start again."""
_UNWANTED = (StateType.CANCELLING, StateType.CANCELLED)

log = logging.getLogger("statesheet.worker")


class WarmWorker:
    """The runs that live here, and the loops that take, stop and judge them."""

    def __init__(self, prefect: PrefectClient, runs: PrefectRuns, settings: Settings, pool: str) -> None:
        self.prefect = prefect
        self.pool = pool
        self.records = Records(prefect, runs, connect(settings.jobs_url), settings, pool, self.alive)
        # SQLite empties and removes its write-ahead log when the last connection closes; as every connection here is closed
        # after its use, that would be done for each statement. This one stays. https://www.sqlite.org/wal.html
        self.kept_open = self.records.jobs.raw_connection()
        self.context = export_process.fork_server()
        self.taken: dict[UUID, ForkServerProcess | None] = {}
        self.taken_runs: dict[UUID, FlowRun] = {}
        self.failing_since: float | None = None
        self.log = SparingLog(log)
        self.waiting = WaitingRuns(self.records, settings.concurrency, self.log)
        self.deployments = KnownDeployments(prefect, pool)
        self.telling = Telling(self.records)
        self.stalls = Stalls(settings.progress_seconds)
        self.stalled: set[UUID] = set()
        self.look = asyncio.Event()
        self.ended = asyncio.Event()
        self.judging = asyncio.Lock()
        self.swept = False
        self.stopping = False

    def alive(self) -> set[UUID]:
        """The runs that have, or are just given, a process."""
        return set(self.taken)

    async def take(self) -> None:
        """Take as many waiting runs as there is room for, and note since when that fails."""
        try:
            if not self.stopping:
                chosen = await self.waiting.next(self.taken_runs.values())
                await asyncio.gather(*(self._begin(run) for run in chosen if run.id not in self.taken))
        except Exception:  # whatever it is, /health has to know since when; it is raised again
            self.failing_since = self.failing_since or time.monotonic()
            raise
        self.failing_since = None

    def is_well(self) -> bool:
        """Whether runs can be taken, or could a moment ago: those of jobs, and those that nobody knocked for."""
        troubles = (self.failing_since, self.waiting.failing_since)
        return all(since is None or time.monotonic() - since < _FAILING_SECONDS for since in troubles)

    async def _begin(self, run: FlowRun) -> None:
        self.taken[run.id] = None
        self.taken_runs[run.id] = run
        self.waiting.begun(run)
        try:
            deployed = await self.deployments.of(run)
            answer: OrchestrationResult[Any] = await self.prefect.set_flow_run_state(run.id, Pending())
            if answer.status is SetStateStatus.ACCEPT:
                process = export_process.start(self.context, run, deployed.entrypoint, deployed.related)
                self.taken[run.id] = process
                asyncio.get_running_loop().add_reader(process.sentinel, self._exited, run.id, process)
        finally:
            if self.taken[run.id] is None:
                self._let_go(run.id)

    def _let_go(self, run_id: UUID) -> None:
        del self.taken[run_id], self.taken_runs[run_id]
        self.waiting.ended(run_id)

    def _exited(self, run_id: UUID, process: ForkServerProcess) -> None:
        asyncio.get_running_loop().remove_reader(process.sentinel)
        process.join()
        code = process.exitcode
        process.close()
        self._let_go(run_id)
        self.look.set()
        cause = f"it made no progress for {self.stalls.seconds:g} seconds" if run_id in self.stalled else cause_of(code)
        self.stalled.discard(run_id)
        if not self.stopping:
            self.records.ends[run_id] = cause  # a sweep that is under way may come to this run before the task does
            with logs.about(job=run_id):  # the task inherits it
                self.tasks.create_task(self._guarded(lambda: self._judge(run_id)))

    async def _judge(self, run_id: UUID) -> None:
        async with self.judging:
            await reconcile.judge(self.records, run_id)
        self.look.set()
        self.ended.set()

    async def sweep(self) -> None:
        """Bring both records together."""
        async with self.judging:
            await reconcile.sweep(self.records, at_boot=not self.swept)
            self.swept = True
        self.look.set()
        self.ended.set()

    async def stop_unwanted(self) -> None:
        """Kill the processes of runs that somebody cancelled: what they write appears whole or not at all."""
        live = {run_id: process for run_id, process in self.taken.items() if process is not None}
        if not live:
            return
        unwanted = {"id": {"any_": list(live)}, "state": {"type": {"any_": list(_UNWANTED)}}}
        for run in await self.prefect.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(unwanted)):
            if not await to_thread.run_sync(reconcile.is_beyond_cancelling, self.records, run.id):
                self._kill(run.id, live[run.id])

    async def stop_stalled(self) -> None:
        """Kill the processes that hang: a stopped one, or one whose library waits for a thread that a fork did not inherit."""
        live = {run_id: process for run_id, process in self.taken.items() if process is not None}
        marks = await to_thread.run_sync(reconcile.marks, self.records, list(live))
        for run_id in self.stalls.look(marks, time.monotonic()):
            self.stalled.add(run_id)
            self._kill(run_id, live[run_id])

    def _kill(self, run_id: UUID, process: ForkServerProcess) -> None:
        """End a process, unless it has ended meanwhile."""
        if self.taken.get(run_id) is process:
            process.kill()

    async def heartbeat(self) -> None:
        """Tell Prefect that the pool has a worker."""
        await self.prefect.send_worker_heartbeat(self.pool, NAME, _HEARTBEAT_SECONDS)

    async def answer_door(self, door: socket.socket) -> None:
        """Wake up for a knock; say "alive" to who asks, or that runs cannot be taken."""
        loop = asyncio.get_running_loop()
        while True:
            word, sender = await loop.sock_recvfrom(door, 16)
            if word == ALIVE:
                await loop.sock_sendto(door, ALIVE if self.is_well() else UNWELL, sender)
            else:
                self.look.set()
                await self._guarded(self.stop_unwanted)

    async def serve(self, door: socket.socket) -> None:
        """Work until the task is cancelled."""
        async with asyncio.TaskGroup() as self.tasks:
            for work, seconds, wake in (
                (self.take, LOOK_SECONDS, self.look),
                (self.stop_unwanted, _CANCEL_SECONDS, None),
                (self.stop_stalled, _STALL_SECONDS, None),
                (self.heartbeat, _HEARTBEAT_SECONDS, None),
                (self.sweep, _SWEEP_SECONDS, None),
                (lambda: self.telling.look(self.tasks), _HOUSE_SECONDS, self.ended),
                (lambda: remove_expired(self.records), _HOUSE_SECONDS, None),
                (lambda: remove_leftovers(self.records), _LEFTOVER_SECONDS, None),
            ):
                self.tasks.create_task(self._always(work, seconds, wake))
            self.tasks.create_task(self.answer_door(door))

    async def put_back(self) -> None:
        """End the processes in good order; their runs wait to run again."""
        self.stopping = True
        for run_id, process in list(self.taken.items()):
            if process is not None:
                process.kill()
                process.join()
            await reconcile.put_back(self.records, run_id, "The stack was stopped.")
        self.kept_open.close()

    async def _always(self, work: Callable[[], Awaitable[None]], seconds: float, wake: asyncio.Event | None) -> None:
        wake = wake or asyncio.Event()
        while True:
            wake.clear()
            await self._guarded(work)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await wake.wait()

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Nothing that Prefect or the database may answer ends the worker: what was not done is found by the next sweep."""
        try:
            await work()
        except (httpx.HTTPError, PrefectException, StatesheetError, OSError) as trouble:
            self.log.warn(trouble)
            await asyncio.sleep(_TROUBLE_SECONDS)


def cause_of(code: int | None) -> str:
    """What an exit code says, for people."""
    if code == export_process.UNAVAILABLE:
        return "the database of the jobs, or what else its end is written to, could not be reached or has no space left"
    if code is None or code >= 0:
        return f"the process ended with exit code {code}"
    return f"the process was killed by {signal.Signals(-code).name}" + (" (out of memory?)" if -code == signal.SIGKILL else "")


def run(door: socket.socket) -> None:
    """The worker's process, until SIGTERM; the environment holds `prefect_server.client_environment`."""
    asyncio.run(_run(door, load_settings()))


async def _run(door: socket.socket, settings: Settings) -> None:
    export_process.start_fork_server()  # it imports while Prefect's server starts
    async with AsyncExitStack() as stack:
        prefect = await stack.enter_async_context(get_client())
        runs = PrefectRuns.at(str(prefect.api_url))
        stack.push_async_callback(runs.close)
        worker = WarmWorker(prefect, runs, settings, await _registered(prefect))
        await worker.heartbeat()
        serving = asyncio.create_task(worker.serve(door))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
        with suppress(asyncio.CancelledError):
            await serving
        await worker.put_back()


async def _registered(prefect: PrefectClient) -> str:
    """The work pool, once Prefect's server answers, and is not too busy to."""
    while True:
        try:
            return await deployments.register(prefect)
        except httpx.TransportError:
            await asyncio.sleep(0.1)
        except httpx.HTTPStatusError as trouble:
            log.warning("Prefect does not take the deployments yet: %s", trouble)
            await asyncio.sleep(_TROUBLE_SECONDS)
