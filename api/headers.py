"""Headers: what every answer says for the browser's safety, and how much of them a request may bring."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.responses import refusal
from contract.errors import HeadersTooLarge

MOST_HEADERS = 100
MOST_BYTES = 32_768
"""Of the request line and all headers."""

_SAFE = {
    # What is no page loads, runs and embeds nothing, even where a browser takes it for one. A page brings its own policy.
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Addresses hold names and signed links. To this site itself the origin is still told: forms are checked by it.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Answers hold links and what only some may see; what may be kept says so itself.
    "Cache-Control": "no-store",
}


class SafeHeaders:
    """Adds to every answer the headers that it does not bring itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


class HeaderLimit:
    """Answers a request with more headers than any client of ours has need of with a 431."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_moderate(scope):
            answer = refusal(HeadersTooLarge(limit=MOST_BYTES, count=MOST_HEADERS), {"Connection": "close"})
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _is_moderate(scope: Scope) -> bool:
    headers = scope["headers"]
    address = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    return len(headers) <= MOST_HEADERS and address + sum(len(name) + len(value) for name, value in headers) <= MOST_BYTES
