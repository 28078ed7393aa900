"""Pages looked at, and forms sent."""

from html.parser import HTMLParser

import httpx

from tests.api.conftest import TENANT, Api

HOME = f"/{TENANT}/"


class Parts(HTMLParser):
    """What a page would load or run, its links and forms, and the rows of its list."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self.links: list[str] = []
        self.rows: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.loaded += [given[name] or "" for name in ("src",) if name in given]
        if tag == "link":
            self.loaded.append(given.get("href") or "")
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "li" and (given.get("id") or "").startswith("job-"):
            self.rows.append((given["id"] or "").removeprefix("job-"))


async def shown(api: Api, path: str, status: int = 200) -> str:
    answer = await api.client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


async def send(api: Api, path: str, fields: dict[str, str] | None = None, **headers: str) -> httpx.Response:
    return await api.client.post(path, data=fields or {"x": ""}, headers=headers)
