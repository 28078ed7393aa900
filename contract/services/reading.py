"""Requests that read the store: the grammar of downloads, with bounds of their own."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from contract.errors import Ambiguous, InvalidRequest, Missing, Mistake, NotServed, OutOfRange, WrongShape
from contract.filters import AllOf, AnyOf, Criterion, Exact, fold
from contract.objects import describe
from contract.paths import entry, shown
from contract.request import ExportRequest, parse_request
from contract.services.places import moved
from contract.services.writing import read_objects
from contract.shapes import read_list

DEFAULT_RECORDS = 2_000
"""Most objects of an answer where the request says nothing, as in the documented echoes of such requests."""
MOST_TYPES = 500
"""Most types of objects that one call names, where these have not all the same ids: each is a part of the filter."""
CONNECTOR, ENTITIES = "connectorservice", "entityappservice"
SEARCHED = (CONNECTOR, ENTITIES)
"""The folded names of the services whose searches are read."""
LIMIT = "STATESHEET_MAX_ANSWER_RECORDS"


def read_query(body: object, *, ceiling: int, now: datetime, meant: Mapping[str, str] | None = None) -> ExportRequest:
    """The objects that `body` asks for, at most `ceiling`; raises InvalidRequest with every mistake.

    A body with `dataObject` and no `params.query` asks for the objects that it names, by type and id; what else `params` says
    counts as ever. `meant` is, by folded types of the body, which ones are meant by them. Raises NotServed for `since`.
    """
    named = _named(body)
    request = parse_request(body if named is None else _with_some_query(body), max_records=ceiling, now=now, limit=LIMIT)
    refuse_since(request)
    if request.max_records is None:
        request = replace(request, max_records=min(DEFAULT_RECORDS, ceiling))
    meant = meant or {}
    if named is None:
        return replace(request, types=tuple(dict.fromkeys(meant.get(name, name) for name in request.types)))
    ids: dict[str, set[str]] = {}
    for raw in named:
        name = fold(str(raw["type"]))
        ids.setdefault(meant.get(name, name), set()).add(str(raw["id"]))
    return _of_named(request, {name: tuple(sorted(own)) for name, own in ids.items()})


def refuse_since(request: ExportRequest) -> None:
    """Raises NotServed where only what changed is asked for: dropped, everything would be shown."""
    if request.since is not None:
        reason = "exports tell what changed; ask for one by downloadDataJob"
        raise NotServed(path=request.since.path, what="Only what changed since a moment", reason=reason)


def read_searches(body: object, *, ceiling: int, now: datetime) -> dict[str, ExportRequest]:
    """The requests of `params.searchQueries`, by the folded name of the service that each is for, one of SEARCHED.

    A body without them is one request for the connector's service. Raises InvalidRequest with every mistake, and NotServed for
    a search for any other service.
    """
    listed = _search_queries(body)
    if listed is None:
        return {CONNECTOR: read_query(body, ceiling=ceiling, now=now)}
    requests: dict[str, ExportRequest] = {}
    mistakes: list[Mistake] = []
    for position, found in enumerate(listed):
        path = entry("params.searchQueries", position)
        if not isinstance(found, dict) or not isinstance(found.get("serviceName"), str):
            mistakes.append(WrongShape(path=path, expected="an object with serviceName and searchQuery", got=describe(found)))
            continue
        name = fold(found["serviceName"])
        if name in requests:
            twice = f"{shown(found['serviceName'])}, {shown(found['serviceName'])}"
            mistakes.append(Ambiguous(path=f"{path}.serviceName", what="The search for a service", names=twice))
        try:
            requests[name] = read_query({"params": found.get("searchQuery")}, ceiling=ceiling, now=now)
        except InvalidRequest as error:
            mistakes += moved(error, "params", f"{path}.searchQuery").mistakes
    if mistakes:
        raise InvalidRequest(mistakes)
    _check_services(listed)
    return requests


def _check_services(listed: list[Any]) -> None:
    """Raises NotServed for a search that would be ignored."""
    for position, found in enumerate(listed):
        if fold(found["serviceName"]) not in SEARCHED:
            path = f"{entry('params.searchQueries', position)}.serviceName"
            reason = "states are found by a search for connectorService, beside it by one for entityappservice"
            raise NotServed(path=path, what=f"A search for {shown(found['serviceName'])!r}", reason=reason)


def _named(body: object) -> list[dict[str, Any]] | None:
    """The objects that a body without a query names. Raises InvalidRequest for one that lacks its id or type: left out, the
    answer would be about fewer objects than were asked for."""
    if not isinstance(body, dict) or "dataObject" not in body:
        return None
    params = body.get(_spelled(body, "params"))
    if isinstance(params, dict) and params.get(_spelled(params, "query")) is not None:
        return None
    given = read_objects(body, new_id=lambda: "")
    mistakes = [mistake for place, raw in given.objects for mistake in _unnamed(place, raw)]
    if mistakes:
        raise InvalidRequest(mistakes)
    return [raw for _, raw in given.objects if isinstance(raw, dict)]


def _unnamed(place: str, raw: object) -> list[Mistake]:
    """What an object lacks that is to be named."""
    if not isinstance(raw, dict):
        return [WrongShape(path=place, expected="an object with id and type", got=describe(raw))]
    return [Missing(path=f"{place}.{key}", what=f"The {key} of an object") for key in ("id", "type") if not raw.get(key)]


def _with_some_query(body: object) -> object:
    """A body that names objects, with a query that stands for them, for what reads the rest of `params`."""
    assert isinstance(body, dict), "no other names objects"
    params = body.get(_spelled(body, "params"))
    if params is not None and not isinstance(params, dict):
        return body
    return {**body, _spelled(body, "params"): {**(params or {}), "query": {"id": "named"}}}


def _spelled(holder: Mapping[str, Any], name: str) -> str:
    """How `holder` spells a name that it says something of: names are read without case."""
    return next((key for key, part in holder.items() if fold(key) == name and part is not None), name)


def _of_named(request: ExportRequest, ids: Mapping[str, tuple[str, ...]]) -> ExportRequest:
    """The request for the objects with these ids of these types. Raises InvalidRequest for too many types."""
    made = replace(request, types=tuple(ids), ids=tuple(dict.fromkeys(one for own in ids.values() for one in own)))
    if len(set(ids.values())) == 1:
        return made
    if len(ids) > MOST_TYPES:
        found = f"A call that names objects of {len(ids)} types"
        raise InvalidRequest([OutOfRange(path="dataObject", value=found, allowed=f"at most {MOST_TYPES} types")])
    # Types and ids each for themselves would also find the id of one named object with the type of another.
    pairs = (AllOf((_is("type", (name,)), _is("id", own))) for name, own in ids.items())
    return replace(made, filter=AnyOf(tuple(pairs)))


def _is(name: str, values: tuple[str, ...]) -> Criterion:
    return Criterion("property", name, (Exact(values),))


def _search_queries(body: object) -> list[Any] | None:
    params = body.get("params") if isinstance(body, dict) else None
    if not isinstance(params, dict) or params.get("searchQueries") is None:
        return None
    try:
        return read_list(params["searchQueries"], "params.searchQueries", of="searches")
    except Mistake as mistake:
        raise InvalidRequest([mistake]) from mistake
