"""Requests that read the store: the grammar of downloads, with bounds of their own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from contract.errors import InvalidRequest, Missing, Mistake, NotServed, OutOfRange, WrongShape
from contract.filters import AllOf, AnyOf, Criterion, Exact, fold
from contract.objects import describe
from contract.request import ExportRequest, ProfileChoice, parse_request
from contract.services.writing import read_objects
from contract.shapes import says_something
from contract.warnings import NO_EFFECT, warning

DEFAULT_RECORDS = 2_000
"""Most objects of an answer where the request says nothing, as in the documented echoes of such requests."""
MOST_TYPES = 500
"""Most types of objects that one call names, where these have not all the same ids: each is a part of the filter."""
LIMIT = "STATESHEET_MAX_ANSWER_RECORDS"


PAGING = ("params.options.maxRecords", "params.options.from")
ORDER = ("params.sort",)
FIELDS = ("params.fields",)
_OF_FILES = ("params.options.skipIfEmpty", "params.rsconnect", "fileName")
_SAYS: dict[str, Callable[[ExportRequest], bool]] = {
    "params.options.maxRecords": lambda request: request.max_records is not None,
    "params.options.from": lambda request: request.offset > 0,
    "params.sort": lambda request: request.sort != (),
    "params.fields": lambda request: (request.attributes, request.properties) != (None, None),
    "params.options.skipIfEmpty": lambda request: request.skip_if_empty,
    "params.rsconnect": lambda request: request.profile != ProfileChoice() or request.include_validation_data,
    "fileName": lambda request: request.file_name is not None,
}
"""Whether a request says what stands at a place; each service goes by some of them."""


def read_query(
    body: object,
    *,
    ceiling: int,
    now: datetime,
    meant: Mapping[str, str] | None = None,
    unused: Sequence[str] = (),
) -> ExportRequest:
    """The objects that `body` asks for, at most `ceiling`; raises InvalidRequest with every mistake.

    A body with `dataObject` and no `params.query` asks for the objects that it names, by type and id; what else `params` says
    counts as ever. `meant` is, by folded types of the body, which ones are meant by them; `unused` is what of PAGING, ORDER and
    FIELDS the service does not go by, which is named in the warnings. Raises NotServed for `since`.
    """
    named = _named(body)
    asked = body if named is None else _with_some_query(body)
    paged = not set(PAGING).issubset(unused)
    request = parse_request(asked, max_records=ceiling, now=now, limit=LIMIT, paged=paged)
    refuse_since(request)
    request = warned_of(request, unused)
    if named is None and isinstance(body, dict) and says_something(body.get("dataObject")):
        said = warning(NO_EFFECT, path="dataObject", reason="params.query says which objects are meant")
        request = replace(request, warnings=(*request.warnings, said))
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


def warned_of(request: ExportRequest, unused: Sequence[str]) -> ExportRequest:
    """The request with a warning for each place in `unused` at which it says something, and for what is about files alone."""
    reasons = dict.fromkeys(unused, "this service does not go by it") | dict.fromkeys(_OF_FILES, "no file is made")
    said = (warning(NO_EFFECT, path=path, reason=reason) for path, reason in reasons.items() if _SAYS[path](request))
    return replace(request, warnings=(*request.warnings, *said))


def refuse_since(request: ExportRequest) -> None:
    """Raises NotServed where only what changed is asked for: dropped, everything would be shown."""
    if request.since is not None:
        reason = "exports tell what changed; ask for one by downloadDataJob"
        raise NotServed(path=request.since.path, what="Only what changed since a moment", reason=reason)


def _named(body: object) -> list[dict[str, Any]] | None:
    """The objects that a body without a query names. Raises InvalidRequest for one that lacks its id or type: left out, the
    answer would be about fewer objects than were asked for."""
    if not isinstance(body, dict) or "dataObject" not in body:
        return None
    params = body.get(spelled(body, "params"))
    if isinstance(params, dict) and params.get(spelled(params, "query")) is not None:
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
    params = body.get(spelled(body, "params"))
    if params is not None and not isinstance(params, dict):
        return body
    return {**body, spelled(body, "params"): {**(params or {}), "query": {"id": "named"}}}


def spelled(holder: Mapping[str, Any], name: str) -> str:
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
