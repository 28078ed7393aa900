"""Answers as HTTP responses: JSON always, errors in the documented envelope."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from contract import envelope
from contract.errors import StatesheetError

JSON = "application/json"

_RETRY_AFTER_SECONDS = {429: "10", 503: "5"}
"""What clients are told to wait, by status."""


def answer(content: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON response with the bytes of the contract."""
    return Response(envelope.encode(dict(content)), status, media_type=JSON)


def refusal(error: StatesheetError, headers: Mapping[str, str] | None = None) -> Response:
    """An error in the envelope, with its status, and when to come again where that can help."""
    response = answer(envelope.failed(error), error.status)
    if error.status in _RETRY_AFTER_SECONDS:
        response.headers["Retry-After"] = _RETRY_AFTER_SECONDS[error.status]
    response.headers.update(headers or {})
    return response
