"""Replays the cases of conformance against a server and compares its answers."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from contract.conformance import SERVICES
from contract.conformance.model import Case, Service, at, filled
from contract.conformance.structure import differences

_PAUSE_SECONDS = 0.2
_SHOWN = 5
_MAY_PASS = (408, 425, 429)
"""Of the refusals, those that another try may not meet."""


@dataclass(frozen=True)
class Verdict:
    """Whether one case holds: `differs` says where it does not, for people; empty where it does."""

    service: str
    case: str
    differs: tuple[str, ...]


def replay(client: httpx.Client, tenant: str, *, patience: float) -> Iterator[Verdict]:
    """Replay every case in order, a verdict each. `client` knows the server's address and shows what credentials there are.

    `patience`: seconds that an answer may take to become as it must be, where that is up to a job.
    The objects that it makes begin with a word of this run's own, and stay. Raises nothing for a server that does not answer:
    its cases differ.
    """
    kept = {"run": f"conform-{uuid.uuid4().hex[:8]}"}
    for service in SERVICES:
        for case in service.cases:
            yield Verdict(service.name, case.title, tuple(_replayed(client, tenant, service, case, kept, patience)[:_SHOWN]))


def _replayed(
    client: httpx.Client, tenant: str, service: Service, case: Case, kept: dict[str, str], patience: float
) -> list[str]:
    """Where a case differs; patient ones are asked again until they hold, are refused, or their time is over."""
    deadline = time.monotonic() + patience
    while True:
        differs, refused = _asked(client, tenant, service, case, kept)
        if not differs or refused or not case.patient or time.monotonic() > deadline:
            return differs
        time.sleep(_PAUSE_SECONDS)


def _asked(client: httpx.Client, tenant: str, service: Service, case: Case, kept: dict[str, str]) -> tuple[list[str], bool]:
    """Where the answer to a case differs, and whether it is a refusal, which no job will change."""
    address = f"/{tenant}/api/{case.service or service.name.partition(' ')[0]}"
    content = json.dumps(filled(case.body, kept)).encode() if case.raw is None else case.raw
    try:
        answer = client.post(address, content=content)
    except httpx.HTTPError as error:
        return [f"no answer: {type(error).__name__}: {error}"], False
    if answer.status_code != case.status:
        refused = answer.is_client_error and answer.status_code not in _MAY_PASS
        return [f"expected HTTP {case.status}, got {answer.status_code}: {answer.text[:200]}"], refused
    try:
        value = answer.json()
    except ValueError:
        return ["the answer is not JSON"], False
    differs = list(differences(filled(case.answer, kept), value))
    return differs or _keep(case, value, kept), False


def _keep(case: Case, value: Any, kept: dict[str, str]) -> list[str]:
    """Keep what later cases need of an answer; a line for what is not there."""
    missing = []
    for name, path in case.keeps.items():
        try:
            kept[name] = str(at(value, path))
        except (LookupError, TypeError, ValueError):
            missing.append(f"{path} is missing")
    return missing
