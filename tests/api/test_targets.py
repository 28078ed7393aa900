"""A client may name this server in the request line; the name counts as one in `Host` does."""

import json
from typing import Any

import pytest

from tests.api.conftest import Api

pytestmark = pytest.mark.anyio


async def asked(api: Api, target: str) -> tuple[int, Any]:
    """Status and body of the answer to a GET of a target without a query, as it stands in the request line."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": target,
        "raw_path": target.encode(),
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:9095")],
        "http_version": "1.1",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 9095),
        "root_path": "",
    }
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    await api.app(scope, receive, send)
    return messages[0]["status"], json.loads(b"".join(message.get("body", b"") for message in messages[1:]))


async def test_an_address_with_its_host_is_the_address(api: Api) -> None:
    status, said = await asked(api, "http://127.0.0.1:9095/health")
    assert (status, said["status"]) == (200, "ok")
    assert await asked(api, "http://127.0.0.1:9095/plum/jobs") == await asked(api, "/plum/jobs")


async def test_without_credentials_a_foreign_name_is_refused_wherever_it_stands(api: Api) -> None:
    status, said = await asked(api, "http://evil.example/plum/jobs")
    assert (status, said["dataObjectOperationResponse"]["statusDetail"]["code"]) == (421, "SSH4120")
