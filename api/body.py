"""Bodies within bounds: a body that is too large is refused while it comes in, and never held."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contract.errors import BodyTooLarge

_READ_AWAY = 128 * 1024 * 1024
"""Bytes of a body that is too large that are read and dropped before it is refused: a client that is still sending
when the connection ends often never sees the answer."""


class BodyLimit:
    """Raises BodyTooLarge from `receive` for a body of more than `limit` bytes, whatever its headers say."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            if self._announces_too_much(headers) and headers.get("expect", "").lower() == "100-continue":
                raise BodyTooLarge(limit=self.limit)  # the client waits for a word before it sends anything
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                await _read_away(message, receive)
                raise BodyTooLarge(limit=self.limit)
            return message

        await self.app(scope, limited, send)

    def _announces_too_much(self, headers: Headers) -> bool:
        length = headers.get("content-length", "")
        return length.isdecimal() and int(length[:20]) > self.limit


async def _read_away(message: Message, receive: Receive) -> None:
    left = _READ_AWAY
    while message.get("more_body") and left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
