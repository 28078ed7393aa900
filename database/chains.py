"""Conditions joined by AND and OR, however many: an expression that is too deep is an error in SQLite."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, and_, case, false, or_, true

MAX_TERMS = 200
"""Terms in one chain; SQLite's expressions may be 1,000 levels deep, and a chain is as deep as it is long."""


def all_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """All of `conditions`, however many."""
    return _chained(and_, true(), conditions)


def any_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Any of `conditions`, however many."""
    return _chained(or_, false(), conditions)


def _chained(
    join: Callable[..., ColumnElement[bool]], of_none: ColumnElement[bool], conditions: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    if len(conditions) <= MAX_TERMS:
        return join(of_none, *conditions)
    chunks = [conditions[start : start + MAX_TERMS] for start in range(0, len(conditions), MAX_TERMS)]
    # SQLAlchemy makes one chain of chains of the same kind, even in parentheses; it does not look into a case.
    return _chained(join, of_none, [case((join(*chunk), true()), else_=false()) for chunk in chunks])
