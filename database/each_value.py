"""Whether each of many texts is among the values of a name, as SQL: the values are looked at once, and those that are asked for
are counted. With a condition for each text, a thousand of them were a statement that took most of a minute to write."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, FromClause, Integer, String, case, false, func, literal_column, select

from contract.filters import Criterion, Operand, fold, spellings
from database.chains import all_of
from database.counting import all_found
from database.dialects import Dialect
from database.storable import is_storable
from database.stored import FEW
from database.values import attribute_texts

_DECIMAL = ".0"
"""What the double of a whole number has at its end, unless it is a very large one."""


def each_among(
    wanted: Criterion,
    operands: Sequence[Operand],
    is_among: Callable[[Operand], ColumnElement[bool]],
    *,
    cased: bool,
    dialect: Dialect,
) -> ColumnElement[bool]:
    """Whether each of `operands` is among the values that `wanted` looks at; `is_among` says it of one of them."""
    texts, numbers = _distinct(operands, cased=cased)
    if len(texts) + len(numbers) <= FEW:
        return all_of([is_among(operand) for operand in (*texts, *numbers)])
    if wanted.area == "property" or not all(map(is_storable, texts)):
        return false()  # a property has one value, and no value is several of them
    wholes, alone, others = _by_spellings(numbers)
    held = _with_whole_numbers(attribute_texts(wanted.name, wanted.contexts, dialect), wholes, dialect)
    listed = [*texts, *wholes, *alone]
    if cased:
        each = [all_found(held, held.c.text, dialect.listed(listed), len(listed))] if listed else []
        return all_of([*each, *map(is_among, others)])
    counted, uncounted = dialect.each_of_folded(held, listed)
    return all_of([*counted, *map(is_among, (*uncounted, *others))])


def _distinct(operands: Sequence[Operand], *, cased: bool) -> tuple[list[str], list[int | float]]:
    """The texts and the numbers among `operands`, of which no value is two. A text that is a number's spelling says more."""
    given = [operand for operand in operands if isinstance(operand, str)]
    texts = dict.fromkeys(given if cased else map(fold, given))
    numbers = dict.fromkeys(operand for operand in operands if not isinstance(operand, str))
    return list(texts), [number for number in numbers if texts.keys().isdisjoint(spellings(number))]


def _by_spellings(numbers: Sequence[int | float]) -> tuple[list[str], list[str], list[int | float]]:
    """The whole numbers that may also end in `.0`, the spellings of those that have one only, and the others."""
    wholes: list[str] = []
    alone: list[str] = []
    others: list[int | float] = []
    for number in numbers:
        match sorted(spellings(number), key=len):
            case [only]:
                alone.append(only)
            case [whole, decimal] if decimal == whole + _DECIMAL:
                wholes.append(whole)
            case _:
                others.append(number)
    return wholes, alone, others


def _with_whole_numbers(held: FromClause, wholes: Sequence[str], dialect: Dialect) -> FromClause:
    """The texts of `held`, with each of `wholes` as that where it ends in `.0`."""
    if not wholes:
        return held
    decimal = held.c.text.in_(dialect.listed([whole + _DECIMAL for whole in wholes]))
    begin, end = literal_column("1", Integer), literal_column(str(len(_DECIMAL)), Integer)
    whole = func.substr(held.c.text, begin, func.length(held.c.text, type_=Integer) - end, type_=String)
    return select(case((decimal, whole), else_=held.c.text).label("text")).select_from(held).subquery("whole")
