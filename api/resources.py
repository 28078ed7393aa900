"""What the requests of one application share: databases, Prefect, the result store, the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from api.auditing import Recorder
from api.handing_over import HandingOver
from api.keyring import Keyring
from api.runs import PrefectRuns
from api.tenants import Tenants
from config.settings import Settings
from files.store import ResultStore


@dataclass(frozen=True)
class Resources:
    """Made once for an application, closed with it. `link_secret` signs download links and sessions.

    `on_submitted` is called when Prefect has a new run; `worker_answers` says whether the worker of this machine would take
    one (None: ask Prefect which workers it heard of lately). `handing_over`: jobs that were answered before Prefect had them.
    """

    settings: Settings
    jobs: Engine
    objects: Engine
    tenants: Tenants
    keyring: Keyring
    audit: Recorder
    runs: PrefectRuns
    store: ResultStore
    link_secret: bytes
    on_submitted: Callable[[], None]
    worker_answers: Callable[[], bool] | None
    handing_over: HandingOver

    @property
    def public_url(self) -> str:
        """What links begin with, without a slash at the end."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return self.settings.public_url.rstrip("/") or f"http://{host}:{self.settings.port}"

    async def close(self) -> None:
        """Give back every connection."""
        await self.handing_over.close()
        await self.runs.close()
        await run_in_threadpool(self.audit.close)
        self.jobs.dispose()
        self.objects.dispose()


def resources_of(request: Request) -> Resources:
    """The resources of the application that serves a request."""
    found: Resources = request.app.state.resources
    return found


Shared = Annotated[Resources, Depends(resources_of)]
