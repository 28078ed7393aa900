"""The filter tree as a condition on `state_object`, a function an operator; see `contract.filters` for what each means.

Every condition made here is true or false, never null, so that a negation finds exactly the other objects.
"""

from collections.abc import Sequence
from typing import assert_never

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    String,
    and_,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.expression import Grouping

from config.catalogue import COLUMNS
from contract.filters import (
    BLANKS,
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
    StartsWith,
    ValueType,
    Words,
    fold,
)
from contract.filters import Test as ValueTest
from database import patterns
from database.dialects import DIALECTS, Dialect
from database.patterns import Wild
from database.storable import UNSTORABLE, is_storable
from database.stored import Area, Stored
from database.tables import state_object, validation_error
from database.values import ERROR_COLUMNS, Sql, error_rows, some_value

MAX_NESTING = 3
"""Levels that go into one expression; a deeper part is computed as a set of its own. SQLite's parser holds 100 symbols."""
MAX_TERMS = 200
"""Terms in one chain; SQLite's expressions may be 1,000 levels deep, and a chain is as deep as it is long."""

_SPACE: ColumnElement[str] = literal_column("' '", String)
_EMPTY: ColumnElement[str] = literal_column("''", String)


def compile_filter(wanted: Filter, dialect: str) -> ColumnElement[bool]:
    """`wanted` as a condition on the columns of `state_object`, for the database that SQLAlchemy calls `dialect`.

    Raises BadOperand where a text to look for is longer than the database can take.
    """
    return _condition(_flattened(wanted), DIALECTS[dialect], depth=0)


def _flattened(wanted: Filter) -> Filter:
    """The same filter without a list of one kind directly in another of that kind, and without double negation."""
    match wanted:
        case Not(Not(part)):
            return _flattened(part)
        case Not(part):
            return Not(_flattened(part))
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
            return _keywords(wanted, dialect)
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


def all_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """All of `conditions`, however many."""
    return and_(true(), *(Grouping(and_(*chunk)) for chunk in _chunks(conditions)))


def any_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Any of `conditions`, however many."""
    return or_(false(), *(Grouping(or_(*chunk)) for chunk in _chunks(conditions)))


def _chunks(conditions: Sequence[ColumnElement[bool]]) -> list[Sequence[ColumnElement[bool]]]:
    return [conditions[start : start + MAX_TERMS] for start in range(0, len(conditions), MAX_TERMS)]


def _criterion(wanted: Criterion, dialect: Dialect) -> ColumnElement[bool]:
    def holds(*tests: ValueTest) -> ColumnElement[bool]:
        return some_value(
            wanted.area,
            wanted.name,
            wanted.contexts,
            lambda value: all_of([_value_passes(value, test, wanted.name, dialect) for test in tests]),
            dialect,
        )

    of_one_value = [test for test in wanted.tests if not _looks_at_all_values(test)]
    conditions = [holds(*of_one_value)] if of_one_value else []
    for test in wanted.tests:
        match test:
            case HasValue(present):
                conditions.append(holds(test) if present else not_(holds(test)))
            case Exact(values, every=True):
                distinct = dict.fromkeys(values if wanted.name in CASED_NAMES else map(fold, values))
                conditions += [holds(Exact((value,))) for value in distinct]
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
    storable = list(filter(is_storable, test.values))
    if cased:
        return dialect.one_of(text, list(dict.fromkeys(storable)))
    return dialect.one_of_folded(text, dict.fromkeys(map(fold, storable)))


def _words(text: ColumnElement[str], test: Words, dialect: Dialect) -> ColumnElement[bool]:
    look = _has_word if test.whole else _has_part
    join = all_of if test.every else any_of
    return any_of([join([look(text, word, dialect) for word in words]) for words in test.alternatives])


def _has_part(text: ColumnElement[str], word: str, dialect: Dialect) -> ColumnElement[bool]:
    if not is_storable(word):
        return false()
    return dialect.matches(text, (Wild.RUN, *patterns.of_word(fold(word)), Wild.RUN))


def _has_word(text: ColumnElement[str], word: str, dialect: Dialect) -> ColumnElement[bool]:
    """Whether one of the words of `text` is `word`; a wildcard never reaches past the end of a word."""
    if not word or not is_storable(word) or any(blank in word for blank in BLANKS):
        return false()
    pattern = patterns.of_word(fold(word))
    spaced = dialect.spaced(text)
    match pattern:
        case (Wild.RUN,):
            return func.trim(spaced, " ", type_=String) != ""
        case (str(whole),):
            around: patterns.Pattern = (Wild.RUN, f" {whole} ", Wild.RUN)
        case (Wild.RUN, str(end)):
            around = (Wild.RUN, f"{end} ", Wild.RUN)
        case (str(start), Wild.RUN):
            around = (Wild.RUN, f" {start}", Wild.RUN)
        case (Wild.RUN, str(part), Wild.RUN):
            around = (Wild.RUN, part, Wild.RUN)
        case _:
            words = dialect.words(spaced)
            return select(true()).select_from(words).where(dialect.matches(words.c.value, pattern)).exists()
    return dialect.matches(_padded(spaced), around)


def _padded(text: ColumnElement[str]) -> ColumnElement[str]:
    return _SPACE + text + _SPACE


def _starts_with(text: ColumnElement[str], test: StartsWith, dialect: Dialect) -> ColumnElement[bool]:
    if not is_storable(test.prefix):
        return false()
    return dialect.matches(text, (fold(test.prefix), Wild.RUN))


def _compare(value: Stored, test: Compare, dialect: Dialect) -> ColumnElement[bool]:
    match test.value_type:
        case ValueType.TEXT:
            return _compare_text(value.text, test)
        case ValueType.NUMBER:
            held: Sql = dialect.number(value.text, value.factors)
            operand: Sql = literal(float(test.operand), Double)
        case ValueType.INSTANT:
            held = value.instant
            operand = literal(int(test.operand), BigInteger)
    return and_(held.is_not(None), _ordered(held, test.operator, operand))


def _compare_text(text: ColumnElement[str], test: Compare) -> ColumnElement[bool]:
    """By code point. What no stored text holds takes its place in that order: above all texts without it, U+0000, and
    between U+D7FF and U+E000, half of a surrogate pair."""
    operand, operator = str(test.operand), test.operator
    if found := UNSTORABLE.search(operand):
        below = found.group() == "\0"
        operand = operand[: found.start()] + ("" if below else "\ue000")
        above_operand = operator in ("gt", "gte")
        operator = ("gt" if below else "gte") if above_operand else ("lte" if below else "lt")
    return _ordered(text, operator, literal(operand, String))


def _ordered(held: Sql, operator: str, operand: Sql) -> ColumnElement[bool]:
    return {"gt": held.__gt__, "gte": held.__ge__, "lt": held.__lt__, "lte": held.__le__}[operator](operand)


def _keywords(wanted: Keywords, dialect: Dialect) -> ColumnElement[bool]:
    """All texts of the object are put one after another with blanks between them, which no word reaches across."""
    texts = [_or_empty(state_object.c[name]) for name in ("id", "name", *(column.key for column in COLUMNS))]
    areas: tuple[Area, Area] = ("p", "a")
    for area in areas:
        values = dialect.detail_values(state_object.c.details, area)
        joined = select(func.aggregate_strings(values.value.text, " ")).select_from(values.rows).correlate(state_object)
        texts.append(_or_empty(joined.scalar_subquery()))
    parts = _joined([_or_empty(validation_error.c[name]) for name in ERROR_COLUMNS])
    texts.append(_or_empty(error_rows(func.aggregate_strings(parts, " ")).scalar_subquery()))
    # A limit keeps the databases from putting the whole expression in the place of each use of it.
    whole = select(dialect.spaced(_joined(texts)).label("text")).limit(1).correlate(state_object).subquery("texts")
    join = all_of if wanted.every else any_of
    found = join([_has_word(whole.c.text, word, dialect) for word in wanted.words])
    return select(true()).select_from(whole).where(found).correlate(state_object).exists()


def _or_empty(text: Sql) -> ColumnElement[str]:
    return func.coalesce(text, _EMPTY, type_=String)


def _joined(texts: Sequence[ColumnElement[str]]) -> ColumnElement[str]:
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + _SPACE + text
    return joined
