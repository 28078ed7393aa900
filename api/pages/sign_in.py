"""Signing in to a tenant's pages with a credential, and signing out."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api import sessions
from api.authentication import check, is_open, public
from api.pages.notices import Notice
from api.pages.rendering import page, root_path
from api.pages.routing import PageRoute, Posted, came_from
from api.resources import Resources, Shared
from contract.tenants import is_tenant_name

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/{tenant}/sign-in")
@public
async def ask(request: Request, shared: Shared, tenant: str, notice: Notice, next: str = "", back: str = "") -> Response:
    """The form; where no credential is needed there is nothing to sign in to. `back`: it leads back to where its link stood."""
    wanted = came_from(request, shared, tenant) if back and not next else next
    if await is_open(shared):
        return RedirectResponse(_after(shared, tenant, wanted), 303)
    return _page(shared, tenant, wanted, notice=notice)


@router.post("/{tenant}/sign-in")
@public
async def sign_in(shared: Shared, tenant: str, fields: Posted) -> Response:
    """Begins a session of a credential of this tenant; says no more than that it is none where it is not."""
    said = dict(fields)
    wanted = said.get("next", "")
    credential = await check(shared, said.get("id", "").strip(), said.get("secret", "").strip())
    if credential is None or credential.tenant != tenant:
        return _page(shared, tenant, wanted, wrong=True, identifier=said.get("id", "")[:100])
    response = RedirectResponse(_after(shared, tenant, wanted), 303)
    sessions.begin(response, credential, shared)
    return response


@router.post("/{tenant}/sign-out")
@public
async def sign_out(request: Request, shared: Shared, tenant: str, _: Posted) -> Response:
    """Ends the session, here and for every copy of its cookie."""
    response = RedirectResponse(f"{root_path(shared)}/{tenant if is_tenant_name(tenant) else '-'}/sign-in", 303)
    await sessions.end(request, response, shared)
    return response


def _page(
    shared: Resources, tenant: str, wanted: str, *, wrong: bool = False, identifier: str = "", notice: str = ""
) -> Response:
    return page(
        shared,
        tenant[:100],
        "sign_in.html",
        401 if wrong else 200,
        wanted=_after(shared, tenant, wanted),
        wrong=wrong,
        identifier=identifier,
        notice=notice,
    )


def _after(shared: Resources, tenant: str, wanted: str) -> str:
    """Where to go then: a page of this very tenant, and no other address whatever was asked for."""
    home = f"{root_path(shared)}/{tenant if is_tenant_name(tenant) else '-'}/"
    try:
        asked = urlsplit(wanted)
    except ValueError:
        return home
    is_here = not asked.scheme and not asked.netloc and wanted.startswith(home) and wanted.isprintable()
    return wanted if is_here and "\\" not in wanted and ".." not in asked.path.split("/") else home
