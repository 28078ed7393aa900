"""The objects that the tests of edited workbooks stock their shops with."""

from typing import Any

from tests.tasks.edited_books import Shop


def value(text: Any, **more: Any) -> dict[str, Any]:
    return {"id": f"id-of-{text}", "value": text, "locale": "en-US", "source": "internal", **more}


def an_object(identifier: str = "1", **attributes: Any) -> dict[str, Any]:
    held = {"itemState": {"values": [value("new")], "note": "kept"}, **attributes}
    properties = {"channelid": "shop", "retryCount": 3, "createdDate": "2019-12-17T21:06:46.521-0600"}
    return {"id": identifier, "type": "ConnectorState", "name": "Chair", "properties": properties, "data": {"attributes": held}}


def some_objects() -> list[dict[str, Any]]:
    error = {"sno": {"values": [value("1")]}, "error": {"values": [value("no price")]}, "id": "e1"}
    other = {"sno": {"values": [value("2")]}, "error": {"values": [value("no brand")]}, "id": "e2"}
    tags = {"values": [value("a||b"), value("c"), value("d", locale="de-DE")]}
    first = an_object("1", tags=tags, validationError={"group": [error, other]}, rank={"values": [value(5)]})
    return [first, an_object("2")]


def attribute(shop: Shop, name: str, identifier: str = "1") -> Any:
    return shop.document(identifier)["data"]["attributes"].get(name)
