"""From the raw body of a download request to an ExportRequest, every mistake named with its path.

The body is what clients of the documented service send: numbers and booleans also as texts, names in any case, null for
what is left out, and keys that mean nothing here, which are named in the warnings where no documented client writes them. Only
in `filters` must everything be understood (`contract.criteria`), and what selects, orders or bounds the objects is refused
where it is not read (`contract.misplaced`).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from contract.choices import read_fields, read_profile, read_sort
from contract.errors import Ambiguous, InvalidRequest, Missing, WrongShape
from contract.export_request import ExportRequest, ProfileChoice, SortKey
from contract.file_name import read_file_name
from contract.misplaced import refuse_misplaced
from contract.objects import describe
from contract.paths import member
from contract.query import read_query
from contract.shapes import UNKNOWN, Members, Notes, read_boolean, read_object, read_whole_number
from contract.since import read_since
from contract.wire import unusable_parts

__all__ = ["ExportRequest", "ProfileChoice", "SortKey", "parse_request"]

MOST_SKIPPED = 1_000_000_000
"""Largest `options.from`."""

_UNUSED = (
    "binaryStreamObject",
    "dataObject",
    "dataObjects",
    "domain",
    "notificationObject",
    "requestId",
    "returnRequest",
    "serviceName",
    "tenantId",
    "timeout",
)
"""What the documented clients write into bodies of every service; no export is another one for it."""
_UNUSED_PARAMS = ("connectorstate", "searchQueries")
"""The same in `params`, where the neighbouring services that read this grammar have it from."""


def parse_request(
    body: object,
    *,
    max_records: int,
    now: datetime,
    check_profile: Callable[[ProfileChoice], Iterable[str]] | None = None,
    limit: str = "STATESHEET_MAX_RECORDS",
    paged: bool = False,
) -> ExportRequest:
    """The request that `body` (decoded JSON) is. `max_records` is the ceiling, which the setting `limit` says; `now` (with a
    zone) is what relative dates mean.

    `paged`: it is answered by a page at once, which cannot be followed where only `to` says its end.
    `check_profile` may refuse the profile by raising a Mistake; it returns the places of what is not followed.
    Raises InvalidRequest with every mistake of the body (the first thousand), and nothing else whatever the JSON is.
    """
    notes = Notes()
    unusable = unusable_parts(body)
    if not isinstance(body, dict):
        raise InvalidRequest([WrongShape(expected="an object", got=describe(body))])
    request = _read_body(Members(body, "", notes), partial(_read_options, max_records, limit, paged), now, check_profile, notes)
    named = {mistake.path for mistake in notes.mistakes}
    for mistake in unusable:
        if mistake.path not in named:
            notes.add(mistake)
    if notes.mistakes:
        raise InvalidRequest(notes.mistakes)
    return request


def _read_body(
    body: Members,
    read_options: Callable[[Members | None, Notes], dict[str, Any]],
    now: datetime,
    check_profile: Callable[[ProfileChoice], Iterable[str]] | None,
    notes: Notes,
) -> ExportRequest:
    params = body.take_members("params")
    parts: dict[str, Any] = {"types": ()}
    if params is not None:
        parts |= _read_params(params, read_options, now, check_profile, notes)
    parts["file_name"] = body.read(("fileName",), read_file_name, None)
    parts["client_state"] = body.read(("clientState",), read_object, {})
    body.pass_over(*_UNUSED)
    refuse_misplaced(body, notes)
    body.warn_of_rest(UNKNOWN)
    return ExportRequest(warnings=tuple(notes.warnings), **parts)


def _read_params(
    params: Members,
    read_options: Callable[[Members | None, Notes], dict[str, Any]],
    now: datetime,
    check_profile: Callable[[ProfileChoice], Iterable[str]] | None,
    notes: Notes,
) -> dict[str, Any]:
    parts = read_query(params, now, notes)
    parts |= read_fields(params.take_members("fields"), notes)
    options = params.take_members("options")
    parts |= read_options(options, notes)
    parts["since"] = read_since(params, options, now, notes)
    if options is not None:
        refuse_misplaced(options, notes)
        options.warn_of_rest(UNKNOWN)
    parts |= read_profile(params.take_members("rsconnect"), check_profile, notes)
    parts["sort"] = read_sort(params.take_members("sort"), parts.get("contexts", ()), notes)
    params.pass_over(*_UNUSED_PARAMS)
    refuse_misplaced(params, notes)
    params.warn_of_rest(UNKNOWN)
    return parts


def _read_options(ceiling: int, limit: str, paged: bool, options: Members | None, notes: Notes) -> dict[str, Any]:
    """How much to export. `totalRecords` means `maxRecords`; both may be there if they agree."""
    if options is None:
        return {}
    read_count = partial(read_whole_number, least=1, most=ceiling, limit=limit)
    most = options.read(("maxRecords",), read_count, None)
    total = options.read(("totalRecords",), read_count, None)
    if most is not None and total is not None and most != total:
        path = member(options.path, "maxRecords")
        notes.add(Ambiguous(path=path, what="maxRecords", names=f"maxRecords {most}, totalRecords {total}"))
    _note_end(options, (most, total) == (None, None), paged, notes)
    return {
        "max_records": most if most is not None else total,
        "offset": options.read(("from",), partial(read_whole_number, least=0, most=MOST_SKIPPED), 0),
        "skip_if_empty": options.read(("skipIfEmpty",), read_boolean, False),
    }


def _note_end(options: Members, is_open: bool, paged: bool, notes: Notes) -> None:
    """Take `to`, of which nothing public says whether it is the last place or the one behind it. `is_open`: nothing else says
    where the objects end."""
    last = options.take("to")
    if last is None:
        return
    if is_open and paged:
        notes.add(Missing(path=member(options.path, "maxRecords"), what="maxRecords, since to alone does not end a page,"))
    else:
        notes.no_effect(last.path, "maxRecords says where the objects end" + (", and it is not there" if is_open else ""))
