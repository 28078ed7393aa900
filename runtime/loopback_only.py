"""A guard before Prefect's server, which asks nobody who they are: no page of another site gets at it through a browser."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.origins import refuse_foreign_page, refuse_unknown_host
from api.responses import refusal
from contract.errors import ForeignPage, UnknownHost


class LoopbackOnly:
    """Lets requests to this machine's own names through, from clients that are no browsers and from pages on `port`.

    Prefect's pages may have been opened by either name of this machine, and ask its API by the address.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.app = app
        self.pages = (f"http://127.0.0.1:{port}", f"http://localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            refuse_unknown_host(headers)
            # A WebSocket begins with a GET, and no browser asks before it lets a page of another site open one.
            refuse_foreign_page(scope.get("method", "POST"), headers, *self.pages)
        except (UnknownHost, ForeignPage) as error:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await refusal(error)(scope, receive, send)
            return
        await self.app(scope, receive, send)
