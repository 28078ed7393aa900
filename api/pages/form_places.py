"""Which field of New export a mistake is about, so that it is told where it can be mended."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from api.pages.export_form import BETWEEN, ExportForm
from config.catalogue import label_of
from contract.errors import StatesheetError

_LABELS = {
    "type": "Type",
    "channel": "Channels",
    "entity_type": "Entity types",
    "period": "When",
    "since": "From",
    "until": "To",
    "errors_only": "Errors",
    "only_changes": "Changes",
    "format": "Format",
    "columns": "Columns",
    "file_name": "File name",
    "most": "Most rows",
    "at": "At",
    "cron": "Cron line",
    "timezone": "Time zone",
    "skip_if_empty": "No file when nothing matches",
}
_OF_PATH = {
    r"fileName": "file_name",
    r"params\.options\.maxRecords": "most",
    r"params\.options\.since": "only_changes",
    r"params\.options\.skipIfEmpty": "skip_if_empty",
    r"params\.fields\b.*": "columns",
    r"params\.rsconnect\b.*": "format",
    r".*\.typesCriterion\b.*": "type",
    r".*\.channelid\b.*": "channel",
    r".*\.entitytype\b.*": "entity_type",
    r".*\.validationError\b.*": "errors_only",
    r".*\.(?:modified|created)Date\.gte": "since",
    r".*\.(?:modified|created)Date\.lt": "until",
    r"at|cron|timezone": "",
}
"""Fields by the path of a mistake in the request that the form makes; empty: the path is the field's name."""
_STATE = re.compile(r".*\.attributesCriterion\[\d+\]\.(\w+)\b.*")


@dataclass(frozen=True)
class Place:
    """A field: the id that it has on the page, and what people call it."""

    id: str
    label: str


def place_of(mistake: StatesheetError, form: ExportForm) -> Place | None:
    """The field that a mistake is about; None where it is about none, as that a queue is full."""
    field = next((name or mistake.path for path, name in _OF_PATH.items() if re.fullmatch(path, mistake.path)), None)
    if field == "since" and form.period != BETWEEN:
        field = "period"
    if field is not None:
        return Place(field, _LABELS[field])
    state = _STATE.fullmatch(mistake.path)
    return Place(f"state.{state[1]}", label_of(state[1], "attribute")) if state and state[1] in form.states else None


def by_field(mistakes: Iterable[StatesheetError], form: ExportForm) -> dict[str, list[StatesheetError]]:
    """The mistakes by the id of their field; those that are about none are not among them."""
    found: dict[str, list[StatesheetError]] = {}
    for mistake in mistakes:
        if (place := place_of(mistake, form)) is not None:
            found.setdefault(place.id, []).append(mistake)
    return found
