"""Every route that there is, and how to call it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.api.conftest import BODY, Api


@dataclass(frozen=True)
class Known:
    """A route and one way to call it."""

    method: str
    path: str
    endpoint: Any

    def filled(self, **parts: str) -> str:
        """Its address with these parts; what no part is given for becomes a word."""
        filled = self.path
        while "{" in filled:
            before, _, rest = filled.partition("{")
            name, _, after = rest.partition("}")
            filled = before + parts.get(name.partition(":")[0], "word") + after
        return filled


def routes(app: FastAPI) -> Iterator[Known]:
    """All routes of an application, those of included routers too."""
    for context in iter_route_contexts(app.routes):
        for method in sorted(getattr(context, "methods", None) or {"GET"}):
            yield Known(method, context.path, context.endpoint)


async def call(api: Api, route: Known, headers: dict[str, str], **parts: str) -> httpx.Response:
    content = json.dumps(BODY).encode() if route.method in ("POST", "PUT", "PATCH") else b""
    return await api.client.request(route.method, route.filled(**parts), content=content, headers=headers)
