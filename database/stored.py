"""One stored value as SQL sees it, wherever it lives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause

Area = Literal["p", "a"]
"""The two parts of `details`: properties and attributes."""

FEW = 2
"""Values that are each a parameter; more are one parameter, a JSON list."""

Factors = tuple[ColumnElement[Any], ColumnElement[Any]]
"""The two texts whose product is a number that is no plain decimal (see `database.numbers`); null for any other text."""


@dataclass(frozen=True)
class Stored:
    """`text` is never null where a test looks at it; `instant` is null where the text is none.

    Most tests look at the text alone, and expressions take time to make: the others are made when asked for.
    """

    text: ColumnElement[str]
    instant: Callable[[], ColumnElement[Any]]
    factors: Callable[[], Factors]


@dataclass(frozen=True)
class DetailValues:
    """The values in one part of an object's `details`, a row each: `rows` is what to select from.

    `key` is the folded name, `position` orders the values of a name, `locale` and `source` are folded, null for any.
    """

    rows: FromClause
    key: ColumnElement[str]
    position: ColumnElement[Any]
    value: Stored
    locale: Callable[[], ColumnElement[Any]]
    source: Callable[[], ColumnElement[Any]]
