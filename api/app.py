"""The application: its parts put together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version

import httpx
from fastapi import Depends, FastAPI
from prometheus_client import CollectorRegistry

from api import documentation, errors, exports, files, health, jobs, metrics, services
from api.auditing import Recorder
from api.authentication import authorize
from api.body import BodyLimit
from api.errors import LastResort
from api.handing_over import HandingOver
from api.headers import HeaderLimit, SafeHeaders
from api.keyring import Keyring
from api.metrics import JobsByStatus, JobTotals, RequestMetrics
from api.pages import site
from api.resources import Resources
from api.runs import PrefectRuns
from api.targets import AbsoluteTargets
from api.tenants import Tenants
from config.settings import Settings
from database.engine import connect
from files.secrets import signing_key
from files.store import open_store


def create_app(
    settings: Settings,
    *,
    prefect_api_url: str,
    on_submitted: Callable[[], None] = lambda: None,
    worker_answers: Callable[[], bool] | None = None,
    keys_are_ids: bool = False,
    prefect_transport: httpx.AsyncBaseTransport | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> FastAPI:
    """The API over migrated databases; `prefect_api_url` ends in `/api`.

    `on_submitted` is called, on the event loop, when Prefect has a new run; it must be quick. `worker_answers` says whether
    this machine's worker would take a run now (None: `/health` asks Prefect which workers it heard of lately).
    `keys_are_ids`: this Prefect gives a run its request key as its id, so that answers need not wait for it.
    `prefect_transport` stands in for the network. `stopping` says that the server ends, so that streams end too.
    Links begin with `settings.public_url`, else `settings.host` and `.port`, so hand in the port that is listened on.
    """
    objects, jobs_database = connect(settings.objects_url), connect(settings.jobs_url)
    resources = Resources(
        settings=settings,
        jobs=jobs_database,
        objects=objects,
        tenants=Tenants(objects, frozenset(settings.tenants)),
        keyring=Keyring(jobs_database),
        audit=Recorder(jobs_database, timedelta(days=settings.audit_days)),
        runs=PrefectRuns.at(prefect_api_url, prefect_transport),
        store=open_store(settings.results),
        link_secret=signing_key(settings.home),
        on_submitted=on_submitted,
        worker_answers=worker_answers,
        handing_over=HandingOver(keys_are_ids),
    )
    registry = CollectorRegistry()
    registry.register(JobsByStatus(resources.jobs))
    registry.register(JobTotals(resources.jobs))
    app = _bare_app(resources)
    app.state.resources = resources
    app.state.registry = registry
    for router in (exports.router, *services.ROUTERS, *(part.router for part in (jobs, files, health, metrics, documentation))):
        app.include_router(router)
    site.install(app, resources, stopping)
    errors.install(app)
    # The last that is added is the outermost.
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, seconds=settings.request_seconds)
    app.add_middleware(HeaderLimit)
    app.add_middleware(LastResort)
    app.add_middleware(RequestMetrics, registry=registry)
    app.add_middleware(SafeHeaders)
    app.add_middleware(AbsoluteTargets)
    return app


def _bare_app(resources: Resources) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        resources.audit.start()
        yield
        await resources.close()

    return FastAPI(
        title="Statesheet",
        version=version("statesheet"),
        description="Exports of connector state objects.",
        lifespan=lifespan,
        # Every route, also one that is added later: what needs no credential says so (`api.authentication.public`).
        dependencies=[Depends(authorize)],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
