"""Templates into responses: the same frame, headers and words for every page."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api import callers
from api.pages import words
from api.pages.assets import asset_path
from api.resources import Resources
from contract.advice import advice_of, advice_on
from contract.answers import timestamp

HEADERS = {
    # Nothing is loaded from elsewhere, nothing runs that is not one of the assets, and nobody may frame a page.
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
}
"""What a page says besides what `api.headers` says of every answer."""


@cache
def environment() -> Environment:
    """The templates and what they may call."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(number=words.number, size=words.size, duration=words.duration, timestamp=timestamp, pretty=words.pretty)
    made.filters.update(advice=advice_of, advice_on=advice_on, with_code=with_code)
    made.globals["status_words"] = words.STATUS_WORDS
    return made


def with_code(text: str) -> Markup:
    """HTML of a text whose names stand in backticks: what is between two of them is code."""
    parts = text.split("`")
    return Markup().join(Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts))


def render(shared: Resources, tenant: str, template: str, **values: Any) -> str:
    """A template's text; it knows the tenant, where its addresses begin, and how to write times in the configured zone."""
    zone, now = shared.settings.zone, datetime.now(UTC)
    root = root_path(shared)
    known: dict[str, Any] = {
        "tenant": tenant,
        "root": root,
        "base": f"{root}/{tenant}",
        "asset": lambda name: root + asset_path(name),
        "moment": lambda when: words.moment(when, zone, now),
        "day": lambda when: words.day(when, zone, now),
        "zone": shared.settings.timezone,
    }
    return environment().get_template(template).render(known | values)


def page(shared: Resources, tenant: str, template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
    """A whole page."""
    text = render(shared, tenant, template, credential=callers.current().credential, **values)
    return HTMLResponse(text, status_code, headers=HEADERS)


def root_path(shared: Resources) -> str:
    """What comes before every address where a proxy serves us below a path of its own; empty without one."""
    return urlsplit(shared.public_url).path.rstrip("/")
