"""What only PostgreSQL says so; `database.sqlite` has the same functions. Texts handed in are never null.

Without case: in the collation "C" PostgreSQL lowers A to Z; other letters are translated, where the operand has any.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    FromClause,
    Integer,
    Select,
    String,
    TableValuedAlias,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from contract.filters import BLANKS
from database.counting import all_found
from database.folding import pairs
from database.numbers import PLAIN_DIGITS
from database.patterns import Pattern, Wild
from database.stored import Area, DetailValues, Factors, Stored

_SHORT = 100
"""Values in an array, of which the planner knows how many there are; it takes long for a longer one."""
_BY_CODE_POINT = "C"


def listed(values: Iterable[str]) -> Select[tuple[str]]:
    """`values` as rows, by one parameter however many they are."""
    # As a text: SQLAlchemy would write a parameter of the type JSONB as JSON once more.
    items = func.jsonb_array_elements_text(cast(literal(json.dumps(list(values), ensure_ascii=False), String), JSONB))
    return select(items.table_valued("value", name="listed").c.value)


def one_of(text: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """Whether `text` is one of `values`, with case."""
    if len(values) <= _SHORT:
        return text == any_(literal(list(values), ARRAY(String)))
    return text.in_(listed(values))


def one_of_folded(text: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether `text` is one of the folded `values`, without case."""
    plain: list[str] = []
    others: list[str] = []
    for value in values:
        (others if pairs([value])[0] else plain).append(value)
    is_plain = one_of(func.lower(text), plain)
    return or_(is_plain, one_of(_folded(text, others), others)) if others else is_plain


def each_of_folded(held: FromClause, values: Sequence[str]) -> tuple[list[ColumnElement[bool]], list[str]]:
    """Conditions that together say whether each of the folded, different `values` is a `text` of `held`, without case, but for
    those that are given back."""
    return [all_found(held, _folded(held.c.text, values), listed(values), len(values))] if values else [], []


def replaced(text: ColumnElement[str], others: Mapping[str, str]) -> ColumnElement[str]:
    """`text`, or what stands in `others` for it; their texts are spellings of numbers."""
    return func.coalesce(_text_at(cast(literal(json.dumps(others), String), JSONB), text), text, type_=String)


def matches(text: ColumnElement[str], pattern: Pattern) -> ColumnElement[bool]:
    """Whether the whole `text` is as `pattern` says, without case."""
    literals = [part for part in pattern if isinstance(part, str)]
    return _folded(text, literals).like("".join(map(_like, pattern)))


def spaced(text: ColumnElement[str]) -> ColumnElement[str]:
    """`text` with a space for each blank."""
    return func.translate(text, BLANKS, " " * len(BLANKS))


def joined(texts: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """All of `texts` that are not null, with spaces between them."""
    return func.concat_ws(" ", *texts, type_=String).collate(_BY_CODE_POINT)


def json_array(texts: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    """A JSON array of texts and nulls."""
    return func.json_build_array(*texts)


def words(text: ColumnElement[str]) -> TableValuedAlias:
    """The words of a spaced text, in the column `value`; among them may be empty ones."""
    return func.unnest(func.string_to_array(text, " ")).table_valued("value", name="words").render_derived()


def number(text: ColumnElement[str], factors: Factors) -> ColumnElement[Any]:
    """The number that `text` is, null where it is none."""
    is_plain = and_(
        text.regexp_match(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"),
        func.length(func.translate(text, "-.", ""), type_=Integer) <= PLAIN_DIGITS,
    )
    return case(
        (factors[0].is_not(None), cast(factors[0], Double) * cast(factors[1], Double)),
        (is_plain, cast(text, Double)),
    )


def computed_instant(details: ColumnElement[Any], key: str) -> ColumnElement[Any]:
    """The instant that was computed on loading of the text in the column `key`, null where there is none."""
    return cast(_text_at(details, "i", key), BigInteger)


def computed_factors(details: ColumnElement[Any], key: str) -> Factors:
    """The factors of the number that was computed on loading of the text in the column `key`."""
    return _text_at(details, "f", key, "0"), _text_at(details, "f", key, "1")


def detail_values(details: ColumnElement[Any], area: Area) -> DetailValues:
    """The values in one part of `details`."""
    named = func.jsonb_each(func.jsonb_extract_path(details, area)).table_valued("key", "value", name="names")
    listed = func.jsonb_array_elements(func.jsonb_extract_path(named.c.value, "v"))
    items = listed.table_valued("value", with_ordinality="position", name="items").render_derived()

    def part(*path: str) -> ColumnElement[str]:
        return _text_at(items.c.value, *path)

    return DetailValues(
        rows=named.join(items, true()),
        key=named.c.key.collate(_BY_CODE_POINT),
        position=items.c.position,
        value=Stored(part("0"), lambda: cast(part("3"), BigInteger), lambda: (part("5", "0"), part("5", "1"))),
        locale=lambda: part("1"),
        source=lambda: part("2"),
    )


def _text_at(json_value: ColumnElement[Any], *path: str | ColumnElement[str]) -> ColumnElement[str]:
    return func.jsonb_extract_path_text(json_value, *path, type_=String).collate(_BY_CODE_POINT)


def _folded(text: ColumnElement[str], literals: Iterable[str]) -> ColumnElement[str]:
    """`text` with every character folded that matters beside `literals`."""
    cased, folded = pairs(literals)
    return func.translate(func.lower(text), cased, folded) if cased else func.lower(text)


def _like(part: str | Wild) -> str:
    match part:
        case Wild.RUN:
            return "%"
        case Wild.ONE:
            return "_"
        case _:
            return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
