"""From the choices that people make in a form to the body of a download request: the same body for every form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract.objects import CONNECTOR_STATE

DATE = "_DATETIME"


@dataclass(frozen=True)
class PlainChoices:
    """What a form asks for. Values are taken over as they are, of whatever type: `contract.request` finds what is wrong.

    `states`: wanted values by attribute. `dates`: bounds by property, such as `{"modifiedDate": {"gte": "now-1d"}}`.
    `properties` and `attributes`: the columns wanted, None for all. An empty choice leaves nothing out.
    """

    type: str = CONNECTOR_STATE
    channels: Any = ()
    entity_types: Any = ()
    states: Mapping[str, Any] = field(default_factory=dict)
    dates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    errors_only: Any = False
    properties: Sequence[str] | None = None
    attributes: Sequence[str] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    format: Any = "Excel"
    with_choices: bool = False
    file_name: Any = None


def request_body(choices: PlainChoices) -> dict[str, Any]:
    """The body of a download request that says what `choices` say."""
    params: dict[str, Any] = {
        "query": {"filters": _filters(choices)},
        "fields": _fields(choices),
        "rsconnect": {"profilecontexts": [{"format": choices.format}]},
    }
    if choices.with_choices:
        params["rsconnect"]["includeValidationData"] = True
    if choices.options:
        params["options"] = dict(choices.options)
    return {"params": params} | ({"fileName": choices.file_name} if choices.file_name else {})


def _filters(choices: PlainChoices) -> dict[str, Any]:
    properties: list[dict[str, Any]] = []
    if choices.channels:
        properties.append({"channelid": {"exacts": choices.channels}})
    if choices.entity_types:
        properties.append({"entitytype": {"exacts": choices.entity_types}})
    properties += [{name: {**bounds, "type": DATE}} for name, bounds in choices.dates.items()]
    attributes: list[dict[str, Any]] = [{name: {"exacts": values}} for name, values in choices.states.items() if values]
    if choices.errors_only:
        attributes.append({"validationError": {"hasvalue": choices.errors_only}})
    filters: dict[str, Any] = {"typesCriterion": [choices.type]}
    if properties:
        filters["propertiesCriterion"] = properties
    if attributes:
        filters["attributesCriterion"] = attributes
    return filters


def _fields(choices: PlainChoices) -> dict[str, Any]:
    if choices.properties is None and choices.attributes is None:
        return {"attributes": ["_ALL"]}
    return {"properties": list(choices.properties or ()), "attributes": list(choices.attributes or ())}
