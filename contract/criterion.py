"""One criterion of a request, `{NAME: {OPERATOR: OPERAND, ...}}`: from JSON to its filter.

Everything in it must be understood: a filter that is dropped silently exports the wrong rows. So here, unlike elsewhere, an
unknown name, an empty object and a null in place of an operand are mistakes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contract.contexts import note_non_contextual, read_contexts
from contract.errors import BadOperand, Missing, UnknownOperator, UnknownValueType, WrongShape
from contract.filters import AllOf, Context, Criterion, Filter, Not, Test, ValueType, fold, parse_instant, parse_number
from contract.objects import describe
from contract.operands import Setting
from contract.operators import OPERATORS, VALUE_TYPES, Operator
from contract.paths import bare, member, shown
from contract.relative_dates import is_relative
from contract.shapes import Entry, Members, Notes, read_boolean, read_object, read_text
from contract.warnings import COMPARED_AS_TEXT

Area = Literal["property", "attribute"]

BESIDE: dict[str, str] = {
    "not": "`true` negates the criterion; an object without the value then matches",
    "type": "how `gt`, `gte`, `lt` and `lte` compare",
    "operator": "`_AND` or `_OR`, for the operators that say so",
    "contexts": "look only at an attribute's values in these contexts: a list of `{locale, source}`; else in the request's",
    "valueContexts": "the same",
    "nonContextual": "accepted; `true` has no effect and is named in the warnings",
}
"""What a criterion may say beside its operators, in words."""

_TYPES = {bare(name): value_type for name, (value_type, _) in VALUE_TYPES.items()}
_A_NAME = "The name of a property or an attribute"


@dataclass(frozen=True)
class Surroundings:
    """What the criteria of one request share. `contexts` are the request's, for attribute criteria that name none."""

    contexts: tuple[Context, ...]
    now: datetime
    notes: Notes


def read_criterion(value: object, path: str, area: Area, around: Surroundings) -> Filter:
    """The filter of one criterion; notes each mistake in it. Raises WrongShape, Missing.

    Several names in one criterion are ANDed. `not` may stand beside the operators, or beside the names.
    """
    names = dict(read_object(value, path))
    negated = False
    for key in [key for key, inner in names.items() if fold(key) == "not" and not isinstance(inner, dict)]:
        negated = around.notes.attempt(read_boolean, names.pop(key), member(path, key), default=False)
    if not names:
        raise Missing(path=path, what=_A_NAME)
    parts = tuple(_read_name(name, found, area, around) for name, found in Members(names, path, around.notes).rest())
    made = parts[0] if len(parts) == 1 else AllOf(parts)
    return Not(made) if negated else made


def read_joining(value: object, path: str) -> bool:
    """Whether `operator` is `_AND`, else it is `_OR`, both as loosely written as types; raises WrongShape, BadOperand."""
    name = read_text(value, path)
    if bare(name) not in ("and", "or"):
        raise BadOperand(path=path, value=shown(name), expected="_AND or _OR")
    return bare(name) == "and"


def read_value_type(value: object, path: str) -> ValueType:
    """What `type` or `sortType` says, without case, with or without the underscore; raises WrongShape, UnknownValueType."""
    name = read_text(value, path)
    if bare(name) not in _TYPES:
        raise UnknownValueType(path=path, name=shown(name), known=", ".join(VALUE_TYPES))
    return _TYPES[bare(name)]


def _read_name(name: str, found: Entry, area: Area, around: Surroundings) -> Filter:
    notes = around.notes
    if not name:
        notes.add(Missing(path=found.path, what=_A_NAME))
    if not isinstance(found.value, dict):
        expected = f"an object with an operator ({', '.join(OPERATORS)})"
        notes.add(WrongShape(path=found.path, expected=expected, got=describe(found.value)))
        return AllOf()
    holder = Members(found.value, found.path, notes)
    negated = holder.read(("not",), read_boolean, False)
    contexts = _contexts(holder, area, around)
    made = Criterion(area, notes.name(name, found.path, of_property=area == "property"), _tests(holder, around), contexts)
    return Not(made) if negated else made


def _contexts(holder: Members, area: Area, around: Surroundings) -> tuple[Context, ...]:
    note_non_contextual(holder, around.notes)
    own = read_contexts(holder, around.notes)
    if area == "attribute":
        return around.contexts if own is None else own
    if own:
        around.notes.no_effect(f"A context in {holder.path}", "the values of properties are for every context")
    return ()


def _tests(holder: Members, around: Surroundings) -> tuple[Test, ...]:
    notes = around.notes
    typed = holder.take("type")
    value_type = None if typed is None else notes.attempt(read_value_type, *typed, default=None)
    joining = holder.take("operator")
    every = None if joining is None else notes.attempt(read_joining, *joining, default=None)
    operands = _operands(holder, notes)
    if joining is not None and not any(operator.combines for operator, _ in operands):
        notes.no_effect(joining.path, "no operator beside it uses it")
    if typed is not None:
        _note_unused_type(typed.path, value_type, operands, notes)
    if value_type is None:
        value_type = _implied_type([operand for operator, operand in operands if operator.compares], notes)
    setting = Setting(around.now, notes, every, value_type)
    read = [_read_test(operator, operand, setting) for operator, operand in operands]
    return tuple(test for test in read if test is not None)


def _operands(holder: Members, notes: Notes) -> list[tuple[Operator, Entry]]:
    given = holder.rest()
    if not given:
        notes.add(Missing(path=holder.path, what=f"An operator ({', '.join(OPERATORS)})"))
    for name, _ in given:
        if fold(name) not in OPERATORS:
            notes.add(UnknownOperator(path=holder.path, name=shown(name), known=", ".join(OPERATORS)))
    return [(OPERATORS[fold(name)], operand) for name, operand in given if fold(name) in OPERATORS]


def _note_unused_type(path: str, value_type: ValueType | None, operands: list[tuple[Operator, Entry]], notes: Notes) -> None:
    """Note a type whose dates or numbers are looked for as texts: the same moment in another zone is not found by them."""
    if any(operator.compares for operator, _ in operands):
        return
    for operator, operand in operands:
        listed = operand.value if isinstance(operand.value, list) else [operand.value]
        if any(isinstance(value, str) and _is_of(value_type, value) for value in listed):
            notes.no_effect(path, f"{operator.key} looks for texts; gt, gte, lt and lte compare by type")
            return


def _is_of(value_type: ValueType | None, text: str) -> bool:
    if value_type is ValueType.INSTANT:
        return is_relative(text) or parse_instant(text) is not None
    return value_type is ValueType.NUMBER and parse_number(text) is not None


def _implied_type(compared: list[Entry], notes: Notes) -> ValueType:
    """Without a type, a relative date is an instant, and so is what it is given with; anything else is text."""
    texts = [operand.value for operand in compared if isinstance(operand.value, str)]
    if any(map(is_relative, texts)):
        return ValueType.INSTANT
    for value, path in compared:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            notes.warn(COMPARED_AS_TEXT, path=path, type="_DECIMAL", meaning="a number")
        elif isinstance(value, str) and parse_instant(value) is not None:
            notes.warn(COMPARED_AS_TEXT, path=path, type="_DATETIME", meaning="a date")
    return ValueType.TEXT


def _read_test(operator: Operator, operand: Entry, setting: Setting) -> Test | None:
    return setting.notes.attempt(lambda value, path: operator.read(Entry(value, path), setting), *operand, default=None)
