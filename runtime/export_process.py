"""One run in one process, forked from a server that has imported everything already: no run pays for starting Python.

The fork server imports this module (see `PRELOAD`) and nothing of it may start a thread or open a connection: forks inherit
neither. https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
"""

import gc
import logging
import multiprocessing
import os
import pkgutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.context import SettingsContext, get_settings_context
from prefect.events.related import RESOURCE_CACHE
from prefect.exceptions import Abort, ParameterBindError, SignatureMismatchError
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, Settings, get_current_settings
from prefect.states import Failed
from prefect.types import DateTime

from config import logs
from contract.errors import AttemptReplaced
from contract.phrases import listed
from contract.tenants import is_tenant_name
from flows.ending import left_to_worker
from runtime.parts import PARENT, die_with_parent

if TYPE_CHECKING:
    from prefect import Flow

PRELOAD = (
    "runtime.fork_server",
    "runtime.export_process",
    "flows.export_connector_states",
    "flows.ad_hoc",
    "flows.import_connector_states",
    "formats.excel.verify",
    "formats.excel.workbook",
    "prefect.flow_engine",
    "prefect.task_engine",
    "prefect.events.clients",
    "prefect.utilities.visualization",
    # What these libraries import only when they are used first.
    "adbc_driver_postgresql",
    "adbc_driver_sqlite.dbapi",
    "anyio._backends._asyncio",
    "encodings.idna",
    "polars",
    "pyarrow",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "xlsxwriter",
)


UNAVAILABLE = os.EX_UNAVAILABLE
"""The exit code of a process that could not write how its job ended."""

UNFIT = "ParametersRefused"
"""The name of the state of a run whose parameters are not those of its flow; its message says which."""

log = logging.getLogger("statesheet.run")

_NICENESS = 5
"""Who asks waits for an answer, who has asked for a file: where processors are short, the API and Prefect's server go first."""


def fork_server() -> ForkServerContext:
    """Where processes of runs come from, warm."""
    context = start_fork_server()
    first = context.Process(target=nothing)
    first.start()
    first.join()
    return context


def start_fork_server() -> ForkServerContext:
    """The same without waiting until everything is imported.

    To be called from the main thread: what a thread starts may not outlive it (see `runtime.parts.die_with_parent`).
    """
    os.environ[PARENT] = str(os.getpid())  # read by the fork server, also by one that is started anew
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOAD))
    forkserver.ensure_running()
    return context


@dataclass(frozen=True)
class Related:
    """A record of Prefect's that a run belongs to, as far as events name it; `key` is what the run knows it by."""

    kind: str
    key: str
    id: UUID
    name: str
    tags: tuple[str, ...] = ()


def start(context: ForkServerContext, run: FlowRun, entrypoint: str, related: Sequence[Related] = ()) -> ForkServerProcess:
    """The process of a run; its exit code says nothing of the export, whose outcome is on record.

    It asks Prefect for what its events are to name, unless it is among `related`.
    """
    # The engine opens a subscription for requests to suspend the run, which exports never do, where it sees a deployment.
    told = run.model_copy(update={"deployment_id": None})
    process = context.Process(target=main, args=(told, entrypoint, tuple(related)), daemon=True)
    process.start()
    return process


def main(run: FlowRun, entrypoint: str, related: Sequence[Related]) -> None:
    """Run a flow under the id that it has."""
    # Imported when this process was not there yet: what it says is of the fork server, even if that is gone by now.
    from runtime import fork_server

    # All that was imported stays: to look through it for garbage again and again would cost, and copy its pages.
    gc.freeze()
    die_with_parent(fork_server.ID)
    os.nice(_NICENESS)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logs.set_up("run", level=fork_server.SETTINGS.log_level, style=fork_server.SETTINGS.log_format, subject=_subject(run))
    # Prefect's warning, at every end, that it still sends events.
    logging.getLogger("EventsWorker").setLevel(logging.ERROR)
    from prefect.flow_engine import run_flow

    for one in related:
        known: Any = {"kind": one.kind, "object": one}
        RESOURCE_CACHE[f"{one.kind}.{one.key}"] = (known, DateTime.now("UTC"))
    with left_to_worker(), SettingsContext(profile=get_settings_context().profile, settings=prefect_settings()):
        flow = pkgutil.resolve_name(entrypoint)
        try:
            run_flow(flow, flow_run=run, return_type="state")
        except (ParameterBindError, SignatureMismatchError):
            _refuse(run, flow)
        except Abort as given_up:
            log.warning("The run is given up: %s", given_up)
            raise SystemExit(0 if isinstance(given_up.__cause__, AttemptReplaced) else UNAVAILABLE) from given_up
        except Exception as error:  # whatever it is: multiprocessing would print it past the log
            log.exception("The run's process ends")
            raise SystemExit(1) from error


@cache
def prefect_settings() -> Settings:
    """Prefect's settings for a run: the environment's, without heartbeats, for which the environment has no word.

    A lost run is noticed by its process, and heartbeats would keep each process for up to a second after its work.
    """
    return get_current_settings().copy_with_update(updates={PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})


def _refuse(run: FlowRun, flow: "Flow[..., Any]") -> None:
    """Parameters that do not fit the flow: running it again would not help."""
    known = flow.parameters
    unknown = tuple(name for name in run.parameters if name not in known.properties)
    missing = tuple(name for name in known.required or () if name not in run.parameters)
    said = [f"{word} {listed(names)}" for word, names in (("there is no", unknown), ("it needs", missing)) if names]
    message = f"{', and '.join(said)}; it has {', '.join(known.properties)}"
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Failed(name=UNFIT, message=message), force=True)


def _subject(run: FlowRun) -> logs.Subject:
    tenant = run.parameters.get("tenant")
    return logs.Subject(str(run.id), tenant if isinstance(tenant, str) and is_tenant_name(tenant) else None)


def nothing() -> None:
    """What the first process does, which waits until the fork server has imported everything."""
