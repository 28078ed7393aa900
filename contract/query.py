"""Which objects a request is about, `params.query`: from JSON to types, ids and the filter."""

from datetime import datetime
from functools import partial
from typing import Any

from contract.contexts import read_contexts
from contract.criteria import read_filter
from contract.errors import Missing
from contract.filters import AllOf, Criterion, Exact, fold
from contract.misplaced import refuse_misplaced
from contract.paths import member
from contract.shapes import UNKNOWN, Members, Notes, read_entries, read_plain, read_text, read_texts


def read_query(params: Members, now: datetime, notes: Notes) -> dict[str, Any]:
    """What to export: `types`, `ids`, `filter` and `contexts`.

    `id` adds to `ids`. `name` selects by name, as in neighbouring services of the documented one.
    """
    query = params.take_members("query")
    if query is None:
        return {}
    ids = [
        *query.read(("id",), lambda value, path: [_read_id(notes, value, path)], []),
        *query.read(("ids",), partial(_read_ids, notes), []),
    ]
    contexts = read_contexts(query, notes) or ()
    name = query.read(("name",), read_text, None)
    filters = query.take_members("filters")
    refuse_misplaced(query, notes)
    query.warn_of_rest(UNKNOWN)
    if filters is None:
        return {"ids": tuple(dict.fromkeys(ids)), "contexts": contexts}
    types = _read_types(filters, required=not ids, notes=notes)
    made = read_filter(filters, contexts, now, notes)
    if name is not None:
        made = AllOf((Criterion("property", "name", (Exact((name,)),)), made))
    return {"types": types, "ids": tuple(dict.fromkeys(ids)), "contexts": contexts, "filter": made}


def _read_types(filters: Members, *, required: bool, notes: Notes) -> tuple[str, ...]:
    """`typesCriterion`, which only a request by ids may leave out."""
    found = filters.take("typesCriterion")
    if found is None or found.value == []:
        if required:
            notes.add(Missing(path=member(filters.path, "typesCriterion"), what="typesCriterion, a list of types,"))
        return ()
    types = notes.attempt(partial(read_texts, notes, of="types"), *found, default=[])
    return tuple(dict.fromkeys(fold(name.strip()) for name in types))


def _read_id(notes: Notes, value: object, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return notes.whole(read_text(value, path), path)
    return read_plain(value, path)


def _read_ids(notes: Notes, value: object, path: str) -> list[str]:
    if value == []:
        # Nobody who chose nothing wants everything.
        raise Missing(path=path, what="An id")
    return read_entries(notes, value, path, partial(_read_id, notes), of="ids")
