"""Reading objects as they came, for answers that hold them: a page of a request, and the keys of what it finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from contract.request import ExportRequest
from database.engine import reading, unavailable
from database.selection import count_all, found_by, select_documents
from database.tables import state_object


@dataclass(frozen=True)
class Page:
    """The documents (JSON texts) of one page in the request's order, and how many objects match on all pages."""

    documents: Sequence[str]
    matched: int


def read_page(engine: Engine, tenant: str, request: ExportRequest) -> Page:
    """What `request` finds, from its offset on and at most its `max_records`, counted and read in one snapshot.

    Raises DatabaseUnavailable.
    """
    with unavailable(), reading(engine) as connection:
        found = connection.scalars(select_documents(tenant, request, engine.name, limit=request.max_records)).all()
        whole = not request.offset and (request.max_records is None or len(found) < request.max_records)
        matched = len(found) if whole else connection.scalar(count_all(tenant, request, engine.name)) or 0
    return Page(found, matched)


def matching_keys(engine: Engine, tenant: str, request: ExportRequest) -> list[tuple[str, str]]:
    """Type and id of each object that `request` finds, at most its `max_records`. Raises DatabaseUnavailable."""
    key = state_object.c
    query = select(key.type, key.id).where(found_by(tenant, request, engine.name)).order_by(key.type, key.id)
    with unavailable(), reading(engine) as connection:
        return [(row.type, row.id) for row in connection.execute(query.limit(request.max_records))]


def distinct_values(engine: Engine, tenant: str, request: ExportRequest, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Each combination of the values in the columns `names` of what `request` finds, in order; what has none in the first
    of them is passed over, and an empty text stands for none in the others.

    Raises DatabaseUnavailable.
    """
    columns = [func.coalesce(state_object.c[name], "").label(name) for name in names]
    present = state_object.c[names[0]] != ""
    query = select(*columns).where(found_by(tenant, request, engine.name), present).distinct().order_by(*columns)
    with unavailable(), reading(engine) as connection:
        return [tuple(row) for row in connection.execute(query)]
