"""Services that hand out files: which file a request means, and the answers that lead to it or hold it."""

import base64
from typing import Any

from contract.errors import InvalidRequest, Missing, WrongShape
from contract.jobs import JobFile
from contract.objects import describe
from contract.services.tasks import extension

_HOLDERS = ("binaryStreamObject", "binaryObject", "dataObject")


def read_file_id(body: object) -> str:
    """The file that is asked for: `params.query.id`, or the `id` or `properties.objectKey` of a `binaryStreamObject`.

    Raises InvalidRequest.
    """
    if not isinstance(body, dict):
        raise InvalidRequest([WrongShape(expected="an object", got=describe(body))])
    for text in _places(body):
        if isinstance(text, str) and text.strip():
            return text.strip()
    path = "binaryStreamObject.id" if "binaryStreamObject" in body else "params.query.id"
    raise InvalidRequest([Missing(path=path, what="The id of a file, as tasks say it in fileId,")])


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


def _places(body: dict[str, Any]) -> list[object]:
    params = body.get("params")
    query = params.get("query") if isinstance(params, dict) else None
    found: list[object] = []
    if isinstance(query, dict):
        ids = query.get("ids")
        found += [query.get("id"), ids[0] if isinstance(ids, list) and ids else None]
    for holder in (body.get(name) for name in _HOLDERS):
        if isinstance(holder, dict):
            properties = holder.get("properties")
            found += [holder.get("id"), properties.get("objectKey") if isinstance(properties, dict) else None]
    return [*found, body.get("id")]
