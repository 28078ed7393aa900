"""Whether each of many texts is among the values of a name, as SQL: the values are looked at once, and those that are asked for
are counted. With a condition for each text, a thousand of them were a statement that took most of a minute to write."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import ColumnElement, FromClause, false, select

from contract.filters import Criterion, Operand, fold, spellings
from database.chains import all_of
from database.counting import all_found
from database.dialects import Dialect
from database.storable import is_storable
from database.stored import FEW
from database.values import attribute_texts


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
    spelled = {_usual(number): spellings(number) for number in numbers}
    usual = {other: one for one, found in spelled.items() for other in found if other != one}
    held = _in_usual_spelling(attribute_texts(wanted.name, wanted.contexts, dialect), usual, dialect)
    listed = [*texts, *spelled]
    if cased:
        return all_found(held, held.c.text, dialect.listed(listed), len(listed))
    counted, uncounted = dialect.each_of_folded(held, listed)
    return all_of([*counted, *map(is_among, uncounted)])


def _distinct(operands: Sequence[Operand], *, cased: bool) -> tuple[list[str], list[int | float]]:
    """The texts and the numbers among `operands`, of which no value is two. A text that is a number's spelling says more."""
    given = [operand for operand in operands if isinstance(operand, str)]
    texts = dict.fromkeys(given if cased else map(fold, given))
    numbers = dict.fromkeys(operand for operand in operands if not isinstance(operand, str))
    return list(texts), [number for number in numbers if texts.keys().isdisjoint(spellings(number))]


def _usual(number: int | float) -> str:
    """The spelling as which the others of a number are counted: one with a letter, whose case may be another, if any has it."""
    return max(spellings(number), key=lambda text: "e" in text)


def _in_usual_spelling(held: FromClause, usual: Mapping[str, str], dialect: Dialect) -> FromClause:
    """The texts of `held`, with those in `usual` as that says."""
    if not usual:
        return held
    text = dialect.replaced(held.c.text, usual)
    return select(text.label("text")).select_from(held).subquery("usual")
