"""Every error as an answer in the envelope: our own, the framework's, and those that nobody thought of."""

import logging
import uuid

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.responses import refusal
from contract.errors import BadOperand, InternalError, InvalidRequest, MethodNotAllowed, StatesheetError, UnknownAddress

_log = logging.getLogger(__name__)

_SHOWN = 200
"""Most characters of an address that an error repeats."""


def install(app: FastAPI) -> None:
    """Have `app` answer errors in the envelope. What no handler knows reaches `LastResort`, which must be outermost."""
    app.exception_handler(StatesheetError)(_ours)
    app.exception_handler(HTTPException)(_of_framework)
    app.exception_handler(RequestValidationError)(_of_parameters)


async def _ours(request: Request, error: StatesheetError) -> Response:
    if error.status >= 500:
        _log.warning("%s %r", error.code, str(error), exc_info=error.__cause__)
    return refusal(error, {"WWW-Authenticate": _challenge(request)} if error.status == 401 else None)


def _challenge(request: Request) -> str:
    """What a client may answer to a 401 with. A browser's page is not told of Basic: that would have it ask by itself, keep
    what was typed, and send it with whatever another site's page asks for."""
    ways = ["Bearer"] if "sec-fetch-mode" in request.headers else ["Bearer", "Basic"]
    return ", ".join(f'{way} realm="statesheet"' for way in ways)


async def _of_framework(request: Request, error: HTTPException) -> Response:
    address = request.url.path[:_SHOWN]
    if error.status_code == 404:
        return refusal(UnknownAddress(method=request.method, address=address))
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return refusal(MethodNotAllowed(method=request.method, address=address, allowed=allowed), {"Allow": allowed})
    return refusal(InternalError(detail=error.detail))


async def _of_parameters(_: Request, error: RequestValidationError) -> Response:
    mistakes = [
        BadOperand(path=str(found["loc"][-1]), value=str(found.get("input"))[:_SHOWN], expected=found["msg"])
        for found in error.errors()
    ]
    return refusal(InvalidRequest(mistakes))


def _in_short(scope: Scope) -> str:
    """The request for the log: the route as it is written, and in quotes what stood in its place; never a signed token."""
    address = getattr(scope.get("route"), "path", "an unknown address")
    parts = {name: part[:_SHOWN] for name, part in scope.get("path_params", {}).items() if name != "token"}
    return f"{scope['method'][:_SHOWN]!r} {address} {parts}"


class LastResort:
    """Answers an exception that no handler knows with a 500 that names a log entry, and no more."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except ClientDisconnect:
            return  # nobody is there to be answered
        except Exception:  # the edge of the program: whatever it is, the client gets an answer and the log the cause
            if scope["type"] != "http" or begun:
                raise  # too late for an answer: the server ends the connection, so that the client sees that it is cut
            entry = uuid.uuid4().hex[:12]
            _log.exception("Log entry %s: %s", entry, _in_short(scope))
            await refusal(InternalError(detail=f"the log has the cause under {entry}"))(scope, receive, send)
