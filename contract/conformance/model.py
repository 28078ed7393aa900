"""What one case of conformance says, and how the cases of a run hang together."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Any

from contract.conformance.structure import AnyOf, EachMember


@dataclass(frozen=True)
class Case:
    """One request and the structure of its answer.

    Texts in `body` and `answer` may hold `${name}`: `${run}` is a word of the run's own, others are what an earlier case
    `keeps`, by the path of the value in its answer. `patient`: the answer may take a while to become so.
    `raw`: bytes to send instead of `body`. `service`: the address, where it is not that of the case's own service.
    """

    title: str
    body: Any
    answer: Any
    status: int = 200
    keeps: Mapping[str, str] = field(default_factory=dict)
    patient: bool = False
    raw: bytes | None = None
    service: str | None = None


@dataclass(frozen=True)
class Service:
    """One address under `/{tenant}/api/` (`name` up to a blank), its cases, and what is not as in the documented service.

    `partial` says how fields (paths as `contract.conformance.structure.leaves` gives them) are served, `unserved` why not.
    """

    name: str
    purpose: str
    cases: tuple[Case, ...]
    partial: Mapping[str, str] = field(default_factory=dict)
    unserved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class InBase64:
    """A value that stands in a body as the Base64 of its JSON."""

    content: Any


def filled(value: Any, kept: Mapping[str, str]) -> Any:
    """A body or a structure with what is `kept` in its places, ready to be sent or compared."""
    match value:
        case str():
            return Template(value).safe_substitute(kept)
        case InBase64(content):
            return base64.b64encode(json.dumps(filled(content, kept)).encode()).decode()
        case AnyOf(structures):
            return AnyOf(tuple(filled(one, kept) for one in structures))
        case EachMember(name, structure):
            return EachMember(name, filled(structure, kept))
        case dict():
            return {filled(name, kept): filled(inner, kept) for name, inner in value.items()}
        case list():
            return [filled(inner, kept) for inner in value]
        case _:
            return value


def at(value: Any, path: str) -> Any:
    """What stands at a path such as `response.entities.0.id`; raises LookupError, TypeError or ValueError."""
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
