"""Names of columns in flat files: one text that says which name of an object, and of which part, a column holds.

A plain name is a catalogue name in its own area, or an attribute that the catalogue knows neither as a name nor as a label.
Any other one says its area in front (`properties.retryCount`), so that a file can be read back without its label row or its
groups.
"""

from config.catalogue import BY_KEY, Area, name_of
from contract.filters import fold
from formats.fields import EXACT_TEXT, OWN

ACTION, TYPE, ID, NAME = SYSTEM = ("Action", "Type", "ID", "Name")
"""The system columns, in their order; `Action` is for the people who edit the file."""

CREATE, UPDATE, DELETE = "create", "update", "delete"
ACTIONS = ("", CREATE, UPDATE, DELETE)
"""What the column `Action` may say, folded; empty: whatever the row amounts to."""

FINGERPRINT_LABEL = "Fingerprint"
"""Above the hidden column of fingerprints, in workbooks only: which version of its object a row was made of."""

MULTIPLE = "||"
"""Between the values of a cell that holds several (the template's multi values delimiter)."""

GROUPS: dict[Area | None, str] = {None: "System Fields", "property": "Properties", "attribute": "Attributes"}
"""The header above the columns of each area, in workbooks; None: the system columns."""

_PREFIXES: dict[str, Area] = {"properties.": "property", "attributes.": "attribute"}
_RESERVED = frozenset(map(fold, SYSTEM))


def flat_name(area: Area, name: str) -> str:
    """The column name of an object's name; different names (without case) get different column names."""
    if (area, fold(name)) in BY_KEY or _is_plain(area, name):
        return name
    return next(prefix for prefix, meant in _PREFIXES.items() if meant == area) + name


def named_by(column: str) -> tuple[Area, str]:
    """The area and the name that a column name stands for: the way back from `flat_name`."""
    for prefix, area in _PREFIXES.items():
        if fold(column).startswith(prefix):
            return area, column[len(prefix) :]
    return ("property" if ("property", fold(column)) in BY_KEY else "attribute"), column


def meant_by(header: str) -> tuple[Area, str]:
    """The area and the name that the header of a flat file means, whoever made it: by name as `flat_name` gives it, else by the
    catalogue's label, else an attribute of that name."""
    area, name = named_by(header)
    if name != header:
        return area, name
    areas: tuple[Area, ...] = ("property", "attribute")
    for area in areas:
        if (known := BY_KEY.get((area, fold(name_of(header, area))))) is not None:
            return area, known.name
    return "attribute", header


def unknown_action(said: str) -> str:
    """What is wrong with a row whose action is none of `ACTIONS`, for people."""
    return f"unknown action {said!r}; known are {', '.join(filter(None, ACTIONS))}"


def _is_plain(area: Area, name: str) -> bool:
    key = fold(name)
    return (
        area == "attribute"
        and meant_by(name) == (area, name)
        and key not in _RESERVED
        and not key.startswith(OWN)
        and not key.endswith(EXACT_TEXT)
        and bool(name)
        # Blanks around a header are lost when it is read, and Polars takes such names for patterns.
        and name == name.strip()
        and name != "*"
        and not (name.startswith("^") and name.endswith("$"))
    )
