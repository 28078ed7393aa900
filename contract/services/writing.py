"""Requests that write objects: one in the body, or many as a JSON array in Base64."""

import base64
import binascii
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contract.errors import Ambiguous, BadOperand, InvalidRequest, Missing, Mistake, OutOfRange, WrongShape
from contract.filters import Context, fold
from contract.objects import describe, folded_context_of
from contract.paths import shown
from contract.services.places import moved
from contract.shapes import UNKNOWN, Members, Notes, says_something
from contract.warnings import JobWarning
from contract.wire import decode_body

MOST_OBJECTS = 1_000
"""Most objects of one call."""
BLOB = "dataObject.data.blob"
_AS_THEY_STAND = "what is written is what stands in the body"
_UNUSED = ("clientState", "domain", "requestId", "returnRequest", "serviceName", "tenantId", "timeout")
"""What clients write into bodies of every service."""


@dataclass(frozen=True)
class Given:
    """The raw objects of a call, each with its place in the body. `call_id` is the id that the body as a whole has; `warnings`
    are of what else it says, which changes nothing."""

    objects: list[tuple[str, object]]
    call_id: str | None = None
    warnings: tuple[JobWarning, ...] = ()

    @property
    def identifier(self) -> str:
        """What the answer names: the object, or where there are several, the call as a whole."""
        ids = [str(raw["id"]) for _, raw in self.objects if isinstance(raw, dict) and raw.get("id")]
        return ids[0] if len(self.objects) == 1 and ids else self.call_id or ids[0]


def read_objects(body: object, *, new_id: Callable[[], str]) -> Given:
    """The objects in `dataObject`, in the Base64 of its `data.blob`, or in `dataObjects`; one without an id gets a new one.

    What the objects themselves are is not looked at. Raises InvalidRequest: no objects, or more than MOST_OBJECTS of them.
    """
    try:
        given = _read(body)
        if not given.objects:
            raise Missing(path=BLOB, what="An object")
        if len(given.objects) > MOST_OBJECTS:
            found = f"A call of {len(given.objects)} objects"
            raise OutOfRange(path=BLOB, value=found, allowed=f"at most {MOST_OBJECTS} objects")
    except Mistake as mistake:
        raise InvalidRequest([mistake]) from mistake
    return Given([(place, _with_id(raw, new_id)) for place, raw in given.objects], given.call_id, said_beside(body))


def _read(body: object) -> Given:
    if not isinstance(body, dict):
        raise WrongShape(expected="an object", got=describe(body))
    listed = listed_objects(body)
    if listed is not None:
        return Given([(f"dataObjects[{position}]", raw) for position, raw in enumerate(listed)])
    holder = body.get("dataObject")
    if holder is None:
        raise Missing(path="dataObject", what="dataObject, the objects to write,")
    if not isinstance(holder, dict):
        raise WrongShape(path="dataObject", expected="an object", got=describe(holder))
    data = holder.get("data")
    if not isinstance(data, dict) or data.get("blob") is None:
        return Given([("dataObject", holder)])
    check_blob_stands_alone(data)
    call_id = holder.get("id")
    return Given(_in_blob(data["blob"]), call_id if isinstance(call_id, str) and call_id else None)


def listed_objects(body: Mapping[str, Any]) -> list[Any] | None:
    """The objects in `dataObjects`, None where what the call is about stands in `dataObject`.

    Raises Ambiguous where it stands in both, of which one would be dropped without a word, and WrongShape.
    """
    listed, holder = body.get("dataObjects"), body.get("dataObject")
    if not says_something(listed):
        return [] if listed == [] and holder is None else None
    if says_something(holder):
        raise Ambiguous(path="dataObjects", what="What the call is about", names="dataObject, dataObjects")
    if not isinstance(listed, list):
        raise WrongShape(path="dataObjects", expected="a list of objects", got=describe(listed))
    return listed


def check_blob_stands_alone(data: Mapping[str, Any]) -> None:
    """Raises Ambiguous where data that has a blob says more: that would be dropped without a word."""
    said = [f"data.{shown(name)}" for name, part in data.items() if name != "blob" and says_something(part)]
    if said and says_something(data.get("blob")):
        names = ", ".join(["data.blob", *said])
        raise Ambiguous(path="dataObject.data", what="What the call is about", names=names)


def bytes_in_blob(blob: object) -> bytes:
    """What stands in a blob in Base64. Raises a Mistake."""
    if not isinstance(blob, str):
        raise WrongShape(path=BLOB, expected="text in Base64", got=describe(blob))
    try:
        # Clients wrap the lines; anything else that is not Base64 would be dropped silently without validate.
        return base64.b64decode("".join(blob.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadOperand(path=BLOB, value=blob[:40], expected=f"Base64 ({error})") from error


def said_beside(body: object, *read: str) -> tuple[JobWarning, ...]:
    """A warning for each thing that a body says beside what is to be written and beside the members `read`: a query, say, by
    which one may think that objects are chosen."""
    notes = Notes()
    whole = dict(body) if isinstance(body, dict) else {}
    params = whole.pop("params", None)
    if isinstance(params, dict):
        Members(params, "params", notes).warn_of_rest(_AS_THEY_STAND)
    elif says_something(params):
        notes.no_effect("params", _AS_THEY_STAND)
    rest = Members({name: part for name, part in whole.items() if name not in ("dataObject", "dataObjects", *read)}, "", notes)
    rest.pass_over(*_UNUSED)
    rest.warn_of_rest(UNKNOWN)
    return tuple(notes.warnings)


def _in_blob(blob: object) -> list[tuple[str, object]]:
    raw = bytes_in_blob(blob)
    try:
        decoded = decode_body(raw)
    except InvalidRequest as error:
        raise moved(error, "", BLOB) from error
    objects = decoded if isinstance(decoded, list) else [decoded]
    return [(f"{BLOB}[{position}]", item) for position, item in enumerate(objects)]


def _with_id(raw: object, new_id: Callable[[], str]) -> object:
    if isinstance(raw, dict) and raw.get("id") in (None, ""):
        return {**raw, "id": new_id()}
    return raw


def is_mergeable(given: Mapping[str, Any]) -> bool:
    """Whether what `merged` goes into is an object or nothing: anything else would be passed over, or break what is there."""
    data = given.get("data")
    attributes = data.get("attributes") if isinstance(data, dict) else None
    return all(part is None or isinstance(part, dict) for part in (given.get("properties"), data, attributes))


def merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The object `before` with what `given` says: its properties, and its attributes in the contexts that it has values for.

    `given` is one that `is_mergeable`. Names are those of `before` where they are the same without case. Null takes a single
    property or attribute away; anywhere else it says nothing, since many clients write it for what they left out. What is not
    given stays as it is.
    """
    made = {**before, **_said(given, but=("type", "properties", "data"))}
    if isinstance(properties := given.get("properties"), dict):
        made["properties"] = _with_members(before.get("properties"), properties, lambda _, new: new)
    if isinstance(data := given.get("data"), dict) and (said := _said(data)):
        held = before.get("data") or {}
        made["data"] = {**held, **said}
        if isinstance(attributes := said.get("attributes"), dict):
            made["data"]["attributes"] = _with_members(held.get("attributes"), attributes, _with_values)
    return made


def _said(holder: Mapping[str, Any], *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    return {key: part for key, part in holder.items() if part is not None and key not in but}


def _with_members(held: Any, given: Mapping[str, Any], join: Callable[[Any, Any], Any]) -> dict[str, Any]:
    made = dict(held or {})
    spelled = {fold(name): name for name in made}
    times = Counter(map(fold, given))
    for name, new in given.items():
        # A name that is given twice stays so, for what reads the object to judge: here one would hide the other.
        own = spelled.get(fold(name), name) if times[fold(name)] == 1 else name
        if new is None:
            made.pop(own, None)
        else:
            made[own] = join(made.get(own), new)
    return made


def _with_values(held: Any, given: Any) -> Any:
    """An attribute whose values in the contexts of the given ones are replaced by these; a group is replaced whole."""
    if not isinstance(held, dict) or not isinstance(given, dict):
        return given
    there, said = _said(held), _said(given)
    if not said.keys() & {"values", "group"}:
        return {**held, **said}
    new, old = said.get("values"), there.get("values")
    if "group" in there or "group" in said or not isinstance(new, list) or not isinstance(old, list):
        return given
    replaced = {_context(item) for item in new}
    return {**held, **said, "values": [*(item for item in old if _context(item) not in replaced), *new]}


def _context(item: Any) -> Context:
    return folded_context_of(item) if isinstance(item, dict) else Context()
