"""The statements of a request: which objects it finds, in which order, and what is read of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from config.catalogue import COLUMNS, ERROR_PARTS
from contract.filters import EVERYTHING, ValueType, fold
from contract.kinds import Kind
from contract.request import ExportRequest, SortKey
from database.dialects import DIALECTS, Dialect
from database.exact_texts import DATES, packed
from database.filters import compile_filter
from database.storable import is_storable
from database.stored import Stored
from database.tables import MILLISECONDS, document, state_object, validation_error
from database.values import first_value

EARLIEST_MS = -2_208_988_800_000
"""1900-01-01 UTC: the first day of spreadsheets."""
LATEST_MS = 253_402_300_799_999
"""The last millisecond of 9999 UTC: the last one of spreadsheets."""

NO_LIMIT = 2**62
"""More rows than there are. SQLite keeps the order of an inner select for certain only where that has a limit."""

_KEY = ("tenant", "type", "id")

Columns = ReadOnlyColumnCollection[str, Any]


@dataclass(frozen=True)
class IdRange:
    """The ids from `start` on and before `stop`; None is no bound."""

    start: str | None = None
    stop: str | None = None

    def holds(self, identifier: ColumnElement[str]) -> ColumnElement[bool]:
        """Whether an id lies in it."""
        bounds = [identifier >= self.start] if self.start is not None else []
        return and_(true(), *bounds, *([identifier < self.stop] if self.stop is not None else []))


def select_matching(
    tenant: str, request: ExportRequest, dialect: str, *, limit: int | None, ids: IdRange | None = None
) -> Select[Any]:
    """The objects as they are spooled, in the total order: at most `limit` of them, from the request's offset on; of those
    with an id in `ids` alone, where that is given.

    Columns: `type`, `id`, `name`, those of the catalogue (a date as milliseconds since 1970 UTC), the texts of dates that are
    none or out of range (`database.exact_texts`), `details` as JSON text, `fingerprint`.
    """
    columns: list[ColumnElement[Any]] = [state_object.c[name] for name in ("type", "id", "name")]
    columns += [_instant(known.key) if known.kind is Kind.INSTANT else state_object.c[known.key] for known in COLUMNS]
    columns.append(packed([_exact_text(key) for key in DATES], DIALECTS[dialect]))
    columns += [cast(state_object.c.details, String).label("details"), state_object.c.fingerprint]
    found = select(*columns).where(found_by(tenant, request, dialect))
    if ids is not None:
        found = found.where(ids.holds(state_object.c.id))
    return _paged(_ordered(found, request, dialect), request, limit)


def count_of_type(tenant: str, type_name: str) -> Select[Any]:
    """How many objects of a type the tenant has: a look at the primary key alone."""
    return select(cast(func.count(), BigInteger).label("stored")).where(of_tenant(tenant), state_object.c.type == type_name)


def id_at(tenant: str, type_name: str, place: int) -> Select[Any]:
    """The id of the object at `place` (from 0) of those that `count_of_type` counts, in the order of ids."""
    ids = select(state_object.c.id).where(of_tenant(tenant), state_object.c.type == type_name)
    return ids.order_by(state_object.c.id).limit(literal(1, BigInteger)).offset(literal(place, BigInteger))


def select_documents(tenant: str, request: ExportRequest, dialect: str, *, limit: int | None) -> Select[Any]:
    """The documents of the objects that `select_matching` gives, in the same order."""
    rows, documents = documents_beside(dialect)
    found = select(documents).select_from(rows)
    return _paged(_ordered(found.where(found_by(tenant, request, dialect)), request, dialect), request, limit)


def select_errors(tenant: str, request: ExportRequest, dialect: str, *, limit: int | None) -> Select[Any]:
    """The validation errors of the objects that `select_matching` gives, by type, id and entry."""
    if limit is not None or request.offset:
        keys = select(*(state_object.c[name] for name in _KEY)).where(found_by(tenant, request, dialect))
        errors, held = _errors_of(_paged(_ordered(keys, request, dialect), request, limit).subquery("exported"), dialect)
    elif request.filter == EVERYTHING:
        # Errors bear the names of their objects, so no object need be looked at.
        held = validation_error.c
        errors = _selected_errors(held).where(_named(held, tenant, request, dialect))
    else:
        errors, held = _errors_of(state_object, dialect)
        errors = errors.where(found_by(tenant, request, dialect))
    return errors.order_by(held.type, held.id, held.entry).limit(literal(NO_LIMIT, BigInteger))


def count_all(tenant: str, request: ExportRequest, dialect: str) -> Select[Any]:
    """How many objects the request matches, whatever its limits."""
    return select(cast(func.count(), BigInteger).label("matched")).where(found_by(tenant, request, dialect))


def documents_beside(dialect: str) -> tuple[FromClause, ColumnElement[str]]:
    """The objects with their documents, to select from, and the column of the documents."""
    rows, columns = _beside(state_object, document, dialect)
    return rows, columns.document


def of_tenant(tenant: str, columns: Columns = state_object.c) -> ColumnElement[bool]:
    """Whether a row, by default an object, is the tenant's."""
    return columns.tenant == tenant if is_storable(tenant) else false()


def found_by(tenant: str, request: ExportRequest, dialect: str) -> ColumnElement[bool]:
    """Whether an object is one that the request finds, whatever its limits."""
    return and_(_named(state_object.c, tenant, request, dialect), compile_filter(request.filter, dialect))


def _named(columns: Columns, tenant: str, request: ExportRequest, dialect: str) -> ColumnElement[bool]:
    """Whether a row's key, which is in `columns`, is of the tenant, and of the types and ids that the request names."""
    chosen = [of_tenant(tenant, columns)]
    if request.types:
        chosen.append(_of_types(columns.type, list(filter(is_storable, request.types)), DIALECTS[dialect]))
    if request.ids:
        chosen.append(DIALECTS[dialect].one_of(columns.id, list(filter(is_storable, request.ids))))
    return and_(*chosen)


def _of_types(column: ColumnElement[str], types: Sequence[str], dialect: Dialect) -> ColumnElement[bool]:
    # One type as an equality, so that the primary key gives the order by id.
    return column == types[0] if len(types) == 1 else dialect.one_of(column, types)


def _ordered(found: Select[Any], request: ExportRequest, dialect: str) -> Select[Any]:
    keys = [_sort_key(key, request, DIALECTS[dialect]) for key in request.sort]
    ties = [state_object.c.id] if len(request.types) == 1 else [state_object.c.id, state_object.c.type]
    return found.order_by(*keys, *ties)


def _sort_key(key: SortKey, request: ExportRequest, dialect: Dialect) -> ColumnElement[Any]:
    def read(value: Stored) -> ColumnElement[Any]:
        match key.value_type:
            case ValueType.TEXT:
                return value.text
            case ValueType.NUMBER:
                return dialect.number(value.text, value.factors())
            case ValueType.INSTANT:
                return value.instant()

    held = first_value(key.area, key.name, request.contexts, read, dialect)
    return (held.desc() if key.descending else held.asc()).nulls_last()


def _paged(found: Select[Any], request: ExportRequest, limit: int | None) -> Select[Any]:
    found = found.limit(literal(NO_LIMIT if limit is None else limit, BigInteger))
    return found.offset(literal(min(request.offset, NO_LIMIT), BigInteger)) if request.offset else found


def _errors_of(objects: FromClause, dialect: str) -> tuple[Select[Any], Columns]:
    """The validation errors of `objects`, and the columns of the errors."""
    rows, held = _beside(objects, validation_error, dialect)
    return _selected_errors(held).select_from(rows), held


def _selected_errors(held: Columns) -> Select[Any]:
    parts = [held[fold(part)] for part in ERROR_PARTS]
    return select(held.type, held.id, cast(held.entry, BigInteger).label("entry"), *parts)


def _beside(objects: FromClause, table: Table, dialect: str) -> tuple[FromClause, Columns]:
    """`objects` with the rows of `table` that are theirs, to select from, and the columns of those rows.

    PostgreSQL plans by statistics, and it has none yet of what was just loaded: it then takes everything for small and may
    compare each object with each row. An offset keeps a lateral select whole, which leaves it only the way by the key.
    """
    own = and_(*(objects.c[name] == table.c[name] for name in _KEY))
    if dialect != "postgresql":
        return objects.join(table, own), table.c
    rows = select(table).where(own).correlate(objects).offset(literal(0, BigInteger)).lateral(f"own_{table.name}")
    return objects.join(rows, true()), rows.c


def _instant(key: str) -> ColumnElement[Any]:
    instant = state_object.c[key + MILLISECONDS]
    return cast(case((_fits(instant), instant)), BigInteger).label(key)


def _exact_text(key: str) -> ColumnElement[Any]:
    return cast(case((_fits(state_object.c[key + MILLISECONDS]), None), else_=state_object.c[key]), String)


def _fits(instant: ColumnElement[Any]) -> ColumnElement[bool]:
    return instant.between(EARLIEST_MS, LATEST_MS)
