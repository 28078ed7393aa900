"""Requests that send a file in: `connectorService/process` and `rsConnectService/publish`.

The shape is that of the platform's public page "Import Generic Objects": a `dataObject` whose `data.blob` is the file in Base64
and whose `properties` say what it is. Objects may also stand in the body as they are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from contract.errors import (
    Ambiguous,
    BadOperand,
    InvalidRequest,
    Missing,
    Mistake,
    NoDataInFile,
    NotServed,
    UnreadableFile,
    WrongShape,
)
from contract.filters import fold
from contract.imports import Apply
from contract.objects import describe
from contract.services.writing import BLOB, bytes_in_blob, check_blob_stands_alone, listed_objects, said_beside
from contract.shapes import says_something
from contract.warnings import JobWarning

_PROPERTIES = "dataObject.properties"
FILE_ID = f"{_PROPERTIES}.fileId"
_ENTITY_IMPORT = "entity_import"
_ZIP, _GZIP = b"PK", b"\x1f\x8b"
_DELIMITED = ("csv", "dsv")
_LONGEST_NAME = 150
_LONGEST_ENDING = 20
KINDS = (".xlsx", ".xlsm", ".csv", ".tsv", ".dsv", ".json", ".jsonl", ".ndjson", ".gz")
"""The endings of the files that are taken."""


@dataclass(frozen=True)
class Upload:
    """A file that was sent in. `content` is None where `file_id` names one that is kept already; `warnings` are of what else
    the body says, which changes nothing."""

    name: str
    content: bytes | None
    file_id: str | None = None
    user: str | None = None
    apply: Apply = Apply.ALL
    warnings: tuple[JobWarning, ...] = ()


def read_upload(body: object) -> Upload:
    """The file in a body. Raises InvalidRequest, NoDataInFile, and NotServed for what is no import of objects."""
    try:
        return replace(_read(body), warnings=said_beside(body, "apply"))
    except Mistake as mistake:
        raise InvalidRequest([mistake]) from mistake


def _read(body: object) -> Upload:
    if not isinstance(body, dict):
        raise WrongShape(expected="an object", got=describe(body))
    listed = listed_objects(body)
    if listed is not None:
        return _objects(listed, body)
    holder = body.get("dataObject")
    if holder is None and "params" in body:
        reason = "it would send entities to a channel, and only their connector states are kept here; send a file in dataObject"
        raise NotServed(path="params", what="Publishing what a query finds", reason=reason)
    if holder is None:
        raise Missing(path="dataObject", what="dataObject, the file to take in,")
    if not isinstance(holder, dict):
        raise WrongShape(path="dataObject", expected="an object", got=describe(holder))
    data = holder.get("data")
    if isinstance(data, dict) and data.get("blob") is None and isinstance(data.get("attributes"), dict):
        return _objects([holder], body)
    return _file(holder, data if isinstance(data, dict) else {})


def _file(holder: Mapping[str, Any], data: Mapping[str, Any]) -> Upload:
    said = holder.get("properties")
    properties = {fold(str(key)): value for key, value in said.items()} if isinstance(said, dict) else {}
    _check_service(properties.get("service"))
    user, apply = _text(properties, "userid"), _apply(properties)
    name = _text(properties, "filename") or _text(properties, "originalfilename") or _text(holder, "name") or "import"
    if data.get("blob") is None:
        return Upload(name, None, _file_id(properties), user, apply)
    check_blob_stands_alone(data)
    if says_something(data["blob"]) and says_something(properties.get("fileid")):
        raise Ambiguous(path=FILE_ID, what="The file", names="data.blob, properties.fileId")
    content = bytes_in_blob(data["blob"])
    if not content.strip():
        raise NoDataInFile(path=BLOB, name=name)
    return Upload(file_name(name, content, _text(properties, "format") or ""), content, None, user, apply)


def _file_id(properties: Mapping[str, Any]) -> str:
    said = properties.get("fileid")
    if said is not None and not isinstance(said, str):
        raise WrongShape(path=FILE_ID, expected="text, the id of a file that is kept", got=describe(said))
    file_id = _text(properties, "fileid")
    if file_id is None:
        raise Missing(path=BLOB, what="The file, in Base64,")
    return file_id


def _objects(objects: list[Any], body: Mapping[str, Any]) -> Upload:
    if not objects:
        raise NoDataInFile(path="dataObjects", name="dataObjects")
    return Upload("objects.json", json.dumps(objects).encode(), apply=_apply(body))


def _check_service(service: object) -> None:
    if service is not None and fold(str(service)) != _ENTITY_IMPORT:
        reason = "objects are taken in here (ENTITY_IMPORT), nothing else"
        raise NotServed(path=f"{_PROPERTIES}.service", what=f"{str(service)[:100]!r}", reason=reason)


def _apply(said: Mapping[str, Any]) -> Apply:
    """This project's own word beside the documented ones: `apply` is `all` (or nothing), `partial` or `nothing`."""
    word, known = said.get("apply", Apply.ALL.value), [one.value for one in Apply]
    if word not in known:
        raise BadOperand(path=f"{_PROPERTIES}.apply", value=word, expected=f"one of {', '.join(known)}")
    return Apply(word)


def _text(said: Mapping[str, Any], key: str) -> str | None:
    found = said.get(key)
    return found.strip() or None if isinstance(found, str) else None


def file_name(name: str, content: bytes, format: str = "") -> str:
    """What a sender calls a file, with an ending that says what it is: readers go by that."""
    plain = plain_name(name)
    path = PurePosixPath(plain)
    stem, suffix = (path.stem, path.suffix) if path.suffix.lower() in KINDS else (plain, "")
    if content.startswith(_ZIP) and suffix.lower() not in (".xlsx", ".xlsm"):
        suffix = ".xlsx"
    elif not suffix and not content.startswith(_GZIP):
        suffix = ".csv" if fold(format) in _DELIMITED else ".json"
    return f"{stem}{suffix}"


def plain_name(name: str) -> str:
    """The last part of what a sender calls a file, in characters that can be shown; of a very long one the beginning, with its
    ending."""
    last = PureWindowsPath(PurePosixPath(name).name).name or "import"
    path = PurePosixPath("".join(character if character.isprintable() else "_" for character in last))
    suffix = path.suffix if len(path.suffix) <= _LONGEST_ENDING else ""
    return f"{path.name.removesuffix(suffix)[:_LONGEST_NAME]}{suffix}"


def check_kind(name: str) -> None:
    """Raises UnreadableFile where the ending of a file's name is that of a kind that is not taken."""
    suffix = PurePosixPath(name).suffix
    if suffix and suffix.lower() not in KINDS:
        reason = f"files that end in {suffix} are not taken; save it as one that ends in {', '.join(KINDS[:-1])} or {KINDS[-1]}"
        raise UnreadableFile(name=name, reason=reason)
