"""Reading the operands of the filter operators: from JSON to the tests of `contract.filters`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contract.errors import BadOperand, OutOfRange
from contract.filters import (
    Compare,
    Exact,
    HasValue,
    Operand,
    StartsWith,
    ValueType,
    Words,
    parse_instant,
    parse_number,
    spellings,
)
from contract.paths import shown
from contract.relative_dates import EXPECTED, INSTANTS, OUTSIDE, is_relative, relative_instant
from contract.shapes import Entry, Notes, read_boolean, read_entries, read_plain, read_scalar

Comparison = Literal["gt", "gte", "lt", "lte"]

MOST_CHARACTERS = 1_000
"""Longest operand but of `exact` and `exacts`."""


@dataclass(frozen=True)
class Setting:
    """What a criterion says beside its operators. `every`: its `operator`, None where it has none."""

    now: datetime
    notes: Notes
    every: bool | None = None
    value_type: ValueType = ValueType.TEXT


def read_exact(operand: Entry, _: Setting) -> Exact:
    """A scalar as the whole value; raises WrongShape."""
    return Exact((_read_operand(*operand),))


def read_exacts(operand: Entry, setting: Setting) -> Exact:
    """A list of scalars, or a bare one; notes wrong entries. Raises WrongShape, OutOfRange, BadOperand (an empty list)."""
    if isinstance(operand.value, list):
        values = read_entries(setting.notes, *operand, read=_read_operand, of="values")
    else:
        values = [_read_operand(*operand)]
    if operand.value == []:
        raise BadOperand(path=operand.path, value="[]", expected="a list with at least one value")
    return Exact(tuple(dict.fromkeys(values)), every=bool(setting.every))


def _read_operand(value: object, path: str) -> Operand:
    text = read_scalar(value, path)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else text


def read_eq(operand: Entry, setting: Setting) -> Words:
    """Words of the value, all of them unless `operator` says any; a number in each of its `spellings`. Raises as
    `read_alternatives`."""
    alternatives = read_alternatives(operand)
    value = operand.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        alternatives = tuple((text,) for text in spellings(value))
    return Words(alternatives, every=setting.every is not False, whole=True)


def read_contains(operand: Entry, setting: Setting) -> Words:
    """Parts of the value, any of them unless `operator` says all; raises as `read_alternatives`."""
    return Words(read_alternatives(operand), every=setting.every is True, whole=False)


def read_startswith(operand: Entry, _: Setting) -> StartsWith:
    """The beginning of the value; raises WrongShape, OutOfRange, BadOperand."""
    prefix = _short_text(operand, read_plain)
    if not prefix:
        raise BadOperand(path=operand.path, value="", expected="text that is not empty")
    return StartsWith(prefix)


def read_hasvalue(operand: Entry, _: Setting) -> HasValue:
    """A boolean; raises WrongShape, BadOperand."""
    return HasValue(read_boolean(*operand))


def reads_comparison(operator: Comparison) -> Callable[[Entry, Setting], Compare]:
    """What reads the operand of `operator`, by the type of the setting; that raises WrongShape, OutOfRange, BadOperand."""

    def read(operand: Entry, setting: Setting) -> Compare:
        text = _short_text(operand)
        value, expected = _typed(text, setting, round_up=operator in ("gt", "lte"))
        if value is None or isinstance(operand.value, bool):
            raise BadOperand(path=operand.path, value=shown(text), expected=expected)
        return Compare(operator, value, setting.value_type)

    return read


def _typed(text: str, setting: Setting, *, round_up: bool) -> tuple[str | float | int | None, str]:
    if setting.value_type is ValueType.NUMBER:
        return parse_number(text), "a number"
    if setting.value_type is ValueType.TEXT:
        return text, "text or a number"
    if is_relative(text):
        return relative_instant(text, setting.now, round_up=round_up), EXPECTED
    instant = parse_instant(text)
    if instant is not None and instant not in INSTANTS:
        return None, OUTSIDE
    return instant, "a date such as 2024-05-31T18:00:00.000-0500 or now-1d"


_GROUP = r"\(([^()|]*)\)"
_ALTERNATIVES = re.compile(rf"{_GROUP}(?:\s*\|\s*{_GROUP})*")
_MEANS_ALTERNATIVES = re.compile(r"\(.*\|.*|.*\)\s*\|.*|.*\|\s*\(.*", re.DOTALL)
_BLANKS = re.compile("[ \t\n\r]+")


def read_alternatives(operand: Entry) -> tuple[tuple[str, ...], ...]:
    """The words of an operand for `Words.alternatives`; raises WrongShape, OutOfRange, BadOperand.

    `(polo* shirt)|(tee*)` are two alternatives, `(polo*)` is one. Text that looks like alternatives and is not well written is
    refused: taken as plain words, it would find nothing. Parentheses elsewhere are plain text.
    """
    text = _short_text(operand, read_plain).strip()
    if _ALTERNATIVES.fullmatch(text):
        groups = re.findall(_GROUP, text)
    elif _MEANS_ALTERNATIVES.fullmatch(text):
        raise BadOperand(path=operand.path, value=shown(text), expected="alternatives in the form (a*)|(b*)")
    else:
        groups = [text]
    alternatives = tuple(dict.fromkeys(_split(group) for group in groups))
    if () in alternatives:
        raise BadOperand(path=operand.path, value=shown(text), expected="text with at least one word")
    return alternatives


def _split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in _BLANKS.split(text) if word))


def _short_text(operand: Entry, read: Callable[[object, str], str] = read_scalar) -> str:
    text = read(*operand)
    if len(text) > MOST_CHARACTERS:
        raise OutOfRange(
            path=operand.path, value=f"Text of {len(text)} characters", allowed=f"at most {MOST_CHARACTERS} characters"
        )
    return text
