"""The docs as a site: every page is reached, and every link leads somewhere without a network."""

import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from docs.site_pages import PAPERS

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "mkdocs.yml").read_text())


def pages_of(nav: object) -> Iterator[str]:
    """The files that a part of the nav names."""
    if isinstance(nav, str):
        yield nav
    for part in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from pages_of(part)


class Parts(HTMLParser):
    """What a page of the site loads, leads to, and can be led to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places.add(given.get("id", ""))
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif "src" in given or tag == "link":
            self.loaded.append(given.get("src", given.get("href", "")))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Parts]:
    """Every page of a site that was made as `make docs` makes it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return {path: Parts(path.read_text()) for path in folder.rglob("*.html")}


def test_every_page_is_in_the_nav_once() -> None:
    assert sorted(pages_of(CONFIG["nav"])) == sorted([*(path.name for path in (ROOT / "docs").glob("*.md")), *PAPERS])


def test_the_site_goes_where_git_does_not_look() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert f"{CONFIG['site_dir'].split('/')[0]}/" in ignored


def test_nothing_is_loaded_from_elsewhere(site: dict[Path, Parts]) -> None:
    for page, parts in site.items():
        assert [address for address in parts.loaded if not (page.parent / urlsplit(address).path).is_file()] == [], page.name


def test_every_link_leads_to_a_page_of_the_site_and_to_a_place_on_it(site: dict[Path, Parts]) -> None:
    assert len(site) == len(list(pages_of(CONFIG["nav"])))
    for page, parts in site.items():
        for link in parts.links:
            address = urlsplit(link)
            if address.scheme:
                continue
            target = (page.parent / unquote(address.path)).resolve() if address.path else page
            assert target in site or target.is_file(), f"{page.name}: {link}"
            assert address.fragment == "" or unquote(address.fragment) in site[target].places, f"{page.name}: {link}"


def test_pictures_are_in_the_site(site: dict[Path, Parts]) -> None:
    shown = {address for parts in site.values() for address in parts.loaded if address.endswith(".png")}
    assert "images/workbook.png" in shown
