"""Clients that ask for exports while everything falls, and repeat what got no answer, as good clients do."""

import json
import time
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from typing import Any

import httpx

from tests.chaos.stack import TENANTS, OwnStack
from tests.loopback import http

FORMATS = ("Excel", "CSV", "JSON", "PARQUET")
_MOST_WAITING = 6
"""The clients pause while so many jobs wait: kills are to meet jobs that run."""


@dataclass
class Accepted:
    """What clients were answered: ids by tenant, the ids that each Idempotency-Key got, and the requests without an answer."""

    ids: dict[str, str] = field(default_factory=dict)
    by_key: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    answers: int = 0
    unanswered: int = 0
    repeated: int = 0


@dataclass
class Client:
    """One client; it ends when `stopping` is set and every request with a key has its answer."""

    stack: OwnStack
    random: Random
    name: str
    stopping: Event
    accepted: Accepted
    number: int = 0
    failure: BaseException | None = None

    def start(self) -> Thread:
        thread = Thread(target=self._work, daemon=True)
        thread.start()
        return thread

    def _work(self) -> None:
        try:
            while not self.stopping.is_set():
                self._ask()
                self.stopping.wait(self.random.uniform(0.1, 0.8))
        except BaseException as error:  # noqa: BLE001  # the test raises it
            self.failure = error

    def _ask(self) -> None:
        self.number += 1
        tenant = self.random.choice(TENANTS)
        key = f"{self.name}-{self.number}" if self.random.random() < 0.7 else None
        body = json.dumps(request(self.random, f"{self.name} {self.number}")).encode()
        if self._waiting() >= _MOST_WAITING:
            return
        times = self.random.choice((1, 1, 2)) if key else 1
        for _ in range(times):
            self._post_until_answered(tenant, body, key)

    def _post_until_answered(self, tenant: str, body: bytes, key: str | None) -> None:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            answer = self._post(tenant, body, key)
            if answer is not None and answer.is_success:
                self._note(tenant, key, answer)
                return
            self.accepted.unanswered += 1
            if key is None:
                return
            self.accepted.repeated += 1
            time.sleep(0.3)
        raise AssertionError(f"no answer to {key} in three minutes")

    def _note(self, tenant: str, key: str | None, answer: httpx.Response) -> None:
        [started] = answer.json()["dataObjectOperationResponse"]["dataObjects"]
        job = started["properties"]["workAutomationId"]
        self.accepted.ids[job] = tenant
        self.accepted.answers += 1
        if key is not None:
            self.accepted.by_key.setdefault((tenant, key), set()).add(job)

    def _post(self, tenant: str, body: bytes, key: str | None) -> httpx.Response | None:
        addresses = self.stack.addresses()
        if addresses is None:
            return None
        headers = {"Idempotency-Key": key} if key else {}
        try:
            url = f"{addresses.api}/{tenant}/api/rsConnectService/downloadDataJob"
            answer = http.post(url, content=body, headers=headers, timeout=20)
        except httpx.TransportError:
            return None
        if answer.status_code not in (200, 429, 503):
            raise AssertionError(f"{answer.status_code}: {answer.text}")
        return answer

    def _waiting(self) -> int:
        addresses = self.stack.addresses()
        if addresses is None:
            return 0
        try:
            pages = [http.get(f"{addresses.api}/{tenant}/jobs?status=queued", timeout=5) for tenant in TENANTS]
            return sum(len(page.json()["jobs"]) for page in pages if page.is_success)
        except httpx.TransportError:
            return 0


def request(random: Random, name: str) -> dict[str, Any]:
    """A download request: a few records or all, in any format."""
    params: dict[str, Any] = {
        "query": {"filters": {"typesCriterion": ["connectorstate"]}},
        "rsconnect": {"profilecontexts": [{"channel": "JOB", "format": random.choice(FORMATS)}]},
    }
    if random.random() < 0.3:
        params["options"] = {"maxRecords": random.randrange(1, 200)}
    return {"params": params, "fileName": name}
