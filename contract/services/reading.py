"""Requests that read the store: the grammar of downloads, with bounds of their own."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from contract.errors import InvalidRequest, Mistake, WrongShape
from contract.filters import fold
from contract.objects import describe
from contract.request import ExportRequest, parse_request
from contract.services.places import moved
from contract.services.writing import read_objects
from contract.shapes import read_list

DEFAULT_RECORDS = 2_000
"""Most objects of an answer where the request says nothing, as in the documented echoes of such requests."""
LIMIT = "STATESHEET_MAX_ANSWER_RECORDS"


def read_query(body: object, *, ceiling: int, now: datetime) -> ExportRequest:
    """The objects that `body` asks for, at most `ceiling`; raises InvalidRequest with every mistake.

    A body with `dataObject` and no `params.query` asks for the objects that it names, by type and id.
    """
    named = _named(body)
    if named is not None:
        types = dict.fromkeys(fold(str(raw["type"])) for _, raw in named)
        ids = dict.fromkeys(str(raw["id"]) for _, raw in named)
        return ExportRequest(types=tuple(types), ids=tuple(ids), max_records=ceiling)
    request = parse_request(body, max_records=ceiling, now=now, limit=LIMIT)
    return request if request.max_records is not None else replace(request, max_records=min(DEFAULT_RECORDS, ceiling))


def read_searches(body: object, *, ceiling: int, now: datetime) -> dict[str, ExportRequest]:
    """The requests of `params.searchQueries`, by the folded name of the service that each is for.

    A body without them is one request for the connector's service. Raises InvalidRequest with every mistake.
    """
    listed = _search_queries(body)
    if listed is None:
        return {"connectorservice": read_query(body, ceiling=ceiling, now=now)}
    requests: dict[str, ExportRequest] = {}
    mistakes: list[Mistake] = []
    for position, entry in enumerate(listed):
        path = f"params.searchQueries[{position}]"
        if not isinstance(entry, dict) or not isinstance(entry.get("serviceName"), str):
            mistakes.append(WrongShape(path=path, expected="an object with serviceName and searchQuery", got=describe(entry)))
            continue
        try:
            asked = {"params": entry.get("searchQuery")}
            requests[fold(entry["serviceName"])] = read_query(asked, ceiling=ceiling, now=now)
        except InvalidRequest as error:
            mistakes += moved(error, "params", f"{path}.searchQuery").mistakes
    if mistakes:
        raise InvalidRequest(mistakes)
    return requests


def _named(body: object) -> list[tuple[str, dict[str, Any]]] | None:
    """The objects that a body without a query names."""
    if not isinstance(body, dict) or "dataObject" not in body:
        return None
    params = body.get("params")
    if isinstance(params, dict) and params.get("query") is not None:
        return None
    given = read_objects(body, new_id=lambda: "")
    named = [(place, raw) for place, raw in given.objects if isinstance(raw, dict) and raw.get("id") and raw.get("type")]
    if not named:
        raise InvalidRequest([WrongShape(path="dataObject", expected="objects with id and type", got="none")])
    return named


def _search_queries(body: object) -> list[Any] | None:
    params = body.get("params") if isinstance(body, dict) else None
    if not isinstance(params, dict) or params.get("searchQueries") is None:
        return None
    try:
        return read_list(params["searchQueries"], "params.searchQueries", of="searches")
    except Mistake as mistake:
        raise InvalidRequest([mistake]) from mistake
