"""`/metrics` for Prometheus: jobs by status as the table says at that moment, and what the API itself served."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.models import refusals
from database import job_totals, jobs

router = APIRouter(tags=["Operation"])

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True)
class JobsByStatus(Collector):
    """Counts the jobs when Prometheus asks: the table is the one truth."""

    engine: Engine

    def collect(self) -> Iterator[Metric]:
        """One gauge with a sample for each status. Raises DatabaseUnavailable."""
        family = GaugeMetricFamily("statesheet_jobs", "Jobs by status.", labels=["status"])
        for status, count in jobs.count_by_status(self.engine).items():
            family.add_metric([status.value], count)
        yield family
        oldest = jobs.oldest_waiting(self.engine)
        waited = 0.0 if oldest is None else (datetime.now(UTC) - oldest).total_seconds()
        yield GaugeMetricFamily("statesheet_queue_oldest_seconds", "How long the first of the queue has waited.", waited)

    def describe(self) -> Iterator[Metric]:
        """The gauge without samples: registering asks no database."""
        yield GaugeMetricFamily("statesheet_jobs", "Jobs by status.", labels=["status"])


@dataclass(frozen=True)
class JobTotals(Collector):
    """What the completed jobs come to: kept in the database, since every job runs in a process of its own."""

    engine: Engine

    def collect(self) -> Iterator[Metric]:
        """Seconds by step; rows and bytes of files by format. Raises DatabaseUnavailable."""
        seconds = SummaryMetricFamily("statesheet_step_seconds", "Seconds of the steps of completed jobs.", labels=["step"])
        rows = CounterMetricFamily("statesheet_rows", "Rows in completed files.", labels=["format"])
        sizes = CounterMetricFamily("statesheet_file_bytes", "Bytes of completed files.", labels=["format"])
        for total in job_totals.totals(self.engine):
            if total.name == "seconds":
                seconds.add_metric([total.label], count_value=total.times, sum_value=total.amount)
            else:
                (rows if total.name == "rows" else sizes).add_metric([total.label], total.amount)
        yield from (seconds, rows, sizes)

    def describe(self) -> Iterator[Metric]:
        """Registering asks no database."""
        return iter(())


class RequestMetrics:
    """Counts and times requests by the address as the routes write it, never as clients do: the labels stay few."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        self.served = Counter("statesheet_requests", "Requests.", ["method", "address", "status"], registry=registry)
        self.seconds = Histogram(
            "statesheet_request_seconds", "Seconds until an answer was sent.", ["address"], buckets=_SECONDS, registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = "none"

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            address = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self.served.labels(method, address, status).inc()
            self.seconds.labels(address).observe(time.perf_counter() - began)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE_LATEST: {}}, "description": "Prometheus text."}, **refusals(503)},
)
def metrics(request: Request) -> Response:
    """Jobs by status and how long the queue waits, what the completed ones came to, and requests by address and status."""
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)
