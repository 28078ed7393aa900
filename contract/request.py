"""From the raw body of a download request to an ExportRequest, every mistake named with its path."""

from dataclasses import dataclass, field
from typing import Any

from contract.filters import EVERYTHING, Context, Filter, ValueType
from contract.jobs import JobWarning


@dataclass(frozen=True)
class SortKey:
    """One key of the order. `name` is folded; missing values come last in both directions."""

    name: str
    descending: bool
    value_type: ValueType = ValueType.TEXT
    area: str = "property"


@dataclass(frozen=True)
class ProfileChoice:
    """How the request names its profile: by names, by contexts, or not at all; all texts folded."""

    names: tuple[str, ...] = ()
    contexts: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class ExportRequest:
    """A valid request. `types` are folded and not empty; `ids` empty means no choice by id.

    `attributes`, `properties`: None for all, else the names wanted, spelled and ordered as they came.
    `contexts`: pick values in one of them (none: all values). `client_state` is echoed whole in notifications.
    """

    types: tuple[str, ...]
    ids: tuple[str, ...] = ()
    filter: Filter = EVERYTHING
    sort: tuple[SortKey, ...] = ()
    attributes: tuple[str, ...] | None = None
    properties: tuple[str, ...] | None = None
    contexts: tuple[Context, ...] = ()
    max_records: int | None = None
    offset: int = 0
    profile: ProfileChoice = ProfileChoice()
    include_validation_data: bool = False
    file_name: str | None = None
    client_state: dict[str, Any] = field(default_factory=dict)
    skip_if_empty: bool = False
    warnings: tuple[JobWarning, ...] = ()
