"""The columns that the store keeps as columns, and the words for types: as data.

A name that is not here is kept and exported just the same, as text, from the object's details.
Sources: the documented objects and the `RS EXCEL` generic-object template.
"""

import re
from dataclasses import dataclass
from typing import Literal

from contract.filters import fold
from contract.kinds import Kind
from contract.objects import CONNECTOR_STATE, NESTING
from contract.well_known import STATES

Area = Literal["property", "attribute"]


@dataclass(frozen=True)
class CatalogueColumn:
    """One well-known name. `choices` are the values that a drop-down offers."""

    name: str
    area: Area
    label: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The folded name: the key of a StateObject's values and the name of the SQL column."""
        return fold(self.name)


_STATES = ("new", "inProcess", "completed", "deprecated", "error", "errored", "uninitialized", "unknown")
_CHANNEL_STATES = ("listedPending", "listedSuccess", "inProcess", "errored", "uninitialized")
_ENTITY_TYPES = ("product", "sku", "each", "case", "pack", "pallet", "displayshipper", "mixedmodule", "transportload")


_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\s-]+")


def _title(name: str) -> str:
    words = [word for word in _WORD_STARTS.split(name) if word]
    title = " ".join("ID" if fold(name) == "id" else word[:1].upper() + word[1:] for word in words) or name
    # A header of blanks would be none, and its column would not be read back.
    return title if title.strip() else repr(name)


def _state(name: str) -> tuple[CatalogueColumn, CatalogueColumn]:
    label, choices = _title(name), _CHANNEL_STATES if name == "channelState" else _STATES
    return (
        CatalogueColumn(name, "attribute", label, choices=choices),
        CatalogueColumn(f"{name}Date", "attribute", f"{label} Date", Kind.INSTANT),
    )


PROPERTIES: tuple[CatalogueColumn, ...] = (
    CatalogueColumn("hub", "property", "Hub"),
    CatalogueColumn("self", "property", "Self"),
    CatalogueColumn("tenantId", "property", "Tenant Id"),
    CatalogueColumn("entityid", "property", "Entity Id"),
    CatalogueColumn("channelid", "property", "Channel Id"),
    CatalogueColumn("entitytype", "property", "Entity Type", choices=_ENTITY_TYPES),
    CatalogueColumn("submissionid", "property", "Submission Id"),
    CatalogueColumn("reqid", "property", "Req Id"),
    CatalogueColumn("createdService", "property", "Created Service"),
    CatalogueColumn("createdBy", "property", "Created By"),
    CatalogueColumn("createdDate", "property", "Created Date", Kind.INSTANT),
    CatalogueColumn("modifiedService", "property", "Modified Service"),
    CatalogueColumn("modifiedBy", "property", "Modified By"),
    CatalogueColumn("modifiedDate", "property", "Modified Date", Kind.INSTANT),
)

ATTRIBUTES: tuple[CatalogueColumn, ...] = tuple(column for name in STATES for column in _state(name))

COLUMNS: tuple[CatalogueColumn, ...] = PROPERTIES + ATTRIBUTES
BY_KEY: dict[tuple[Area, str], CatalogueColumn] = {(column.area, column.key): column for column in COLUMNS}
_NAMES: dict[tuple[Area, str], str] = {(column.area, fold(column.label)): column.name for column in COLUMNS}

ERROR_PARTS: tuple[str, ...] = ("sno", "sourceAttribute", "targetAttribute", "error")
"""The members of an entry of the group `validationError`, each a column of the table of validation errors."""

TYPE_TITLES: dict[str, str] = {
    CONNECTOR_STATE: "Connector State",
    "connectormessageactivity": "Connector Message Activity",
    "scheduledrequestobject": "Scheduled Request Object",
    "tasksummaryobject": "Task Summary Object",
}


def label_of(name: str, area: Area) -> str:
    """The header of a name's column: the catalogue's, else the template's rule (`retryCount` is `Retry Count`)."""
    column = BY_KEY.get((area, fold(name)))
    return column.label if column else NESTING.join(_title(part) for part in name.split(NESTING))


def name_of(label: str, area: Area) -> str:
    """The name that a header stands for, where no file says it: the catalogue's, else `label_of` backwards."""
    return _NAMES.get((area, fold(label.strip()))) or NESTING.join(_untitled(part) for part in label.split(NESTING))


def title_of_type(type_name: str) -> str:
    """The sheet name of a type in Title Case (`connectorstate` is `Connector State`)."""
    return TYPE_TITLES.get(fold(type_name)) or _title(type_name)


def _untitled(label: str) -> str:
    first, *others = label.split() or [label]
    return "".join([first.lower() if first.isupper() else first[:1].lower() + first[1:], *others])
