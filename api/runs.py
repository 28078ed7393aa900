"""What the API asks of Prefect: a run for a request key, the end of a run, and whether a worker waits for runs."""

import asyncio
import json
import math
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from api.together import Together
from contract.errors import PrefectUnavailable, RunRefused, StatesheetError
from contract.jobs import JobKind

DEPLOYMENTS = {
    JobKind.EXPORT: "export-connector-states/export",
    JobKind.IMPORT: "import-connector-states/import",
}
"""Flow and deployment of each kind of job."""
QUEUE = "asked"
"""The work queue of runs that have a job row, by which the embedded worker lets tenants take turns."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
"""Seconds between attempts of one call; each pause is twice the one before. Each call is safe to repeat."""
_MOST_BREAKS = 4
"""How many attempts may end without an answer: Prefect is away, or closed the connection that was to be used again."""
_BUSY_SECONDS = 10.0
"""How long a Prefect is tried that answers and has no time: a burst is over by then."""
LONGEST_SECONDS = 15.0
"""Longest that anything asked here may take, all attempts together: clients wait meanwhile."""
_BUSY = frozenset({429, 502, 503, 504})
_WELL_SECONDS = 2.0
# Few at a time: Prefect on SQLite writes one after the other anyhow, and more only wait there with a lock's deadline.
# A connection is dropped before Prefect does so, which is after 5 idle seconds unless it is told otherwise.
_LIMITS = httpx.Limits(max_connections=6, max_keepalive_connections=6, keepalive_expiry=4)
# A burst waits for a free connection longer than for an answer.
_TIMEOUT = httpx.Timeout(10, connect=2, pool=LONGEST_SECONDS)


@dataclass
class PrefectRuns:
    """Prefect's API at one address. Keeps its connections and the deployments' records; `close` ends them."""

    client: httpx.AsyncClient
    _deployments: dict[JobKind, dict[str, Any]] = field(default_factory=dict)
    _together: dict[JobKind, Together] = field(default_factory=dict)
    _answered: float = -math.inf

    @classmethod
    def at(cls, api_url: str, transport: httpx.AsyncBaseTransport | None = None) -> "PrefectRuns":
        """Prefect at `api_url` (it ends in `/api`)."""
        headers = {"content-type": "application/json"}
        client = httpx.AsyncClient(base_url=api_url, headers=headers, limits=_LIMITS, timeout=_TIMEOUT, transport=transport)
        return cls(client)

    @property
    def ui_url(self) -> str:
        """Where people open Prefect's own pages."""
        return str(self.client.base_url).rstrip("/").removesuffix("/api")

    @property
    def is_well(self) -> bool:
        """Whether Prefect answered a moment ago and nothing has gone wrong since."""
        return time.monotonic() - self._answered < _WELL_SECONDS

    async def close(self) -> None:
        """End the connections."""
        await self.client.aclose()

    async def create(self, request_key: str, tenant: str, body: object, kind: JobKind = JobKind.EXPORT) -> str:
        """The id of the run for a request key: always the same one for the same key.

        Raises PrefectUnavailable, and RunRefused where Prefect could be asked and says no.
        """
        if kind not in self._together:
            self._together[kind] = Together(partial(self._create_all, kind))
        async with _in_time():
            return await self._together[kind].ask(run_body(request_key, tenant, body))

    async def cancel(self, run_id: str) -> None:
        """Ask Prefect to end a run: one that waits never starts, one that runs is stopped by its worker.

        A run that Prefect does not know or that has ended is no mistake. Raises PrefectUnavailable and RunRefused.
        """
        answer = await self._call("POST", f"/flow_runs/{run_id}/set_state", json.dumps({"state": {"type": "CANCELLING"}}))
        if answer.status_code != httpx.codes.NOT_FOUND:
            _refuse_error(answer)

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Prefect's JSON answer (None: it has nothing to say) to a call that is safe to repeat.

        Raises PrefectUnavailable, and RunRefused where Prefect could be asked and says no.
        """
        answer = await self._call(method, path, None if body is None else json.dumps(body))
        _refuse_error(answer)
        return answer.json() if answer.content else None

    async def workers(self) -> list[str]:
        """The names of the workers that Prefect heard of lately and that would take runs of the deployment."""
        pool = (await self.deployment()).get("work_pool_name")
        if pool is None:
            return []
        answer = await self._call("POST", f"/work_pools/{pool}/workers/filter", "{}")
        if answer.is_error:
            raise PrefectUnavailable(detail=f"it answers {answer.status_code} for the work pool {pool}")
        return [worker["name"] for worker in answer.json() if worker["status"] == "ONLINE"]

    async def ping(self) -> float:
        """Seconds that Prefect took to say that it is well. Raises PrefectUnavailable."""
        began = time.monotonic()
        answer = await self._call("GET", "/health", patient=False)
        if answer.is_error:
            raise PrefectUnavailable(detail=f"it answers {answer.status_code}")
        return time.monotonic() - began

    async def deployment(self, kind: JobKind = JobKind.EXPORT, *, again: bool = False) -> dict[str, Any]:
        """Prefect's record of the deployment that runs jobs of a kind; looked up once, or `again`.

        Raises PrefectUnavailable where there is none (yet).
        """
        if again or kind not in self._deployments:
            answer = await self._call("GET", f"/deployments/name/{DEPLOYMENTS[kind]}")
            if answer.is_error:
                raise PrefectUnavailable(detail=f"it answers {answer.status_code} for the deployment {DEPLOYMENTS[kind]}")
            self._deployments[kind] = answer.json()
        return self._deployments[kind]

    async def _create_all(self, kind: JobKind, contents: Sequence[str]) -> list[str | StatesheetError]:
        """The run of each; those that Prefect does not take together are asked for one by one, and so refused each for itself.

        Together they cost Prefect's server about half: it looks up the deployment, the queue and the variables once.
        """
        made: list[str | None] = [None] * len(contents)
        if len(contents) > 1:
            answer = await self._of_deployment(kind, "create_flow_run/bulk", f"[{','.join(contents)}]")
            if answer.is_success:
                made = [result["flow_run_id"] for result in answer.json()["results"]]
        return [run_id or await self._create(kind, content) for run_id, content in zip(made, contents, strict=True)]

    async def _create(self, kind: JobKind, content: str) -> str | StatesheetError:
        try:
            answer = await self._of_deployment(kind, "create_flow_run", content)
            _refuse_error(answer)
        except (PrefectUnavailable, RunRefused) as error:
            return error
        run_id: str = answer.json()["id"]
        return run_id

    async def _of_deployment(self, kind: JobKind, what: str, content: str) -> httpx.Response:
        answer = await self._call("POST", f"/deployments/{(await self.deployment(kind))['id']}/{what}", content)
        if answer.status_code == httpx.codes.NOT_FOUND:  # the deployment was made anew
            again = await self.deployment(kind, again=True)
            answer = await self._call("POST", f"/deployments/{again['id']}/{what}", content)
        return answer

    async def _call(self, method: str, path: str, content: str | None = None, *, patient: bool = True) -> httpx.Response:
        """The answer, after some attempts where `patient`. Raises PrefectUnavailable."""
        async with _in_time():
            return await self._attempts(method, path, content, patient)

    async def _attempts(self, method: str, path: str, content: str | None, patient: bool) -> httpx.Response:
        began, pause, breaks = time.monotonic(), _FIRST_PAUSE, 0
        while True:
            try:
                answer = await self.client.request(method, path, content=content)
            except httpx.TransportError as error:
                breaks += 1
                self._answered = -math.inf
                trouble, hopeless = type(error).__name__, breaks >= _MOST_BREAKS
            else:
                if answer.status_code not in _BUSY:
                    self._answered = -math.inf if answer.is_server_error else time.monotonic()
                    return answer
                trouble, hopeless = f"it answers {answer.status_code}", time.monotonic() - began > _BUSY_SECONDS
            if hopeless or not patient:
                raise PrefectUnavailable(detail=trouble)
            # A burst that was sent away together should not come back together.
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 (not for a secret)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _refuse_error(answer: httpx.Response) -> None:
    if answer.is_server_error:
        raise PrefectUnavailable(detail=f"it answers {answer.status_code}")
    if answer.is_error:
        raise RunRefused(detail=f"{answer.status_code} {answer.text[:500]}")


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            yield
    except TimeoutError:
        raise PrefectUnavailable(detail=f"no answer in {LONGEST_SECONDS:g} seconds") from None


def run_body(request_key: str, tenant: str, body: object) -> str:
    """What Prefect is asked for a run of a request."""
    parameters = {"tenant": tenant, "request": for_prefect(body)}
    run = {"parameters": parameters, "idempotency_key": request_key, "tags": [tenant], "work_queue_name": QUEUE}
    return json.dumps(run)


def for_prefect(value: object) -> dict[str, str]:
    """`value` as a parameter of a run.

    Prefect fills in the templates and variables that it finds in parameters. This is JSON text, which Prefect decodes and does
    not look into (see `json_handler` in prefect.utilities.schema_tools.hydration).
    """
    return {"__prefect_kind": "json", "value": json.dumps(value, ensure_ascii=False, separators=(",", ":"))}
