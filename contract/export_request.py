"""What a valid download request asks for, independent of how it was written."""

from dataclasses import dataclass, field
from typing import Any

from contract.criterion import Area
from contract.filters import EVERYTHING, Context, Filter, ValueType
from contract.since import Since
from contract.warnings import JobWarning


@dataclass(frozen=True)
class SortKey:
    """One key of the order. `name` is folded; missing values come last in both directions."""

    name: str
    descending: bool
    value_type: ValueType = ValueType.TEXT
    area: Area = "property"


@dataclass(frozen=True)
class ProfileChoice:
    """How the request names its profile: by names, by contexts, or not at all.

    The keys of contexts are folded; every other text is spelled as it came, and compares without case.
    """

    names: tuple[str, ...] = ()
    contexts: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class ExportRequest:
    """A valid request. `types` are folded; empty means any type, and is only so where there are `ids`.

    `ids` empty means no choice by id.
    `attributes`, `properties`: None for all, else the names wanted, spelled and ordered as they came.
    `contexts`: pick values in one of them (none: all values). `client_state` is echoed whole in notifications.
    `file_name` may end in an extension. `since`: only what changed since then; None for everything.
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
    since: Since | None = None
    warnings: tuple[JobWarning, ...] = ()
