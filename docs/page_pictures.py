"""Makes the pictures of the pages in docs/images from a real stack with made-up objects, through Chromium.

.venv/bin/python -m docs.page_pictures
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from config.settings import load_settings
from database import credentials
from database.engine import connect
from runtime.addresses import read_addresses
from tasks.demo_objects import demo_objects
from tests.e2e.browser import chromium
from tests.e2e.conftest import job_id_of
from tests.tasks.edited_books import edit_cells, opened

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGES = Path(__file__).parent / "images"
TENANT = "acme"
OBJECTS = 8_000
_STATESHEET = (sys.executable, "-m", "cli.main")
WIDE = {"width": 1180, "height": 800}
PHONE = {"width": 390, "height": 800}
EXPORTS = (
    ("Listed this week", {"channelid": {"exacts": ["rs-gartenwelt-self"]}}, "Excel"),
    ("Nothing like it", {"channelid": {"exacts": ["no-such-channel"]}}, "Excel"),
    ("Products", {"entitytype": {"exacts": ["product"]}}, "CSV"),
    ("SKUs", {"entitytype": {"exacts": ["sku"]}}, "Excel"),
)


def main() -> None:
    """Load, export, and look at each page in a wide window, in the dark and on a phone."""
    with tempfile.TemporaryDirectory() as name, _stack(Path(name)) as address, chromium() as browser:
        for export in EXPORTS:
            _ask(address, *export)
        _wait(address)
        page = browser.new_page(viewport=WIDE, color_scheme="light")
        _schedule(page, address)
        page.screenshot(path=IMAGES / "schedules.png")
        _choose(page, address)
        page.screenshot(path=IMAGES / "new-export.png")
        page_of_upload = _send_back(page, address, Path(name))
        page.screenshot(path=IMAGES / "send-back.png")
        page.goto(f"{address}/{TENANT}/")
        for number in range(1, 5):
            _ask(address, f"Everything, part {number}", {"hub": {"hasvalue": True}}, "Excel")
        page.locator(".badge.running").first.wait_for()
        page.screenshot(path=IMAGES / "downloads.png")
        _wait(address)
        for scheme, size, path, picture in (
            ("dark", WIDE, "", "downloads-dark"),
            ("light", PHONE, "", "downloads-phone"),
            ("dark", PHONE, "new", "new-export-phone"),
            ("dark", PHONE, page_of_upload, "send-back-phone"),
        ):
            other = browser.new_page(viewport=size, color_scheme=scheme)
            other.goto(f"{address}/{TENANT}/{path}")
            other.wait_for_timeout(1_000)
            other.screenshot(path=IMAGES / f"{picture}.png")
        credentials.create(connect(load_settings(home=name).jobs_url), TENANT)
        page.wait_for_timeout(2_500)  # so long an open service may overlook its first credential
        page.goto(f"{address}/{TENANT}/")
        page.screenshot(path=IMAGES / "sign-in.png", clip={"x": 0, "y": 0, "width": WIDE["width"], "height": 480})


def _schedule(page: "Page", address: str) -> None:
    page.goto(f"{address}/{TENANT}/new")
    page.fill("#file_name", "Errors of the day")
    page.get_by_label("Only objects with validation errors").check()
    page.get_by_label("Which time").select_option("now-1d")
    page.get_by_text("Save as a schedule").click()
    page.get_by_role("button", name="Save the schedule").click()
    page.get_by_text("Every weekday at 06:00").wait_for()
    page.get_by_text("Next run", exact=True).wait_for(timeout=90_000)  # once Prefect has planned it


def _choose(page: "Page", address: str) -> None:
    page.goto(f"{address}/{TENANT}/new")
    page.get_by_label("rs-amazonsellerus-self").check()
    page.get_by_label("rs-gartenwelt-self").check()
    page.get_by_label("sku", exact=True).check()
    page.wait_for_timeout(1_200)


def _send_back(page: "Page", address: str, home: Path) -> str:
    """Has an edited workbook looked at; the path of its page below the tenant's."""
    job_id = _ask(address, "Errored items", {"channelid": {"exacts": ["rs-gartenwelt-self"]}}, "Excel")
    _wait(address)
    workbook = home / "Errored items.xlsx"
    workbook.write_bytes(httpx.get(f"{address}/{TENANT}/jobs/{job_id}/file").raise_for_status().content)
    ids = [row[2].value for row in opened(workbook)["Connector State"].iter_rows(min_row=3, max_row=8)]
    edits = {(ids[0], "Item State"): "deprecated", (ids[1], "Item State"): "in review", (ids[2], "Action"): "DELETE"}
    edited = edit_cells(workbook, {**edits, (ids[3], "Modified Date"): "next week"})
    edited.replace(workbook)
    page.goto(f"{address}/{TENANT}/upload")
    page.get_by_label("An exported workbook").set_input_files(workbook)
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("heading", name="What would change").wait_for(timeout=60_000)
    return page.url.partition(f"/{TENANT}/")[2]


def _ask(address: str, name: str, criterion: dict[str, Any], form: str) -> str:
    """The id of a new export."""
    body = {
        "params": {
            "query": {"filters": {"typesCriterion": ["connectorstate"], "propertiesCriterion": [criterion]}},
            "rsconnect": {"profilecontexts": [{"format": form}]},
        },
        "fileName": name,
    }
    headers = {"x-rdp-userId": "ann@acme.example"}
    answer = httpx.post(f"{address}/{TENANT}/api/rsConnectService/downloadDataJob", json=body, headers=headers)
    return job_id_of(answer.raise_for_status())


def _wait(address: str) -> None:
    """Until no job waits or runs."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        jobs = httpx.get(f"{address}/{TENANT}/jobs").raise_for_status().json()["jobs"]
        if not any(job["status"] in ("queued", "running") for job in jobs):
            return
        time.sleep(0.3)
    raise TimeoutError("The exports do not end")


@contextmanager
def _stack(home: Path) -> Iterator[str]:
    """The address of a stack with objects."""
    (home / "objects.json").write_text(json.dumps([one for _, one in demo_objects(OBJECTS)]))
    _command(home, "load", str(home / "objects.json"), "--tenant", TENANT)
    line = [*_STATESHEET, "serve", "--port", "0"]
    process = subprocess.Popen(line, env=_environment(home), stdout=subprocess.DEVNULL)  # noqa: S603  # words of our own
    try:
        deadline = time.monotonic() + 120
        while (found := read_addresses(home)) is None and time.monotonic() < deadline:
            time.sleep(0.3)
        if found is None:
            raise TimeoutError("The stack does not start")
        yield found.api
    finally:
        process.terminate()
        process.wait(60)


def _command(home: Path, *words: str) -> None:
    line = [*_STATESHEET, *words]
    subprocess.run(line, env=_environment(home), check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # words of our own


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {"STATESHEET_HOME": str(home)}


if __name__ == "__main__":
    main()
