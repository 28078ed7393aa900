"""`params.searchQueries`: several searches in one body, each for a service of its own."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from contract.errors import Ambiguous, InvalidRequest, Misplaced, Mistake, NotServed, WrongShape
from contract.export_request import ExportRequest
from contract.filters import fold
from contract.misplaced import refuse_misplaced
from contract.objects import describe
from contract.paths import entry, shown
from contract.services.places import moved, moved_warnings
from contract.services.reading import FIELDS, ORDER, PAGING, read_query, spelled
from contract.shapes import Members, Notes, read_list

CONNECTOR, ENTITIES = "connectorservice", "entityappservice"
SEARCHED = (CONNECTOR, ENTITIES)
"""The folded names of the services whose searches are read."""
_SEARCHES = "params.searchQueries"
_IN_A_SEARCH = "the searchQuery of a search"


def read_searches(body: object, *, ceiling: int, now: datetime) -> dict[str, ExportRequest]:
    """The requests of `params.searchQueries`, by the folded name of the service that each is for, one of SEARCHED.

    A body without them is one request for the connector's service. Order and fields count nowhere, and the paging of states
    does not where entities are searched for: warnings say so. Raises InvalidRequest with every mistake, and NotServed for a
    search for any other service.
    """
    listed = _search_queries(body)
    if listed is None:
        return {CONNECTOR: read_query(body, ceiling=ceiling, now=now, unused=(*ORDER, *FIELDS))}
    requests: dict[str, ExportRequest] = {}
    mistakes = _outside_of_queries(body, listed)
    names = [_service_of(found) for found in listed]
    for position, (name, found) in enumerate(zip(names, listed, strict=True)):
        path = entry(_SEARCHES, position)
        if name is None:
            mistakes.append(WrongShape(path=path, expected="an object with serviceName and searchQuery", got=describe(found)))
            continue
        if name in requests:
            twice = f"{shown(_name_in(found))}, {shown(_name_in(found))}"
            mistakes.append(Ambiguous(path=f"{path}.serviceName", what="The search for a service", names=twice))
        unused = (*ORDER, *FIELDS, *(PAGING if name == CONNECTOR and ENTITIES in names else ()))
        try:
            request = read_query({"params": found.get(spelled(found, "searchquery"))}, ceiling=ceiling, now=now, unused=unused)
        except InvalidRequest as error:
            mistakes += moved(error, "params", f"{path}.searchQuery").mistakes
        else:
            requests[name] = replace(request, warnings=moved_warnings(request.warnings, "params", f"{path}.searchQuery"))
    if mistakes:
        raise InvalidRequest(mistakes)
    _check_services(listed)
    return requests


def _service_of(found: object) -> str | None:
    """The folded name of the service that a search is for, None where it is no search."""
    name = _name_in(found) if isinstance(found, dict) else None
    return fold(name) if isinstance(name, str) else None


def _name_in(search: dict[str, Any]) -> Any:
    return search.get(spelled(search, "servicename"))


def _search_queries(body: object) -> list[Any] | None:
    params = _params_of(body)
    found = params.get(spelled(params, "searchqueries"))
    if found is None:
        return None
    try:
        return read_list(found, _SEARCHES, of="searches")
    except Mistake as mistake:
        raise InvalidRequest([mistake]) from mistake


def _params_of(body: object) -> dict[str, Any]:
    params = body.get(spelled(body, "params")) if isinstance(body, dict) else None
    return params if isinstance(params, dict) else {}


def _outside_of_queries(body: object, listed: list[Any]) -> list[Mistake]:
    """A mistake for each part of a query that stands beside the searches, or in one and outside of its query: it would be
    ignored."""
    notes = Notes()
    around = [Members(_params_of(body), "params", notes)]
    around += [Members(found, entry(_SEARCHES, at), notes) for at, found in enumerate(listed) if isinstance(found, dict)]
    for holder in around:
        if (query := holder.take("query")) is not None:
            notes.add(Misplaced(path=query.path, name="query", place=_IN_A_SEARCH))
        refuse_misplaced(holder, notes)
    return notes.mistakes


def _check_services(listed: list[Any]) -> None:
    """Raises NotServed for a search that would be ignored."""
    for position, found in enumerate(listed):
        if fold(_name_in(found)) not in SEARCHED:
            path = f"{entry(_SEARCHES, position)}.serviceName"
            reason = "states are found by a search for connectorService, beside it by one for entityappservice"
            raise NotServed(path=path, what=f"A search for {shown(_name_in(found))!r}", reason=reason)
