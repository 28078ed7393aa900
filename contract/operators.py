"""The operators of the filter grammar: one table of how each is read, what it means, and how it is said in words.

The parser, the words of a request and the docs page of filters all come from `OPERATORS` and `VALUE_TYPES`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from contract.filters import Test, ValueType
from contract.operands import (
    Comparison,
    Setting,
    read_contains,
    read_eq,
    read_exact,
    read_exacts,
    read_hasvalue,
    read_startswith,
    reads_comparison,
)
from contract.phrases import say_contains, say_eq, say_exact, say_exacts, say_hasvalue, say_startswith, says_comparison
from contract.shapes import Entry


@dataclass(frozen=True)
class Operator:
    """One operator. `takes`, `meaning` and `example` (JSON) are for the docs.

    `read` makes the test of an operand, and raises a Mistake; `say` says a test in words, and is None for those of others.
    `combines`: whether `operator` changes its meaning. `compares`: whether `type` does.
    """

    key: str
    takes: str
    meaning: str
    example: str
    read: Callable[[Entry, Setting], Test]
    say: Callable[[Test], str | None]
    combines: bool = False
    compares: bool = False


_SCALAR = "text, number or boolean"
_WORDS = "words; `*` is any run of characters, `?` is one; `(a b*)|(c)` are alternatives"

_COMPARISONS: tuple[tuple[Comparison, str, str], ...] = (
    ("gt", "more than", "after"),
    ("gte", "at least", "at or after"),
    ("lt", "less than", "before"),
    ("lte", "at most", "at or before"),
)

OPERATORS: dict[str, Operator] = {
    operator.key: operator
    for operator in (
        Operator(
            "exact",
            _SCALAR,
            "The whole value, without case; of `id`, `entityid` and `submissionid` with case. "
            "A bare number also finds a stored number that is written in another way (`5` finds `5.0`).",
            '"demo-shop"',
            read_exact,
            say_exact,
        ),
        Operator(
            "exacts",
            "list of these, or a bare one",
            'Any of them, as `exact`; with `"operator": "_AND"` each of them must be among the values.',
            '["product", "sku"]',
            read_exacts,
            say_exacts,
            combines=True,
        ),
        Operator(
            "eq",
            _WORDS,
            'Every word is a word of the value, without case; with `"operator": "_OR"` any word. '
            "A bare number as with `exact`.",
            '"polo* shirt"',
            read_eq,
            say_eq,
            combines=True,
        ),
        Operator(
            "contains",
            _WORDS,
            'Any word is a part of the value, without case; with `"operator": "_AND"` every word.',
            '"polo"',
            read_contains,
            say_contains,
            combines=True,
        ),
        Operator("startswith", _SCALAR, "The value begins so, without case.", '"RS-"', read_startswith, say_startswith),
        Operator(
            "hasvalue",
            "boolean",
            "True: a value is there and is not empty. False: no value, or only empty ones.",
            "false",
            read_hasvalue,
            say_hasvalue,
        ),
        *(
            Operator(
                key,
                "by `type`: date, number or text",
                f"The value is {phrase} the operand, by `type`; a date {dated} it.",
                '"2024-05-31T00:00:00.000-0500"',
                reads_comparison(key),
                says_comparison(key, phrase, dated),
                compares=True,
            )
            for key, phrase, dated in _COMPARISONS
        ),
    )
}

VALUE_TYPES: dict[str, tuple[ValueType, str]] = {
    "_STRING": (ValueType.TEXT, "as text, by code point and with case; so it is where there is no type"),
    "_BOOLEAN": (ValueType.TEXT, "as text"),
    "_DATETIME": (ValueType.INSTANT, "as instants, in whole milliseconds; without a zone in UTC"),
    "_DATE": (ValueType.INSTANT, "as instants"),
    "_DECIMAL": (ValueType.NUMBER, "as numbers; a value that is no JSON number (`007`) matches nothing"),
    "_INTEGER": (ValueType.NUMBER, "as numbers"),
}
"""What a request writes in `type` and `sortType`, what it means, and that in words."""
