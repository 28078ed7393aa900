"""What the columns of a table mean, and with that, what each row says.

Two layouts. The *template*: groups in row 1 (`System Fields`, `Properties`, `Attributes`), labels in row 2, data from row 3.
A *plain table*: names or labels in its only header row.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from config.catalogue import Area, name_of
from contract.changes import Unreadable
from contract.filters import fold
from contract.objects import CONNECTOR_STATE, NESTING
from formats.headers import (
    ACTION,
    ACTIONS,
    DELETE,
    FINGERPRINT_LABEL,
    GROUPS,
    ID,
    MULTIPLE,
    NAME,
    SYSTEM,
    TYPE,
    meant_by,
    named_by,
    unknown_action,
)
from formats.reading.cells import NoValue, Row, cell_text
from formats.reading.changes import Change, Said
from formats.reading.model_columns import BadHeader, Header, Model, ModelColumn

_SYSTEM_KEYS = {fold(name): name for name in SYSTEM}
_PROPERTIES = fold(GROUPS["property"])
_SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `area` None is a system column, whose name is one of `formats.headers.SYSTEM`."""

    position: int
    area: Area | None
    name: str


def template_columns(groups: Row, labels: Row, model: Model) -> tuple[Column, ...]:
    """The columns of a data sheet in the template's layout; raises BadHeader.

    A column of the export is known by its header, wherever a person has moved it; a new one belongs to the group of the column
    before it, unless row 1 says something else above it.
    """
    headers = list(_headers(groups, labels))
    exported = model.known(headers)
    columns = []
    group = ""
    for header in headers:
        known = exported.get(header.position)
        if known is not None:
            group = known.group
        elif model.columns:
            group = header.own_group or group
        else:
            group = header.group
        columns.append(_column(header, group, known, of_export=bool(model.columns)))
        if columns[-1].name == FINGERPRINT_LABEL and columns[-1].area is None:
            group = ""  # what a person adds behind the hidden column is no system field
    return _checked(columns)


def _headers(groups: Row, labels: Row) -> Iterator[Header]:
    group = ""
    for position, label in enumerate(map(_header, labels)):
        own = _header(groups[position]) if position < len(groups) else ""
        group = own or group  # a merged cell has its text in the first of its cells
        if label:
            yield Header(position, group, own, label)
            if fold(label) == fold(FINGERPRINT_LABEL) and _is_system(group):
                group = ""


def _column(header: Header, group: str, known: ModelColumn | None, *, of_export: bool) -> Column:
    key = fold(header.label)
    if not _is_system(group) and (group or key not in _SYSTEM_KEYS):
        return Column(header.position, *_under(group, header.label, known.name if known else None))
    if key == fold(FINGERPRINT_LABEL) and _is_system(group):
        return Column(header.position, None, FINGERPRINT_LABEL)
    if of_export and key not in _SYSTEM_KEYS:
        raise BadHeader(f"the column {header.label!r} is none of the {GROUPS[None]} {', '.join(SYSTEM)}")
    return Column(header.position, None, _SYSTEM_KEYS.get(key, header.label))


def _is_system(group: str) -> bool:
    return fold(group).startswith(_SYSTEM)


def plain_columns(headers: Row) -> tuple[Column, ...]:
    """The columns of a plain table; raises BadHeader."""
    columns = []
    for position, cell in enumerate(headers):
        header = _header(cell)
        if fold(header) in _SYSTEM_KEYS:
            columns.append(Column(position, None, _SYSTEM_KEYS[fold(header)]))
        elif header:
            columns.append(Column(position, *(_in_full(str(cell)) or meant_by(header))))
    return _checked(columns)


def is_template(rows: Sequence[Row]) -> bool:
    """Whether the first two rows are those of the template."""
    return len(rows) > 1 and any(_is_system(_header(cell)) for cell in rows[0]) and has_id(rows[1])


def has_id(headers: Row) -> bool:
    """Whether a header row names the column of ids."""
    return any(fold(_header(cell)) == fold(ID) for cell in headers)


def change_of(
    row: Row, columns: Iterable[Column], zone: tzinfo, default_type: str = CONNECTOR_STATE
) -> Change | Unreadable | None:
    """What `row` says of its object; None where it is empty. A date without a zone is one of `zone`."""
    texts = {position: text for position, cell in enumerate(row) if (text := cell_text(cell, zone)) is not None}
    if not texts:
        return None
    valueless = next((position for position in texts if isinstance(row[position], NoValue)), None)
    if valueless is not None:
        return Unreadable(f"the cell in column {valueless + 1} is {texts[valueless]}")
    system: dict[str, str] = {}
    values: list[Said] = []
    for column in columns:
        text = texts.pop(column.position, None)
        if text is None:
            continue
        if column.area is None:
            system[column.name] = text
        else:
            values.append(Said(column.area, column.name, _split(text, column)))
    if texts:
        return Unreadable(f"the cell in column {min(texts) + 1} has no header")
    if ID not in system:
        return Unreadable("the ID is empty")
    action = system.get(ACTION, "").strip()
    if fold(action) not in ACTIONS:
        return Unreadable(unknown_action(action))
    return Change(
        type=system.get(TYPE, default_type),
        id=system[ID],
        name=system.get(NAME),
        delete=fold(action) == DELETE,
        values=tuple(values),
    )


def _split(text: str, column: Column) -> tuple[str | None, ...]:
    if column.area == "property":
        return (text,)
    parts = text.split(MULTIPLE)
    return tuple(part or None for part in parts) if NESTING in column.name else tuple(parts)


def _under(group: str, label: str, name: str | None) -> tuple[Area, str]:
    if name is not None:
        return named_by(name)
    area: Area = "property" if fold(group) == _PROPERTIES else "attribute"
    return area, name_of(label, area)


def _in_full(header: str) -> tuple[Area, str] | None:
    """What a header means that says its area in front, as flat files write names with blanks at their ends."""
    area, name = named_by(header)
    return None if name == header else (area, name)


def _checked(columns: Sequence[Column]) -> tuple[Column, ...]:
    seen: set[tuple[Area | None, str]] = set()
    for column in columns:
        key = (column.area, fold(column.name))
        if key in seen:
            raise BadHeader(f"the column {column.name} is there twice")
        seen.add(key)
    if (None, fold(ID)) not in seen:
        raise BadHeader(f"it has no column {ID}")
    return tuple(columns)


def _header(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
