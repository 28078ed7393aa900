"""Bodies within bounds: one that is too large or comes too slowly is refused while it comes in, and never held."""

import asyncio
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.responses import refusal
from contract.errors import BadHttp, BodyTooLarge, SlowRequest, StatesheetError

_READ_AWAY = 128 * 1024 * 1024
"""Bytes of a body that nobody wants that are read and dropped before it is answered: a client that is still sending when the
connection ends often never sees the answer."""
LEAST_RATE = 20_000
"""Bytes a second that a client must send in the long run, after some seconds of grace."""


class BodyLimit:
    """Raises BodyTooLarge from `receive` for a body of more than `limit` bytes, whatever its headers say, and SlowRequest for
    one that has not come in after `seconds` and what its size takes at LEAST_RATE.

    What is left of a body when the answer begins is read away within the same bounds, so that a client sees its answer; a
    connection on which more is to come after that is closed.

    A body whose length is told in two ways is refused, and its connection closed: where a proxy goes by the other one, what
    is of the body for one of them is the next request for the other. https://www.rfc-editor.org/rfc/rfc9112#section-6.1
    """

    def __init__(self, app: ASGIApp, limit: int, seconds: float) -> None:
        self.app = app
        self.limit = limit
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Incoming(Headers(scope=scope), receive, self.limit, self.seconds)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and not await body.is_over():
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        if body.has_two_lengths():
            await refusal(BadHttp(), {"Connection": "close"})(scope, body.receive, sending)
        else:
            await self.app(scope, body.receive, sending)


@dataclass
class _Incoming:
    """One request's body while it comes in."""

    headers: Headers
    source: Receive
    limit: int
    seconds: float
    taken: int = 0
    ended: bool = False
    given_up: bool = False
    began: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    async def receive(self) -> Message:
        """The next message. Raises BodyTooLarge and SlowRequest."""
        if self.ended:
            return await self.source()  # what comes now is the end of the connection, for which one may wait long
        if self._announces_too_much() and self._waits_for_a_word():
            self.given_up = True
            raise BodyTooLarge(limit=self.limit)
        message = await self._next()
        if self.taken > self.limit:
            await self._read_away()
            raise BodyTooLarge(limit=self.limit)
        return message

    def has_two_lengths(self) -> bool:
        """Whether the headers say both how long it is and that its chunks will say so."""
        return "content-length" in self.headers and "transfer-encoding" in self.headers

    async def is_over(self) -> bool:
        """Whether nothing of the body is to come any more; reads away what is."""
        if not self.ended and not self.given_up and self._is_announced() and not self._waits_for_a_word():
            try:
                await self._read_away()
            except StatesheetError:
                return False
        return self.ended or not self._is_announced()

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout_at(self.began + self.seconds + self.taken / LEAST_RATE):
                message = await self.source()
        except TimeoutError:
            self.given_up = True
            raise SlowRequest from None
        self.taken += len(message.get("body", b""))
        self.ended = not message.get("more_body", False)
        return message

    async def _read_away(self) -> None:
        most = self.taken + _READ_AWAY
        while not self.ended and self.taken < most:
            await self._next()
        self.given_up = not self.ended

    def _is_announced(self) -> bool:
        return self.headers.get("content-length", "0") != "0" or "transfer-encoding" in self.headers

    def _announces_too_much(self) -> bool:
        length = self.headers.get("content-length", "")
        return length.isdecimal() and int(length[:20]) > self.limit

    def _waits_for_a_word(self) -> bool:
        """Whether the client sends its body only when it is told to."""
        return self.taken == 0 and self.headers.get("expect", "").lower() == "100-continue"
