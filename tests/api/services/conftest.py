"""A tenant with a few connector states, and the words of the services."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.api.conftest import TENANT, Api


def an_object(identifier: str, *, entity: str = "item-1", channel: str = "shop-one", **states: str) -> dict[str, Any]:
    """A connector state in the shape of the documented ones."""
    context = {"locale": "en-US", "source": "internal"}
    return {
        "id": identifier,
        "type": "connectorstate",
        "properties": {
            "hub": "Hub",
            "self": "self",
            "entityid": entity,
            "channelid": channel,
            "entitytype": "sku",
            "createdBy": "ann",
            "createdDate": "2024-05-31T10:00:00.000-0500",
            "modifiedBy": "ann",
            "modifiedDate": "2024-05-31T10:00:00.000-0500",
        },
        "data": {"attributes": {name: {"values": [{"value": state, **context}]} for name, state in states.items()}},
    }


def in_blob(*objects: object, call: str = "call-1") -> dict[str, Any]:
    """The body of a bulk call."""
    blob = base64.b64encode(json.dumps(list(objects)).encode()).decode()
    return {"dataObject": {"id": call, "name": "n", "type": "connectorstate", "data": {"blob": blob}}, "params": {}}


def query(types: str = "connectorstate", **rest: Any) -> dict[str, Any]:
    filters = {"typesCriterion": [types], **rest.pop("filters", {})}
    return {"params": {"query": {"filters": filters, **rest.pop("query", {})}, **rest}}


@dataclass(frozen=True)
class Services:
    """The services of one application."""

    api: Api

    async def call(self, service: str, body: Any, **headers: str) -> httpx.Response:
        return await self.api.post(body, f"/{TENANT}/api/{service}", **headers)

    async def ask(self, service: str, body: Any, **headers: str) -> Any:
        """The answer of a call that must succeed."""
        answer = await self.call(service, body, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def create(self, *objects: object, **headers: str) -> Any:
        return await self.ask("connectorService/create", in_blob(*objects), **headers)

    async def stored(self, **rest: Any) -> list[Any]:
        found = await self.ask("connectorService/get", query(**rest))
        objects: list[Any] = found["dataObjectOperationResponse"]["dataObjects"]
        return objects


@pytest.fixture
def services(api: Api) -> Services:
    return Services(api)
