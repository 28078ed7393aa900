"""`/docs`: the OpenAPI document as one plain page, made here, that needs nothing from anywhere else."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from api.authentication import public

router = APIRouter(include_in_schema=False)

_METHODS = ("get", "post")


@router.get("/openapi.json")
@public
def openapi(request: Request) -> JSONResponse:
    """The document. It says nothing that the source of this program does not say, and so needs no credential."""
    return JSONResponse(request.app.openapi())


@router.get("/docs", response_class=HTMLResponse)
@public
def documentation(request: Request) -> HTMLResponse:
    """The page."""
    page = _page(request.app.openapi())
    styles = " ".join(f"'sha256-{_digest(style)}'" for style in re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    policy = f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def _digest(text: str) -> str:
    """As a content security policy writes it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _page(document: dict[str, Any]) -> str:
    return _template().render(
        info=document["info"], routes=list(_routes(document)), shapes=sorted(document["components"]["schemas"].items())
    )


@cache
def _template() -> Template:
    pages = FileSystemLoader(Path(__file__).parent / "pages")
    environment = Environment(loader=pages, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["shape"] = _in_brief
    return environment.get_template("docs.html")


def _routes(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the page says of each route, in the order of the document."""
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield _route(path, method, methods[method])


def _route(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "parameters": operation.get("parameters", []),
        "example": json.dumps(body["example"], indent=2) if "example" in body else "",
        "answers": [_answer(status, described) for status, described in operation["responses"].items() if status != "4XX"],
    }


def _answer(status: str, described: dict[str, Any]) -> dict[str, str]:
    shapes = [_name(content.get("schema", {})) for content in described.get("content", {}).values()]
    return {"status": status, "description": described["description"], "shape": "".join(shapes)}


def _name(schema: dict[str, Any]) -> str:
    """The name of the shape that a schema refers to, empty for one that has none."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _in_brief(schema: dict[str, Any]) -> str:
    """A schema in a few words: `text or null`, `list of JobAnswer`."""
    if "anyOf" in schema:
        return " or ".join(map(_in_brief, schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(f'"{choice}"' for choice in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if schema.get("type") == "array":
        return f"list of {_in_brief(schema['items'])}"
    return _name(schema) or {"string": "text"}.get(schema.get("type", ""), schema.get("type", "anything"))
