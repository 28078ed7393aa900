"""Whether each of many texts is among some rows, by counting the different ones that are found there."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, func, literal_column, select


def all_found(held: FromClause, key: ColumnElement[str], listed: Select[Any], count: int) -> ColumnElement[bool]:
    """Whether `key`, made of a row of `held`, is each of the `count` different texts that `listed` gives."""
    found = select(func.count(key.distinct())).select_from(held).where(key.in_(listed)).scalar_subquery()
    # The number stands in the statement itself: its parameters are few.
    return found == literal_column(str(count), Integer)
