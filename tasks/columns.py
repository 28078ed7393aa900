"""Which columns the table of a type has, in which order, and what each is called."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.catalogue import ATTRIBUTES, BY_KEY, ERROR_PARTS, PROPERTIES, Area, CatalogueColumn, label_of
from contract.filters import fold
from contract.objects import CONNECTOR_STATE, NESTING
from contract.request import ExportRequest
from contract.well_known import VALIDATION_ERROR
from formats.headers import GROUPS, SYSTEM, flat_name
from formats.tables import TableColumn
from tasks.details import ERROR_GROUP, ERROR_KEYS, Name
from tasks.survey import Survey

_SYSTEM_COLUMNS = tuple(TableColumn(name, name, GROUPS[None]) for name in SYSTEM)
_ERROR_NAMES = {key: VALIDATION_ERROR + NESTING + part for key, part in zip(ERROR_KEYS, ERROR_PARTS, strict=True)}


@dataclass(frozen=True)
class Column:
    """A column with what fills it: the values of one name."""

    name: Name
    described: TableColumn

    @property
    def in_spool(self) -> bool:
        """Filled from a column of the spool, where the details do not say more."""
        return self.name in BY_KEY


@dataclass(frozen=True)
class Layout:
    """The columns of one type's table: `columns` follow the system columns."""

    type: str
    columns: tuple[Column, ...]

    @property
    def described(self) -> tuple[TableColumn, ...]:
        return _SYSTEM_COLUMNS + tuple(column.described for column in self.columns)


def wants_errors(request: ExportRequest) -> bool:
    """Whether any part of the validation errors is asked for."""
    asked = request.attributes
    return asked is None or any(fold(name) == ERROR_GROUP or fold(name) in ERROR_KEYS for name in asked)


def lay_out(type_name: str, request: ExportRequest, found: Survey) -> Layout:
    """The columns for a type: those asked for, in the order asked for; all of them in the order of the catalogue, then the
    other names in alphabetical order, which is the same on every database."""
    known = _Known(type_name, found)
    asked: dict[Name, str] = {}
    for name, spelled in (*_properties(request, known), *_attributes(request, known)):
        asked.setdefault(name, spelled)
    columns = [Column(name, _describe(name, known.names.get(name, spelled))) for name, spelled in asked.items()]
    columns.sort(key=lambda column: column.name[0] == "attribute")
    return Layout(type_name, tuple(columns))


class _Known:
    """The names that the objects of one type have."""

    def __init__(self, type_name: str, found: Survey) -> None:
        everything = type_name == CONNECTOR_STATE  # the type that the catalogue describes: empty columns stand there too
        held = found.held.get(type_name, set())
        self.names: dict[Name, str] = found.names.get(type_name, {})
        self.properties = [known for known in PROPERTIES if everything or (known.area, known.key) in held]
        self.attributes = [
            known for known in ATTRIBUTES if everything or {(known.area, known.key)} & (held | self.names.keys())
        ]
        self.has_errors = everything or type_name in found.with_errors

    def knows(self, area: Area, key: str) -> bool:
        is_part = area == "attribute" and key in ERROR_KEYS
        return is_part or (area, key) in BY_KEY or (area, key) in self.names

    def others(self, area: Area) -> list[tuple[Name, str]]:
        """Names outside the catalogue; those of the validation errors first."""
        found = [(name, spelled) for name, spelled in self.names.items() if name[0] == area and name not in BY_KEY]
        return sorted(found, key=lambda item: (not item[0][1].startswith(ERROR_GROUP + NESTING), item[0][1]))


def _properties(request: ExportRequest, known: _Known) -> Iterable[tuple[Name, str]]:
    if request.properties is None:
        return [*map(_named, known.properties), *known.others("property")]
    return [(("property", fold(name)), name) for name in request.properties]


def _attributes(request: ExportRequest, known: _Known) -> Iterable[tuple[Name, str]]:
    if request.attributes is None:
        errors = _error_parts() if known.has_errors else []
        return [*map(_named, known.attributes), *errors, *known.others("attribute")]
    return [column for name in request.attributes for column in _asked(name, known)]


def _asked(asked: str, known: _Known) -> Iterator[tuple[Name, str]]:
    """What one wanted attribute stands for: itself, and all names in the group that it may be; the property of that name
    where no attribute has it, as in filters."""
    key = fold(asked)
    members = [item for item in known.others("attribute") if item[0][1].startswith(key + NESTING)]
    if key == ERROR_GROUP:
        yield from _error_parts()
    if known.knows("attribute", key) or not (members or key == ERROR_GROUP):
        is_property = known.knows("property", key) and not known.knows("attribute", key)
        yield ("property" if is_property else "attribute", key), asked
    yield from members


def _named(known: CatalogueColumn) -> tuple[Name, str]:
    return (known.area, known.key), known.name


def _error_parts() -> list[tuple[Name, str]]:
    return [(("attribute", key), name) for key, name in _ERROR_NAMES.items()]


def _describe(name: Name, spelled: str) -> TableColumn:
    area, key = name
    known = BY_KEY.get(name)
    if known is not None:
        return TableColumn(known.name, known.label, GROUPS[area], known.kind, known.choices)
    if area == "attribute":
        spelled = _ERROR_NAMES.get(key, spelled)
    return TableColumn(flat_name(area, spelled), label_of(spelled, area), GROUPS[area])
