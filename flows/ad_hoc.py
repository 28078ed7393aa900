"""The flow for people in Prefect's UI: friendly parameters, which become a raw request of the documented shape."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from prefect import flow

from config.catalogue import BY_KEY
from contract.plain_choices import PlainChoices, request_body
from flows.job import NOWHERE, run_job

_ENTITY_TYPES = {choice: choice for choice in BY_KEY["property", "entitytype"].choices}
_ITEM_STATES = {choice: choice for choice in BY_KEY["attribute", "itemstate"].choices}
EntityType = StrEnum("EntityType", _ENTITY_TYPES)  # type: ignore[misc]  # the catalogue decides
ItemState = StrEnum("ItemState", _ITEM_STATES)  # type: ignore[misc]


class FileFormat(StrEnum):
    """The words that clients write for formats."""

    EXCEL = "Excel"
    CSV = "CSV"
    JSON = "JSON"
    PARQUET = "PARQUET"


@flow(name="ad-hoc-export", validate_parameters=False, persist_result=False, result_storage=NOWHERE)
def ad_hoc_export(
    tenant: str,
    channels: list[str] = [],  # noqa: B006  # the form shows an empty list; nobody changes it
    entity_types: list[EntityType] = [],  # noqa: B006
    item_states: list[ItemState] = [],  # noqa: B006
    changed_since: datetime | None = None,
    errors_only: bool = False,
    file_name: str = "Ad-hoc export",
    format: FileFormat = FileFormat.EXCEL,
) -> Any:
    """Export connector states that you choose in a form.

    Args:
        tenant: Whose connector states.
        channels: Only of these channels, such as rs-amazonsellerus-self. Empty: of all.
        entity_types: Only of these entity types. Empty: of all.
        item_states: Only in these item states. Empty: in any.
        changed_since: Only what was modified at this time or later.
        errors_only: Only what has validation errors.
        file_name: What the file is called; its extension comes by itself.
        format: What kind of file it is.
    """
    return run_job(tenant, raw_request(channels, entity_types, item_states, changed_since, errors_only, file_name, format))


# Prefect titles a field with its bare name.
for _name, _field in ad_hoc_export.parameters.properties.items():
    _field["title"] = _name.replace("_", " ").capitalize()


def raw_request(
    channels: object,
    entity_types: object,
    item_states: object,
    changed_since: object,
    errors_only: object,
    file_name: object,
    format: object,
) -> dict[str, Any]:
    """The body of a download request that says the same.

    Values are taken over as they are: what is wrong with one is found, and named, where every request is checked.
    """
    since = changed_since.isoformat() if isinstance(changed_since, datetime) else changed_since
    return request_body(
        PlainChoices(
            channels=channels,
            entity_types=entity_types,
            states={"itemState": item_states},
            dates={"modifiedDate": {"gte": since}} if since else {},
            errors_only=errors_only,
            format=format,
            file_name=file_name,
        )
    )
