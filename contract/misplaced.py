"""What stands in a wrong place of a request and must not be dropped there: the file would have other rows, or another order."""

from contract.errors import Misplaced
from contract.filters import fold
from contract.paths import shown
from contract.shapes import Members, Notes

_FILTERS = "params.query.filters"
_OPTIONS = "params.options"

PLACES = {
    "filter": _FILTERS,
    "filters": _FILTERS,
    "query": "params.query",
    "ids": "params.query.ids",
    "sort": "params.sort",
    "options": _OPTIONS,
    **{fold(name): f"{_OPTIONS}.{name}" for name in ("maxRecords", "totalRecords", "from", "to", "skipIfEmpty", "since")},
}
"""Where what selects, orders and bounds the objects is read, by folded name. Criteria of all names stand among the filters."""


def refuse_misplaced(holder: Members, notes: Notes) -> None:
    """Note a mistake for each member left in `holder` that is read elsewhere: what it asks for would not be done."""
    for name, found in holder.unread():
        place = _FILTERS if "criter" in fold(name) else PLACES.get(fold(name))
        if place is not None:
            notes.add(Misplaced(path=found.path, name=shown(name), place=place))
