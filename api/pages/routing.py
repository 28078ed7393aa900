"""What all pages share: forms in, answers for browsers out, errors as pages."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import Depends, Path, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api import callers
from api.pages.rendering import page, root_path
from api.resources import Resources, Shared, resources_of
from contract.errors import BadOperand, Forbidden, InvalidRequest, StatesheetError, Unauthorized

Pairs = list[tuple[str, str]]

_MOST_FIELDS = 2_000
_LONGEST_QUERY = 8_000
"""Characters of a form that are kept in an address: servers and proxies take no much longer ones."""


class PageRoute(APIRoute):
    """Answers our errors with a page, for a person reads it; who is not signed in is led to where that can be done."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def with_pages(request: Request) -> Response:
            try:
                return await handle(request)
            except Unauthorized:
                return await _to_sign_in(request, resources_of(request))
            except Forbidden as error:
                return _not_theirs(request, resources_of(request), error)
            except StatesheetError as error:
                tenant = request.path_params.get("tenant", "")[:100]
                return page(resources_of(request), tenant, "error.html", error.status, error=error)

        return with_pages


def _not_theirs(request: Request, shared: Resources, error: Forbidden) -> Response:
    """What somebody sees who is signed in for another tenant: in the frame of that one, whose pages they may see."""
    credential = callers.current().credential
    own, asked = credential.tenant if credential else None, request.path_params.get("tenant", "")[:100]
    # The page that was wanted is told by the browser: nothing that a stranger asked for is repeated in this one.
    sign_in = f"{root_path(shared)}/{quote(asked, safe='')}/sign-in{'?back=1' if request.method == 'GET' else ''}"
    return page(shared, own or asked, "forbidden.html", error.status, error=error, own=own, asked=asked, sign_in=sign_in)


async def _to_sign_in(request: Request, shared: Resources) -> Response:
    """The sign-in page, which leads back to the page that was wanted, and says so where something was sent and not done."""
    tenant = request.path_params["tenant"]
    said: dict[str, str] = {}
    if request.method == "GET":
        said["next"] = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    else:
        said["notice"] = "signed-out"
        if request.url.path.endswith(f"/{tenant}/new"):
            said["next"] = await _form_again(request, f"{root_path(shared)}/{tenant}/new")
    return RedirectResponse(f"{root_path(shared)}/{tenant}/sign-in?{urlencode(said)}", 303)


async def _form_again(request: Request, path: str) -> str:
    """The address of New export with the choices of a form that was sent there; they are read from it as from the form."""
    try:
        query = urlencode([*await _posted(request), ("notice", "kept")])
    except StatesheetError:
        query = ""
    return f"{path}?{query if 0 < len(query) <= _LONGEST_QUERY else 'notice=lost'}"


async def _visited(shared: Shared, tenant: Annotated[str, Path()]) -> str:
    await run_in_threadpool(shared.tenants.require, tenant)
    return tenant


Visited = Annotated[str, Depends(_visited)]
"""The tenant of the address, once the visitor may see it."""


async def _posted(request: Request) -> Pairs:
    """The fields of a form, in order. Raises InvalidRequest."""
    try:
        return parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidRequest([BadOperand(path="form", value="The form", expected="one of at most 2,000 fields")]) from error


Posted = Annotated[Pairs, Depends(_posted)]


def back(request: Request, shared: Resources, tenant: str, notice: str) -> Response:
    """Leads back to the page that a form stood on, with a notice."""
    path, _, said = came_from(request, shared, tenant).partition("?")
    if not path:
        return forward(shared, tenant, "", notice)
    query = [(key, value) for key, value in parse_qsl(said) if key != "notice"]
    return RedirectResponse(f"{path}?{urlencode([*query, ('notice', notice)])}", 303)


def came_from(request: Request, shared: Resources, tenant: str) -> str:
    """Path and query of the tenant's page that a link or form stood on, as the browser tells; empty where it was another's."""
    try:
        found = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    if found.netloc != request.headers.get("host") or not found.path.startswith(f"{root_path(shared)}/{tenant}/"):
        return ""
    return found.path + (f"?{found.query}" if found.query else "")


def forward(shared: Resources, tenant: str, to: str, notice: str) -> Response:
    """Leads to a page of the tenant (empty: the Downloads page), with a notice."""
    return RedirectResponse(f"{root_path(shared)}/{tenant}/{to}?{urlencode({'notice': notice})}", 303)
