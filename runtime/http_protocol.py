"""HTTP connections within bounds: how many, how long a request's head may take, how long a client may not read its answer.

Uvicorn bounds only how long a connection idles between two requests. This adds the rest at the places that asyncio gives a
protocol for it, and answers in the envelope where uvicorn would answer in words of its own. Bodies are bounded in `api.body`.
"""

import asyncio
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.headers import MOST_BYTES, MOST_HEADERS
from contract import envelope
from contract.errors import BadHttp, HeadersTooLarge, SlowRequest, StatesheetError, TooManyConnections

UNFINISHED_BYTES = 2 * MOST_BYTES
"""How much of a head may have come in without its end: well over what `api.headers` lets pass, which counts no colons, blanks
and line ends. At h11's own bound, a quarter of that, a head in several pieces is refused that passes in one piece."""

LINGER_SECONDS = 2
"""How long a refused client may go on sending before its connection is closed; what it sends is dropped."""


class BoundedProtocol(H11Protocol):
    """One connection. `bounded` makes a class of it with its bounds."""

    most_connections: ClassVar[int] = 1_000
    head_seconds: ClassVar[float] = 20
    stall_seconds: ClassVar[float] = 120
    """How long a full buffer may wait for the client to read."""

    leaving: ClassVar[dict["BoundedProtocol", asyncio.TimerHandle]] = {}
    """The refused connections that are not closed yet, of one server. They take nobody's place."""

    _head_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        if len(self.connections) - len(self.leaving) > self.most_connections:
            self._refuse(TooManyConnections())
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting_for_head()
        self._stop_waiting_for_reader()
        if self in self.leaving:
            self.leaving.pop(self).cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing() or self in self.leaving:
            return
        if self._head_timer is None and not self._is_served():
            self._await_head()
        super().data_received(data)
        if self._is_served():
            self._stop_waiting_for_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall_timer = self.loop.call_later(self.stall_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_waiting_for_reader()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's own words are not used
        too_long = len(self.conn.trailing_data[0]) > MOST_BYTES
        self._refuse(HeadersTooLarge(limit=MOST_BYTES, count=MOST_HEADERS) if too_long else BadHttp())

    def _is_served(self) -> bool:
        """Whether a request's head has come in whole and its answer is not."""
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._give_up_on_head)

    def _give_up_on_head(self) -> None:
        if self.transport.is_closing():
            return
        if self.conn.trailing_data[0]:
            self._refuse(SlowRequest())
        else:
            self.transport.close()

    def _refuse(self, error: StatesheetError) -> None:
        content = envelope.encode(envelope.failed(error))
        headers = {"content-type": "application/json", "content-length": str(len(content)), "connection": "close"}
        response = h11.Response(status_code=error.status, headers=list(headers.items()))
        try:
            answer = b"".join(self.conn.send(event) or b"" for event in (response, h11.Data(data=content), h11.EndOfMessage()))
        except h11.LocalProtocolError:
            self.transport.abort()  # an answer had begun
        else:
            self._say_last(answer)

    def _say_last(self, answer: bytes) -> None:
        """Send `answer`, and close when the client has, or soon: closing while it still sends would reset the connection, and
        with it go what the client has not read yet. https://www.rfc-editor.org/rfc/rfc9112#section-9.6"""
        self._stop_waiting_for_head()
        self.transport.write(answer)
        if len(self.leaving) < self.most_connections:
            self.leaving[self] = self.loop.call_later(LINGER_SECONDS, self.transport.close)
            self.transport.write_eof()
        else:
            self.transport.close()

    def _stop_waiting_for_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_waiting_for_reader(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


def bounded(**bounds: Any) -> type[BoundedProtocol]:
    """A protocol with these bounds in place of its own."""
    return type("Bounded", (BoundedProtocol,), {"leaving": {}, **bounds})
