"""The bare address: whoever opens it is asked whose pages to show."""

from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import RedirectResponse

from api.authentication import public
from api.pages.rendering import page, root_path
from api.resources import Shared
from contract.errors import UnknownAddress
from contract.tenants import RULE, is_tenant_name

router = APIRouter(include_in_schema=False)

_SHOWN = 100


@router.get("/")
@public
async def front(shared: Shared, accept: Annotated[str, Header()] = "", tenant: str = "") -> Response:
    """A form for the name of a tenant, which leads to its pages; whether there is one of that name is not told here.

    Raises UnknownAddress for a program, which has nothing to ask here.
    """
    if "text/html" not in accept:
        raise UnknownAddress(method="GET", address="/")
    name = tenant.strip()
    if is_tenant_name(name):
        return RedirectResponse(f"{root_path(shared)}/{name}/", 303)
    return page(shared, "", "front.html", 400 if name else 200, asked=name[:_SHOWN], rule=RULE)
