"""The filter tree as a condition on `state_object`, a function an operator; see `contract.filters` for what each means.

Every condition made here is true or false, never null, so that a negation finds exactly the other objects.
"""

from itertools import chain
from typing import assert_never

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    String,
    and_,
    false,
    literal,
    not_,
    select,
    tuple_,
)

from contract.criteria import MOST_TESTS, MOST_WORDS
from contract.errors import OutOfRange
from contract.filters import (
    CASED_NAMES,
    AllOf,
    AnyOf,
    Compare,
    Criterion,
    Exact,
    Filter,
    HasValue,
    Keywords,
    Not,
    Operand,
    StartsWith,
    ValueType,
    Words,
    fold,
    spellings,
)
from contract.filters import Test as ValueTest
from database.chains import all_of, any_of
from database.dialects import DIALECTS, Dialect
from database.each_value import each_among
from database.patterns import Wild
from database.storable import UNSTORABLE, is_storable
from database.stored import Stored
from database.tables import state_object
from database.values import Sql, some_value
from database.words import has_part, has_word, keywords

MAX_NESTING = 3
"""Levels that go into one expression; a deeper part is computed as a set of its own. SQLite's parser holds 100 symbols."""
MAX_OPERANDS = MOST_TESTS + MOST_TESTS + MOST_WORDS
"""Criteria, their tests and the words to look for in one filter, as many as a request may have: SQLite takes 32,766 parameters,
and each of these may be compared in many places."""
MAX_LEVELS = 50
"""Levels of a filter; what a request can say has 5. SQLAlchemy writes statements by recursion, which Python bounds."""


def compile_filter(wanted: Filter, dialect: str) -> ColumnElement[bool]:
    """`wanted` as a condition on the columns of `state_object`, for the database that SQLAlchemy calls `dialect`.

    Raises OutOfRange where the filter is larger than a statement can be, and BadOperand where a text to look for is longer
    than the database can take.
    """
    if (operands := _operands(wanted)) > MAX_OPERANDS:
        raise OutOfRange(value=f"A filter with {operands} operands", allowed=f"at most {MAX_OPERANDS} operands")
    flat = _flattened(wanted)
    if (levels := _levels(flat)) > MAX_LEVELS:
        raise OutOfRange(value=f"A filter of {levels} levels", allowed=f"at most {MAX_LEVELS} levels")
    return _condition(flat, DIALECTS[dialect], depth=0)


def _operands(wanted: Filter) -> int:
    """About how much a filter looks for. Any number of values of one `exacts`, and of contexts, are few parameters."""
    match wanted:
        case AllOf(parts) | AnyOf(parts):
            return sum(map(_operands, parts))
        case Not(part):
            return _operands(part)
        case Keywords(words):
            return len(words)
        case Criterion(tests=tests):
            return 1 + sum(map(_operands_of_test, tests))


def _operands_of_test(test: ValueTest) -> int:
    match test:
        case Exact(values, every):
            return len(values) if every else 1
        case Words(alternatives):
            return sum(map(len, alternatives))
        case _:
            return 1


def _levels(wanted: Filter) -> int:
    match wanted:
        case AllOf(parts) | AnyOf(parts):
            return 1 + max(map(_levels, parts), default=0)
        case Not(part):
            return 1 + _levels(part)
        case _:
            return 1


def _flattened(wanted: Filter) -> Filter:
    """The same filter without a list in another one of its kind, a list of one part, and double negation."""
    match wanted:
        case Not(part):
            inner_part = _flattened(part)
            return inner_part.part if isinstance(inner_part, Not) else Not(inner_part)
        case AllOf((part,)) | AnyOf((part,)):
            return _flattened(part)
        case AllOf(parts) | AnyOf(parts):
            kind = type(wanted)
            inner = [_flattened(part) for part in parts]
            return kind(tuple(leaf for part in inner for leaf in (part.parts if isinstance(part, kind) else (part,))))
        case _:
            return wanted


def _condition(wanted: Filter, dialect: Dialect, depth: int) -> ColumnElement[bool]:
    match wanted:
        case Criterion():
            return _criterion(wanted, dialect)
        case Keywords():
            return keywords(wanted, dialect)
        case AllOf() | AnyOf() | Not() if depth == MAX_NESTING:
            return _as_set(wanted, dialect)
        case AllOf(parts):
            return all_of([_condition(part, dialect, depth + 1) for part in parts])
        case AnyOf(parts):
            return any_of([_condition(part, dialect, depth + 1) for part in parts])
        case Not(part):
            return not_(_condition(part, dialect, depth + 1))
        case _:
            assert_never(wanted)


def _as_set(wanted: Filter, dialect: Dialect) -> ColumnElement[bool]:
    """`wanted` as membership in a set that stands beside the statement, and not within its expression."""
    key = [state_object.c[name] for name in ("tenant", "type", "id")]
    found = select(*key).where(_condition(wanted, dialect, depth=0)).cte()
    return tuple_(*key).in_(select(*found.c))


def _criterion(wanted: Criterion, dialect: Dialect) -> ColumnElement[bool]:
    def holds(*tests: ValueTest) -> ColumnElement[bool]:
        return some_value(
            wanted.area,
            wanted.name,
            wanted.contexts,
            lambda value: all_of([_value_passes(value, test, wanted.name, dialect) for test in tests]),
            dialect,
        )

    def among(operand: Operand) -> ColumnElement[bool]:
        return holds(Exact((operand,)))

    of_one_value = [test for test in wanted.tests if not _looks_at_all_values(test)]
    conditions = [holds(*of_one_value)] if of_one_value else []
    for test in wanted.tests:
        match test:
            case HasValue(present):
                conditions.append(holds(test) if present else not_(holds(test)))
            case Exact(values, every=True):
                conditions.append(each_among(wanted, values, among, cased=wanted.name in CASED_NAMES, dialect=dialect))
            case _:
                pass
    return all_of(conditions)


def _looks_at_all_values(test: ValueTest) -> bool:
    return isinstance(test, HasValue) or (isinstance(test, Exact) and test.every)


def _value_passes(value: Stored, test: ValueTest, name: str, dialect: Dialect) -> ColumnElement[bool]:
    match test:
        case Exact():
            return _exact(value.text, test, name in CASED_NAMES, dialect)
        case Words():
            return _words(value.text, test, dialect)
        case StartsWith():
            return _starts_with(value.text, test, dialect)
        case HasValue():
            return value.text != ""
        case Compare():
            return _compare(value, test, dialect)
        case _:
            assert_never(test)


def _exact(text: ColumnElement[str], test: Exact, cased: bool, dialect: Dialect) -> ColumnElement[bool]:
    storable = list(filter(is_storable, chain.from_iterable(map(spellings, test.values))))
    if cased:
        return dialect.one_of(text, list(dict.fromkeys(storable)))
    return dialect.one_of_folded(text, dict.fromkeys(map(fold, storable)))


def _words(text: ColumnElement[str], test: Words, dialect: Dialect) -> ColumnElement[bool]:
    look = has_word if test.whole else has_part
    if test.whole:
        text = dialect.spaced(text)
    join = all_of if test.every else any_of
    return any_of([join([look(text, word, dialect) for word in words]) for words in test.alternatives])


def _starts_with(text: ColumnElement[str], test: StartsWith, dialect: Dialect) -> ColumnElement[bool]:
    if not is_storable(test.prefix):
        return false()
    return dialect.matches(text, (fold(test.prefix), Wild.RUN))


def _compare(value: Stored, test: Compare, dialect: Dialect) -> ColumnElement[bool]:
    match test.value_type:
        case ValueType.TEXT:
            return _compare_text(value.text, test)
        case ValueType.NUMBER:
            held: Sql = dialect.number(value.text, value.factors())
            operand: Sql = literal(float(test.operand), Double)
        case ValueType.INSTANT:
            held = value.instant()
            operand = literal(int(test.operand), BigInteger)
    return and_(held.is_not(None), _ordered(held, test.operator, operand))


def _compare_text(text: ColumnElement[str], test: Compare) -> ColumnElement[bool]:
    """By code point. An operand that no stored text can begin with is cut where it cannot, and compared so that what it is
    between stays: U+0000 comes right after the text before it, half of a surrogate pair right before U+E000."""
    operand, operator = str(test.operand), test.operator
    if found := UNSTORABLE.search(operand):
        is_nul, wants_above = found.group() == "\0", operator in ("gt", "gte")
        operand = operand[: found.start()] + ("" if is_nul else "\ue000")
        operator = ("gt" if is_nul else "gte") if wants_above else ("lte" if is_nul else "lt")
    return _ordered(text, operator, literal(operand, String))


def _ordered(held: Sql, operator: str, operand: Sql) -> ColumnElement[bool]:
    return {"gt": held.__gt__, "gte": held.__ge__, "lt": held.__lt__, "lte": held.__le__}[operator](operand)
