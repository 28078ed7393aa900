"""The application as a client sees it, with a Prefect of our own beside it: Prefect lies outside this project."""

import asyncio
import json
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, insert
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api import keyring
from api.app import create_app
from config.settings import Settings, load_settings
from contract.errors import ERRORS
from database.engine import connect
from database.migrate import upgrade
from database.tables import state_object

TENANT = "plum"
TRIGGER = f"/{TENANT}/api/rsConnectService/downloadDataJob"
BODY: dict[str, Any] = {
    "params": {
        "query": {
            "filters": {
                "typesCriterion": ["connectorstate"],
                "propertiesCriterion": [{"channelid": {"exacts": ["shop-one"]}}],
            }
        },
        "fields": {"attributes": ["_ALL"]},
        "options": {"maxRecords": 100},
        "rsconnect": {"profilecontexts": [{"service": "CONNECTOR_STATE_EXPORT", "format": "Excel"}]},
    },
    "clientState": {"notificationInfo": {"userId": "ann@plum.example_user"}},
    "fileName": "EntityData",
}


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class FakePrefect:
    """Prefect's API as far as we use it: the same key gives the same run.

    `trouble`: what each of the next calls gets instead of an answer (a status, or an error of the connection). A call that is
    in trouble with `after_the_fact` does its work all the same. One that `hangs` takes calls and answers none.
    """

    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    trouble: list[int | Exception] = field(default_factory=list)
    hangs: bool = False
    after_the_fact: bool = False
    unwanted: set[str] = field(default_factory=set)
    deployment: str = field(default_factory=lambda: str(uuid.uuid4()))
    is_deployed: bool = True
    workers: list[dict[str, str]] = field(default_factory=lambda: [{"name": "one", "status": "ONLINE"}])

    def transport(self) -> httpx.AsyncBaseTransport:
        """The network between the API and this Prefect."""
        return _Network(self, httpx.ASGITransport(self._app()))

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/health", self._health),
                Route("/api/deployments/name/export-connector-states/export", self._deployment_by_name),
                Route("/api/deployments/name/import-connector-states/import", self._deployment_by_name),
                Route("/api/deployments/{id}/create_flow_run", self._create, methods=["POST"]),
                Route("/api/deployments/{id}/create_flow_run/bulk", self._create_many, methods=["POST"]),
                Route("/api/flow_runs/{id}/set_state", self._set_state, methods=["POST"]),
                Route("/api/work_pools/exports/workers/filter", self._workers, methods=["POST"]),
            ]
        )

    async def _health(self, _: Request) -> Response:
        return JSONResponse(True)

    async def _deployment_by_name(self, _: Request) -> Response:
        if not self.is_deployed:
            return JSONResponse({"detail": "Deployment not found"}, 404)
        return JSONResponse({"id": self.deployment, "name": "export", "work_pool_name": "exports"})

    async def _create(self, request: Request) -> Response:
        if request.path_params["id"] != self.deployment:
            return JSONResponse({"detail": "Deployment not found"}, 404)
        asked = await request.json()
        if asked["idempotency_key"] in self.unwanted:
            return JSONResponse({"detail": "not this one"}, 409)
        known = asked["idempotency_key"] in self.runs
        run = self.runs.setdefault(asked["idempotency_key"], {"id": str(uuid.uuid4()), **asked})
        return JSONResponse(run, 200 if known else 201)

    async def _create_many(self, request: Request) -> Response:
        if request.path_params["id"] != self.deployment:
            return JSONResponse({"detail": "Deployment not found"}, 404)
        return JSONResponse({"results": [self._result(asked) for asked in await request.json()]})

    def _result(self, asked: dict[str, Any]) -> dict[str, str | None]:
        if asked["idempotency_key"] in self.unwanted:
            return {"flow_run_id": None, "status": "FAILED", "error": "not this one"}
        run = self.runs.setdefault(asked["idempotency_key"], {"id": str(uuid.uuid4()), **asked})
        return {"flow_run_id": run["id"], "status": "CREATED", "error": None}

    async def _set_state(self, request: Request) -> Response:
        assert (await request.json())["state"]["type"] == "CANCELLING"
        self.cancelled.append(request.path_params["id"])
        return JSONResponse({"status": "ACCEPT"}, 201)

    async def _workers(self, _: Request) -> Response:
        return JSONResponse(self.workers)


class _Network(httpx.AsyncBaseTransport):
    def __init__(self, prefect: FakePrefect, inner: httpx.AsyncBaseTransport) -> None:
        self.prefect = prefect
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.prefect.calls.append(f"{request.method} {request.url.path}")
        if self.prefect.hangs:
            await asyncio.Event().wait()
        trouble = self.prefect.trouble.pop(0) if self.prefect.trouble else None
        if trouble is None:
            return await self.inner.handle_async_request(request)
        if self.prefect.after_the_fact:
            await self.inner.handle_async_request(request)
        if isinstance(trouble, Exception):
            raise trouble
        return httpx.Response(trouble, json={"exception_message": "Service Unavailable"})


@dataclass
class Api:
    """The application under test, with its parts within reach."""

    app: FastAPI
    client: httpx.AsyncClient
    prefect: FakePrefect
    jobs: Engine
    settings: Settings
    submitted: list[None]

    async def post(self, body: Any = BODY, path: str = TRIGGER, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post(path, content=content, headers=headers)

    async def job_id(self, body: Any = BODY, **headers: str) -> str:
        """The id of a job that was asked for."""
        answer = await self.post(body, **headers)
        assert answer.status_code == 200, answer.text
        identifier: str = answer.json()["dataObjectOperationResponse"]["dataObjects"][0]["properties"]["workAutomationId"]
        return identifier


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with migrated databases and two objects of the tenant."""
    made = load_settings(home=tmp_path_factory.mktemp("prepared"))
    upgrade(made.objects_url, "objects")
    upgrade(made.jobs_url, "jobs")
    objects = connect(made.objects_url)
    with objects.begin() as connection:
        for name in ("a1", "a2"):
            row = {"tenant": TENANT, "type": "connectorstate", "id": name, "channelid": "shop-one", "loaded_ms": 0}
            connection.execute(insert(state_object).values(row))
    objects.dispose()
    return made.home


@pytest.fixture
def settings(prepared_home: Path, tmp_path: Path) -> Settings:
    """Settings of a home of its own, prepared."""
    home = tmp_path / "home"
    shutil.copytree(prepared_home, home)
    return load_settings(home=home, max_body_bytes=100_000, max_queued=100, public_url="http://exports.example")


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    async with running(settings) as made:
        yield made


@asynccontextmanager
async def running(settings: Settings, prefect: FakePrefect | None = None, **parts: Any) -> AsyncIterator[Api]:
    """The application, from its start to its end."""
    prefect = prefect or FakePrefect()
    submitted: list[None] = []
    given: dict[str, Any] = {"on_submitted": lambda: submitted.append(None)} | parts
    app = create_app(settings, prefect_api_url="http://prefect/api", prefect_transport=prefect.transport(), **given)
    _share_routes(app)
    engine = connect(settings.jobs_url)
    try:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:9095") as client,
        ):
            yield Api(app, client, prefect, engine, settings, submitted)
    finally:
        engine.dispose()


_routes: list[BaseRoute] = []


def _share_routes(app: FastAPI) -> None:
    """Give an application the routes of the first one.

    They hold nothing of their application, and FastAPI prepares each when it is first looked at, which takes longer than all
    else that most tests do.
    """
    if _routes:
        assert len(app.router.routes) == len(_routes)
        app.router.routes[:] = _routes
    else:
        _routes.extend(app.router.routes)


def refusal(answer: httpx.Response) -> dict[str, Any]:
    """The statusDetail of an answer that is an error, which must be whole and fit its status."""
    assert answer.headers["content-type"] == "application/json"
    envelope = answer.json()
    assert list(envelope) == ["dataObjectOperationResponse"]
    response = envelope["dataObjectOperationResponse"]
    assert (response["status"], response["totalRecords"]) == ("error", 0)
    detail: dict[str, Any] = response["statusDetail"]
    assert detail["messageType"] == "Error"
    assert ERRORS[detail["code"]].status == answer.status_code
    assert detail["messages"]
    for message in detail["messages"]:
        assert set(message) >= {"message", "messageType", "messageCode", "path"}
        assert message["messageCode"] in ERRORS
        assert message["message"]
    assert "Traceback" not in answer.text
    return detail


@pytest.fixture
def _no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A credential that is made or revoked counts at once."""
    monkeypatch.setattr(keyring, "REMEMBERED_SECONDS", 0)
