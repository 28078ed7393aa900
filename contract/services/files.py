"""Services that hand out files: which files a request means, and the answers that lead to them or hold them."""

import base64
from functools import partial
from typing import Any

from contract.errors import InvalidRequest, Missing, NotServed, OutOfRange, WrongShape
from contract.jobs import JobFile
from contract.misplaced import refuse_misplaced
from contract.objects import describe
from contract.services.tasks import extension
from contract.shapes import Entry, Members, Notes, read_text_or_texts

MOST_FILES = 100
"""Most files that one call may ask for."""
_HOLDERS = ("binaryStreamObject", "binaryObject", "dataObject")


def read_file_ids(body: object) -> list[str]:
    """The files that are asked for, each once: `params.query.id` and `ids`, else what a `binaryStreamObject` names.

    Raises InvalidRequest, and NotServed where a filter is to choose among them: dropped, files would come that it keeps out.
    """
    if not isinstance(body, dict):
        raise InvalidRequest([WrongShape(expected="an object", got=describe(body))])
    notes = Notes()
    whole = Members(body, "", notes)
    query = (whole.take_members("params") or Members({}, "params", notes)).take_members("query")
    asked = [] if query is None else _in_query(query, notes)
    choosing = [] if query is None else _choosing(query, notes)
    if not any(asked):
        asked = [next(filter(None, (_in_holder(whole, name) for name in _HOLDERS)), None) or _text(whole.take("id"))]
    ids = list(dict.fromkeys(text.strip() for text in asked if text))
    path = "binaryStreamObject.id" if "binaryStreamObject" in body else "params.query.id"
    if len(ids) > MOST_FILES:
        found = f"A call for {len(ids)} files"
        notes.add(OutOfRange(path="params.query.ids", value=found, allowed=f"at most {MOST_FILES} files"))
    elif not ids and not notes.mistakes:
        notes.add(Missing(path=path, what="The id of a file, as tasks say it in fileId,"))
    if notes.mistakes:
        raise InvalidRequest(notes.mistakes)
    if choosing:
        raise NotServed(path=choosing[0].path, what="Choosing among files", reason="files are found by their ids alone")
    return ids


def job_of_file(file_id: str) -> str:
    """The id of the job whose file is meant, with or without its extension."""
    return file_id.partition(".")[0]


def stream_object(file_id: str, tenant: str, url: str) -> dict[str, Any]:
    """Where a file can be had for a while."""
    return {
        "id": file_id,
        "type": "binarystreamobject",
        "systemInfo": {"tenantId": tenant},
        "properties": {"objectKey": file_id, "downloadURL": url},
    }


def binary_object(file_id: str, tenant: str, file: JobFile, content: bytes) -> dict[str, Any]:
    """A file as a whole, in Base64."""
    return {
        "id": file_id,
        "type": "binaryObject",
        "systemInfo": {"tenantId": tenant},
        "properties": {"fileName": file.name, "extension": extension(file.name), "encoding": "Base64"},
        "data": {"blob": base64.b64encode(content).decode()},
    }


def _in_query(query: Members, notes: Notes) -> list[str | None]:
    one = _text(query.take("id"))
    return [one, *query.read(("ids",), partial(read_text_or_texts, notes, of="ids"), [])]


def _choosing(query: Members, notes: Notes) -> list[Entry]:
    """What of a query is to choose among files. Types are not: the documented bodies have one, and all files are of jobs."""
    filters = query.take_members("filters")
    refuse_misplaced(query, notes)
    if filters is None:
        return []
    filters.pass_over("typesCriterion", "nonContextual", "nonContexual")
    return [found for found in (query.take("name"), *(found for _, found in filters.unread())) if found is not None]


def _in_holder(whole: Members, name: str) -> str | None:
    """The file that an object names: by its key in the store, else by its own id. Where both are there, the id may be any."""
    holder = whole.take_members(name)
    if holder is None:
        return None
    properties = holder.take_members("properties")
    key = None if properties is None else _text(properties.take("objectKey"))
    return key or _text(holder.take("id"))


def _text(found: Entry | None) -> str | None:
    return found.value if found is not None and isinstance(found.value, str) and found.value.strip() else None
