"""The filter tree: what a request's criteria mean, independent of how they were written and of any database.

Rules of meaning, shared by the oracle and both databases:

* *Fold*: comparing "without case" lowers each character alone, and leaves a character whose lower case would be more
  than one character, or would turn a non-ASCII character into an ASCII one, as it is (`fold`).
* *Blank*: space, tab, line feed, carriage return. Words split on blanks.
* *Number*: a text in JSON's number grammar after trimming blanks, compared as IEEE doubles. "007" is a code, not a number.
* A number that is asked for exactly is found however a stored JSON number of its value is written (`spellings`): 5 finds 5.0.
* *Instant*: what `parse_instant` reads, compared in whole milliseconds since 1970 UTC.
* A value matches a criterion when it satisfies every value-level test at once (`Exact` without `every`, `Words`,
  `StartsWith`, `Compare`); `HasValue` and `Exact` with `every` look at all values of the name.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

BLANKS = " \t\n\r"


class ValueType(StrEnum):
    """How gt, gte, lt and lte read both sides."""

    TEXT = "text"
    NUMBER = "number"
    INSTANT = "instant"


@dataclass(frozen=True)
class Context:
    """The context that a value is for; a part that is None accepts any. Compared without case."""

    locale: str | None = None
    source: str | None = None


def accepts(contexts: Sequence[Context], locale: str | None, source: str | None) -> bool:
    """Whether a value for `locale` and `source` (folded; None is for every one) is in one of `contexts`; none asks for all."""
    return not contexts or any(_fits(asked.locale, locale) and _fits(asked.source, source) for asked in contexts)


def _fits(asked: str | None, given: str | None) -> bool:
    return asked is None or given is None or fold(asked) == given


Operand = str | int | float
"""What a request asks for exactly: a text, or a finite number that it writes as one."""


@dataclass(frozen=True)
class Exact:
    """The whole value, without case (ids with case). `every`: each of `values` must be among the values."""

    values: tuple[Operand, ...]
    every: bool = False


@dataclass(frozen=True)
class Words:
    """Words in the value, without case; `*` is any run of characters, `?` is one.

    Any of `alternatives` must match; in one, all words must (`every`) or any. `whole`: a word of the value between
    blanks; else a part of the value.
    """

    alternatives: tuple[tuple[str, ...], ...]
    every: bool
    whole: bool


@dataclass(frozen=True)
class StartsWith:
    """The value begins with `prefix`, without case."""

    prefix: str


@dataclass(frozen=True)
class HasValue:
    """True: some value is there and is not empty. False: no value, or only empty ones."""

    present: bool


@dataclass(frozen=True)
class Compare:
    """`operand` is a str for TEXT (code point order, with case), a float for NUMBER, int milliseconds for INSTANT."""

    operator: Literal["gt", "gte", "lt", "lte"]
    operand: str | float | int
    value_type: ValueType


Test = Exact | Words | StartsWith | HasValue | Compare


@dataclass(frozen=True)
class Criterion:
    """Tests on one name. `area` "attribute" falls back, object by object, to the property of that name.

    `name` is in lower case. The system fields `id`, `name` and `type` are names of the area "property". A name with
    `>>` addresses a nested value (`validationerror>>error`); a group's own name stands for all of its nested values.
    `contexts`: only values in one of them are looked at (none: all). Properties have no context.
    """

    area: Literal["property", "attribute"]
    name: str
    tests: tuple[Test, ...]
    contexts: tuple[Context, ...] = ()


@dataclass(frozen=True)
class Keywords:
    """Words looked for, as whole words with wildcards, in the id, the name and every property and attribute value.

    Each word may be found in another value. `every`: all words must be found, else any.
    """

    words: tuple[str, ...]
    every: bool = True


@dataclass(frozen=True)
class AllOf:
    parts: tuple["Filter", ...] = ()


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Filter", ...] = ()


@dataclass(frozen=True)
class Not:
    part: "Filter"


Filter = Criterion | Keywords | AllOf | AnyOf | Not
EVERYTHING = AllOf()

CASED_NAMES = frozenset({"id", "entityid", "submissionid"})
"""Names whose values are ids: `exact` and `exacts` compare them with case."""


def fold(text: str) -> str:
    """`text` for comparing without case; see this module's rule."""
    return "".join(map(_fold_character, text)) if not text.isascii() else text.lower()


def _fold_character(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 and lower.isascii() == character.isascii() else character


_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def parse_number(text: str) -> float | None:
    """The number that `text` is, None where it is none (an overflow to infinity is none)."""
    trimmed = text.strip(BLANKS)
    if not _NUMBER.fullmatch(trimmed):
        return None
    number = float(trimmed)
    return number if abs(number) != float("inf") else None


def spellings(operand: Operand) -> tuple[str, ...]:
    """The texts that are exactly the operand: its own, and of a number those of all stored JSON numbers of the same value.

    These are kept as whole numbers of any length, or as doubles (`contract.objects`): no two values share a text.
    """
    if isinstance(operand, str):
        return (operand,)
    if operand == 0:
        return ("0", "0.0", "-0.0")
    whole, double = int(operand), float(operand)
    return tuple(dict.fromkeys(json.dumps(number) for number in (operand, whole, double) if number == operand))


_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?[ ]?(Z|z|[+-]\d\d:?(?:\d\d)?)?)?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_instant(text: str) -> int | None:
    """Milliseconds since 1970 UTC of an ISO 8601 date or date and time, None where `text` is neither.

    Without a zone it is UTC; digits past the millisecond are cut; the year is 0001 to 9999.
    """
    match = _INSTANT.fullmatch(text.strip(BLANKS))
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
        offset = _offset_minutes(zone)
    except ValueError:
        return None
    milliseconds = int((fraction or "0").ljust(3, "0")[:3])
    return round((moment - _EPOCH).total_seconds()) * 1000 + milliseconds - offset * 60_000


def _offset_minutes(zone: str | None) -> int:
    if zone is None or zone in "Zz":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)
