"""The two databases, as modules with the same functions; `database.sqlite` says what each is for."""

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from sqlalchemy import ColumnElement, TableValuedAlias

from database import postgresql, sqlite
from database.patterns import Pattern
from database.stored import Area, DetailValues, Factors


class Dialect(Protocol):
    """What differs between the databases."""

    def one_of(self, text: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]: ...
    def one_of_folded(self, text: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]: ...
    def matches(self, text: ColumnElement[str], pattern: Pattern) -> ColumnElement[bool]: ...
    def spaced(self, text: ColumnElement[str]) -> ColumnElement[str]: ...
    def words(self, text: ColumnElement[str]) -> TableValuedAlias: ...
    def number(self, text: ColumnElement[str], factors: Factors) -> ColumnElement[Any]: ...
    def computed(self, details: ColumnElement[Any], key: str) -> tuple[ColumnElement[Any], Factors]: ...
    def detail_values(self, details: ColumnElement[Any], area: Area) -> DetailValues: ...


DIALECTS: dict[str, Dialect] = {"sqlite": sqlite, "postgresql": postgresql}
"""By the name that SQLAlchemy gives them."""
