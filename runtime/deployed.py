"""What is the same for all runs of a deployment in a queue; asked for once, not by each run's process."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun

from runtime.export_process import Related


@dataclass(frozen=True)
class Deployed:
    """Where the code of a deployment's runs is, and what their events say that they belong to."""

    entrypoint: str
    related: tuple[Related, ...]


@dataclass
class KnownDeployments:
    """What Prefect has told of deployments."""

    prefect: PrefectClient
    pool: str
    known: dict[tuple[UUID, UUID | None], Deployed] = field(default_factory=dict)

    async def of(self, run: FlowRun) -> Deployed:
        """What a run is deployed as. Raises httpx.HTTPError where Prefect has no answer."""
        assert run.deployment_id is not None, "the pool's runs come from deployments"
        place = (run.deployment_id, run.work_queue_id)
        if place not in self.known:
            self.known[place] = await self._ask(*place)
        return self.known[place]

    async def _ask(self, deployment_id: UUID, queue_id: UUID | None) -> Deployed:
        reading = (self.prefect.read_deployment(deployment_id), self.prefect.read_work_pool(self.pool))
        deployment, pool = await asyncio.gather(*reading)
        flow = await self.prefect.read_flow(deployment.flow_id)
        related = [
            Related("flow", str(flow.id), flow.id, flow.name, tuple(flow.tags)),
            Related("deployment", str(deployment.id), deployment.id, deployment.name, tuple(deployment.tags)),
            Related("work-pool", pool.name, pool.id, pool.name),
        ]
        if queue_id is not None:
            queue = await self.prefect.read_work_queue(queue_id)
            related.append(Related("work-queue", str(queue.id), queue.id, queue.name))
        return Deployed(deployment.entrypoint or "", tuple(related))
