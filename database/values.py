"""Where the values of a name live (see `database.tables`): "some value of it is such" and "its first value" as SQL.

Every condition made here is true or false, never null.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)

from config.catalogue import BY_KEY, ERROR_PARTS
from contract.filters import Context, fold
from contract.kinds import Kind
from contract.objects import NESTING, in_default_context
from contract.well_known import VALIDATION_ERROR
from database.contexts import in_contexts
from database.dialects import Dialect
from database.stored import Area, DetailValues, Stored
from database.tables import MILLISECONDS, state_object, validation_error

Sql = ColumnElement[Any]
Test = Callable[[Stored], ColumnElement[bool]]
"""What a value must be; the text that it gets is never null."""

SYSTEM_FIELDS = ("id", "name", "type")
_ERRORS = fold(VALIDATION_ERROR)
ERROR_COLUMNS = tuple(sorted(fold(part) for part in ERROR_PARTS))
"""The columns of `validation_error` that hold values, in the order that nested values have."""
_DETAILS = state_object.c.details


def some_value(area: str, name: str, contexts: Sequence[Context], test: Test, dialect: Dialect) -> ColumnElement[bool]:
    """Whether some value of `name` passes `test`: of the property, or of the attribute and what is nested in it, looked at
    in `contexts`. Where an object has no such attribute, its property of that name counts."""
    as_property = _property_has(name, test, dialect)
    if area == "property":
        return as_property
    absent = not_(_attribute_has(name, (), _anything, dialect))
    return or_(_attribute_has(name, contexts, test, dialect), and_(absent, as_property))


def first_value(area: str, name: str, contexts: Sequence[Context], read: Callable[[Stored], Sql], dialect: Dialect) -> Sql:
    """What `read` makes of the first value of `name`, found as by `some_value`; null where there is none."""
    as_property = _first_of_property(name, read, dialect)
    if area == "property":
        return as_property
    present = _attribute_has(name, (), _anything, dialect)
    return case((present, _first_of_attribute(name, contexts, read, dialect)), else_=as_property)


def attribute_texts(name: str, contexts: Sequence[Context], dialect: Dialect) -> FromClause:
    """The texts of the values of an attribute and of what is nested in it, looked at in `contexts`: a row each, in the column
    `text`, and rows of null."""
    values = dialect.detail_values(_DETAILS, "a")
    found = [select(values.value.text.label("text")).select_from(values.rows)]
    found[0] = found[0].where(_in_details(values, "a", name, contexts, dialect))
    if in_default_context(contexts):
        if ("attribute", name) in BY_KEY:
            found.append(select(state_object.c[name]))
        found += [error_rows(value.text) for value in _error_values(_error_columns(name), dialect)]
    return union_all(*(texts.correlate(state_object) for texts in found)).subquery("held")


def error_rows(*columns: Sql) -> Select[Any]:
    """A select of the validation errors of the object."""
    key = (validation_error.c[name] == state_object.c[name] for name in ("tenant", "type", "id"))
    return select(*columns).select_from(validation_error).where(*key).correlate(state_object)


def _anything(_value: Stored) -> ColumnElement[bool]:
    return true()


def _property_has(name: str, test: Test, dialect: Dialect) -> ColumnElement[bool]:
    if _is_property_column(name):
        return _column_has(name, test, dialect)
    return _details_have("p", name, (), test, dialect)


def _attribute_has(name: str, contexts: Sequence[Context], test: Test, dialect: Dialect) -> ColumnElement[bool]:
    places = [_details_have("a", name, contexts, test, dialect)]
    if in_default_context(contexts):  # as all values are that lie in columns
        if ("attribute", name) in BY_KEY:
            places.insert(0, _column_has(name, test, dialect))
        if parts := _error_columns(name):
            passing = (and_(value.text.is_not(None), test(value)) for value in _error_values(parts, dialect))
            places.append(error_rows(true()).where(or_(*passing)).exists())
    return or_(*places)


def _is_property_column(name: str) -> bool:
    return name in SYSTEM_FIELDS or ("property", name) in BY_KEY


def _column_has(name: str, test: Test, dialect: Dialect) -> ColumnElement[bool]:
    return and_(state_object.c[name].is_not(None), test(_column_value(name, dialect)))


def _column_value(name: str, dialect: Dialect) -> Stored:
    text = state_object.c[name]
    known = BY_KEY.get(("property", name)) or BY_KEY.get(("attribute", name))
    if known is not None and known.kind is Kind.INSTANT:
        instant = state_object.c[name + MILLISECONDS]
        return Stored(text, lambda: instant, lambda: dialect.computed_factors(_DETAILS, name))
    return _computed(text, _DETAILS, dialect)


def _computed(text: Column[Any], details: Column[Any], dialect: Dialect) -> Stored:
    """The value in a column, of which `details` says what was computed on loading."""
    name = text.name
    return Stored(text, lambda: dialect.computed_instant(details, name), lambda: dialect.computed_factors(details, name))


def _details_have(area: Area, name: str, contexts: Sequence[Context], test: Test, dialect: Dialect) -> ColumnElement[bool]:
    values = dialect.detail_values(_DETAILS, area)
    passing = exists().select_from(values.rows).where(_in_details(values, area, name, contexts, dialect), test(values.value))
    return and_(_DETAILS.is_not(None), passing.correlate(state_object))


def _in_details(
    values: DetailValues, area: Area, name: str, contexts: Sequence[Context], dialect: Dialect
) -> ColumnElement[bool]:
    named: ColumnElement[bool] = values.key == name
    if area == "a":
        prefix = name + NESTING
        # The numbers stand in the statement itself: its parameters are few.
        begin, length = literal_column("1", Integer), literal_column(str(len(prefix)), Integer)
        named = or_(named, func.substr(values.key, begin, length) == prefix)
    return and_(named, in_contexts(values, contexts, dialect))


def _error_columns(name: str) -> tuple[str, ...]:
    """The columns of `validation_error` that hold values of the attribute `name`."""
    return tuple(part for part in ERROR_COLUMNS if name in (_ERRORS, _ERRORS + NESTING + part))


def _error_values(parts: Sequence[str], dialect: Dialect) -> list[Stored]:
    table = validation_error.c
    return [_computed(table[part], table.details, dialect) for part in parts]


def _first_of_property(name: str, read: Callable[[Stored], Sql], dialect: Dialect) -> Sql:
    if _is_property_column(name):
        return read(_column_value(name, dialect))
    return _first_in_details("p", name, (), read, dialect)


def _first_of_attribute(name: str, contexts: Sequence[Context], read: Callable[[Stored], Sql], dialect: Dialect) -> Sql:
    in_details = _details_have("a", name, contexts, _anything, dialect)
    found = [(in_details, _first_in_details("a", name, contexts, read, dialect))]
    if in_default_context(contexts):  # as all values are that lie in columns
        if ("attribute", name) in BY_KEY:
            found.insert(0, (state_object.c[name].is_not(None), read(_column_value(name, dialect))))
        for value in _error_values(_error_columns(name), dialect):
            rows = error_rows(read(value)).where(value.text.is_not(None)).order_by(validation_error.c.entry).limit(1)
            found.append((rows.exists(), rows.scalar_subquery()))
    return case(*found, else_=null())


def _first_in_details(
    area: Area, name: str, contexts: Sequence[Context], read: Callable[[Stored], Sql], dialect: Dialect
) -> Sql:
    values = dialect.detail_values(_DETAILS, area)
    rows = select(read(values.value)).select_from(values.rows).where(_in_details(values, area, name, contexts, dialect))
    own_first = case((values.key == name, 0), else_=1)
    return rows.order_by(own_first, values.key, values.position).limit(1).correlate(state_object).scalar_subquery()
