"""What only SQLite says so; `database.postgresql` has the same functions. Texts handed in are never null.

Without case: SQLite lowers A to Z; for other letters GLOB's `[Ää]` is either.
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
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from contract.errors import BadOperand
from contract.filters import BLANKS
from database.chains import all_of, any_of
from database.counting import all_found
from database.folding import variants
from database.numbers import PLAIN_DIGITS
from database.patterns import Pattern, Wild
from database.stored import FEW, Area, DetailValues, Factors, Stored

MAX_PATTERN_BYTES = 50_000
"""SQLite's own bound (SQLITE_MAX_LIKE_PATTERN_LENGTH, https://www.sqlite.org/limits.html); beyond, it is an error."""

_CHUNK = 4_000
"""Characters of which a pattern is never longer than that: in brackets with its other cases one takes 10 bytes at most."""

_ALIKE_IN_GLOB = frozenset("\ufffd\ufffe\uffff")
"""GLOB reads what is no character as U+FFFD (sqlite3Utf8Read in https://www.sqlite.org/src/file/src/utf.c)."""


def listed(values: Iterable[str]) -> Select[tuple[str]]:
    """`values` as rows, by one parameter however many they are."""
    return select(_items(values).c.value)


def one_of(text: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """Whether `text` is one of `values`, with case."""
    if len(values) <= FEW:
        return text.in_(values)
    return text.in_(listed(values))


def one_of_folded(text: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether `text` is one of the folded `values`, without case."""
    plain: list[str] = []
    cased: list[str] = []
    for value in values:
        (cased if any(map(variants, value)) else plain).append(value)
    lowered = func.lower(text)
    patterns = [_glob((value,)) for value in cased if len(value) <= _CHUNK]
    long = [_is_long(lowered, value) for value in cased if len(value) > _CHUNK]
    # A condition that never holds would keep SQLite from an index.
    return any_of([*([one_of(lowered, plain)] if plain else []), *_likenesses(lowered, patterns), *long])


def each_of_folded(held: FromClause, values: Sequence[str]) -> tuple[list[ColumnElement[bool]], list[str]]:
    """Conditions that together say whether each of the folded, different `values` is a `text` of `held`, without case, but for
    those that are given back."""
    plain: list[str] = []
    patterns: list[str] = []
    others: list[str] = []
    for value in values:
        if not any(map(variants, value)):
            plain.append(value)
        elif len(value) <= _CHUNK and not _ALIKE_IN_GLOB.intersection(value):
            patterns.append(_glob((value,)))
        else:
            others.append(value)
    lowered = func.lower(held.c.text)
    counted = [all_found(held, lowered, listed(plain), len(plain))] if plain else []
    if patterns:
        counted.append(_all_alike(held, lowered, patterns))
    return counted, others


def replaced(text: ColumnElement[str], others: Mapping[str, str]) -> ColumnElement[str]:
    """`text`, or what stands in `others` for it; their texts are spellings of numbers."""
    place = _constant('$."') + text + _constant('"')
    other = func.json_extract(literal(json.dumps(others)), place, type_=String)
    # Any other text may make a place that cannot be read.
    return case((text.in_(listed(others)), other), else_=text)


def matches(text: ColumnElement[str], pattern: Pattern) -> ColumnElement[bool]:
    """Whether the whole `text` is as `pattern` says, without case. Raises BadOperand where SQLite has no room for it."""
    match pattern:
        case (Wild.RUN, str(part), Wild.RUN) if not any(map(variants, part)):
            return func.instr(func.lower(text), part) > 0
        case _:
            return any_of(_likenesses(func.lower(text), [_glob(pattern)]))


def spaced(text: ColumnElement[str]) -> ColumnElement[str]:
    """`text` with a space for each blank."""
    for blank in BLANKS.replace(" ", ""):
        text = func.replace(text, _constant(blank), _constant(" "))
    return text


def joined(texts: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """All of `texts` that are not null, with spaces between them and perhaps more."""
    found: ColumnElement[str] = func.coalesce(texts[0], _constant(""), type_=String)
    for text in texts[1:]:
        found = found + func.coalesce(_constant(" ") + text, _constant(""), type_=String)
    return found


def json_array(texts: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    """A JSON array of texts and nulls."""
    return func.json_array(*texts)


def words(text: ColumnElement[str]) -> TableValuedAlias:
    """The words of a spaced text, in the column `value`; among them may be empty ones."""
    quoted = func.replace(func.json_quote(text), _constant(" "), _constant('","'))
    listed = _constant("[") + quoted + _constant("]")
    return func.json_each(listed).table_valued("value", name="words")


def number(text: ColumnElement[str], factors: Factors) -> ColumnElement[Any]:
    """The number that `text` is, null where it is none."""
    point = func.instr(text, _constant("."), type_=Integer)
    digits = cast(func.replace(text, _constant("."), _constant("")), Double)
    power = cast(_constant("1e") + cast(func.length(text) - point, String), Double)
    return case(
        (factors[0].is_not(None), cast(factors[0], Double) * cast(factors[1], Double)),
        (and_(_is_plain(text), point > literal_column("0")), digits / power),
        (_is_plain(text), digits),
    )


def computed_instant(details: ColumnElement[Any], key: str) -> ColumnElement[Any]:
    """The instant that was computed on loading of the text in the column `key`, null where there is none."""
    return func.json_extract(details, _constant(f'$.i."{key}"'), type_=BigInteger)


def computed_factors(details: ColumnElement[Any], key: str) -> Factors:
    """The factors of the number that was computed on loading of the text in the column `key`."""
    first, second = (func.json_extract(details, _constant(f'$.f."{key}"[{n}]')) for n in (0, 1))
    return first, second


def detail_values(details: ColumnElement[Any], area: Area) -> DetailValues:
    """The values in one part of `details`."""
    names = func.json_each(details, _constant(f"$.{area}")).table_valued("key", "value", name="names")
    items = func.json_each(names.c.value, _constant("$.v")).table_valued("key", "value", name="items")

    def part(path: str) -> ColumnElement[str]:
        return func.json_extract(items.c.value, _constant(path), type_=String)

    return DetailValues(
        rows=names.join(items, true()),
        key=names.c.key,
        position=items.c.key,
        value=Stored(part("$[0]"), lambda: cast(part("$[3]"), BigInteger), lambda: (part("$[5][0]"), part("$[5][1]"))),
        locale=lambda: part("$[1]"),
        source=lambda: part("$[2]"),
    )


def _items(values: Iterable[str]) -> TableValuedAlias:
    """`values` in the column `value`, by one parameter however many they are."""
    listed = json.dumps(list(values), ensure_ascii=False)
    return func.json_each(literal(listed)).table_valued("value", name="listed")


def _is_long(lowered: ColumnElement[str], value: str) -> ColumnElement[bool]:
    """Whether a lowered text is the folded `value`, piece by piece: a pattern of all of it could be too long."""
    pieces: list[ColumnElement[bool]] = [func.length(lowered, type_=Integer) == literal_column(str(len(value)), Integer)]
    for start in range(0, len(value), _CHUNK):
        place = [literal_column(str(number), Integer) for number in (start + 1, _CHUNK)]
        piece = func.substr(lowered, *place, type_=String)
        pieces += _likenesses(piece, [_glob((value[start : start + _CHUNK],))])
    return all_of(pieces)


def _likenesses(lowered: ColumnElement[str], patterns: list[str]) -> list[ColumnElement[bool]]:
    """Conditions of which one holds where a lowered text is as any of `patterns` of GLOB says."""
    alike = [pattern for pattern in patterns if _ALIKE_IN_GLOB.intersection(pattern)]
    if not alike:
        return _globs(lowered, patterns)
    others = [pattern for pattern in patterns if not _ALIKE_IN_GLOB.intersection(pattern)]
    return _globs(lowered, others) + _globs(*_told_apart(lowered, alike))


def _all_alike(held: FromClause, lowered: ColumnElement[str], patterns: list[str]) -> ColumnElement[bool]:
    """Whether for each of the different patterns of GLOB there is a text of `held` as it says; no text is as two say."""
    items = _items(patterns)
    alike = held.join(items, lowered.op("GLOB", is_comparison=True)(items.c.value))
    found = select(func.count(items.c.value.distinct())).select_from(alike).scalar_subquery()
    # Each text is compared with each pattern, which is slow, so only where there are enough texts.
    texts = select(func.count(lowered.distinct())).select_from(held).scalar_subquery()
    many = literal_column(str(len(patterns)), Integer)
    return case((texts >= many, found), else_=literal_column("0", Integer)) == many


def _globs(lowered: ColumnElement[str], patterns: list[str]) -> list[ColumnElement[bool]]:
    if len(patterns) <= FEW:
        return [lowered.op("GLOB", is_comparison=True)(pattern) for pattern in patterns]
    listed = _items(patterns)
    return [exists().select_from(listed).where(lowered.op("GLOB")(listed.c.value))]


def _told_apart(lowered: ColumnElement[str], patterns: list[str]) -> tuple[ColumnElement[str], list[str]]:
    """The text and the patterns with other characters for those that GLOB reads alike. The patterns have none of these; where
    the text has them, a third one stands for them, so that they match nothing but wildcards."""
    used = set().union(*patterns) | _ALIKE_IN_GLOB
    unused = (character for character in map(chr, range(0xE000, 0x110000)) if character not in used)
    anything, *stand_ins = (next(unused) for _ in range(3))
    of_alike = dict(zip(sorted(_ALIKE_IN_GLOB)[1:], stand_ins, strict=True))
    for old, new in [*((stand_in, anything) for stand_in in stand_ins), *of_alike.items()]:
        lowered = func.replace(lowered, _constant(old), _constant(new))
    table = {ord(old): new for old, new in of_alike.items()}
    return lowered, [pattern.translate(table) for pattern in patterns]


def _glob(pattern: Pattern) -> str:
    written = "".join(part.value if isinstance(part, Wild) else "".join(map(_glob_literal, part)) for part in pattern)
    if len(written.encode()) > MAX_PATTERN_BYTES:
        raise BadOperand(value=f"{written[:50]}...", expected=f"a pattern of at most {MAX_PATTERN_BYTES} bytes")
    return written


def _glob_literal(character: str) -> str:
    if character in "*?[":
        return f"[{character}]"
    others = variants(character)
    return f"[{character}{others}]" if others else character


def _is_plain(text: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether `text` is a plain decimal (see `database.numbers`), in the only patterns that SQLite knows."""

    def like(pattern: str) -> ColumnElement[bool]:
        return text.op("GLOB", is_comparison=True)(_constant(pattern))

    digits = func.replace(func.replace(text, _constant("."), _constant("")), _constant("-"), _constant(""))
    return and_(
        or_(like("[0-9]*"), like("-[0-9]*")),
        like("*[0-9]"),
        not_(or_(like("*[^0-9.-]*"), like("?*-*"), like("*.*.*"), like("0[0-9]*"), like("-0[0-9]*"))),
        func.length(digits, type_=Integer) <= literal_column(str(PLAIN_DIGITS)),
    )


def _constant(text: str) -> ColumnElement[str]:
    """A text of this module's own in the statement itself: parameters are few, and for what a request says."""
    return literal_column(f"'{text}'", String)
