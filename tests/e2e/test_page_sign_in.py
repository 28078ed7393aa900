"""Signing in, in Chromium, on an application with credentials."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, expect

from api.app import create_app
from config.settings import load_settings
from database import credentials
from database.credentials import NewCredential
from database.engine import connect
from database.migrate import upgrade
from runtime.parts import listen, port_of
from tests.api.conftest import FakePrefect
from tests.e2e.browser import chromium, serious_faults


@dataclass(frozen=True)
class Site:
    address: str
    ours: NewCredential
    theirs: NewCredential


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An application of two tenants with a credential each, served on loopback until the test ends."""
    with listen("127.0.0.1", 0) as listener:
        settings = load_settings(home=tmp_path, port=port_of(listener), tenants={"plum": {}, "quince": {}})
        upgrade(settings.objects_url, "objects")
        upgrade(settings.jobs_url, "jobs")
        engine = connect(settings.jobs_url)
        made = [credentials.create(engine, tenant, name) for tenant, name in (("plum", "Ann"), ("quince", "Bo"))]
        app = create_app(settings, prefect_api_url="http://prefect/api", prefect_transport=FakePrefect().transport())
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield Site(f"http://127.0.0.1:{settings.port}", *made)
        finally:
            server.should_exit = True
            thread.join(20)
            engine.dispose()


def test_a_credential_opens_its_own_page_until_its_user_signs_out(browser, site):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{site.address}/plum/schedules?x=1")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert serious_faults(page) == []
        page.get_by_label("Client id").fill(site.ours.credential.id)
        page.get_by_label("Secret").fill(site.theirs.secret)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("not a credential of plum")
        assert serious_faults(page) == []
        page.get_by_label("Secret").fill(site.ours.secret)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile(r"/plum/schedules\?x=1$"))
        page.goto(f"{site.address}/plum/")
        expect(page.get_by_role("heading", name="No exports yet")).to_be_visible()
        expect(page.get_by_role("banner")).to_contain_text("Ann")
        page.goto(f"{site.address}/quince/")
        expect(page.get_by_role("heading", name="Not yours to see")).to_be_visible()
        assert serious_faults(page) == []
        page.get_by_role("link", name="Sign in for quince").click()
        expect(page.get_by_text("You need a credential of quince")).to_be_visible()
        page.go_back()
        page.get_by_role("link", name="Downloads of plum").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.goto(f"{site.address}/plum/")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_who_is_signed_out_while_choosing_is_told_and_finds_the_choices_again(browser, site):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{site.address}/plum/new")
        sign_in(page, site)
        page.get_by_label("File name").fill("Before")
        expect(page.locator("#count")).to_contain_text("0 objects match")
        context.clear_cookies()
        page.get_by_label("File name").fill("After all")
        expect(page.locator("#count")).to_contain_text("You are signed out.")
        expect(page.locator("#count")).to_have_attribute("aria-busy", "false")
        assert serious_faults(page) == []
        page.locator("#count").get_by_role("link", name="Sign in").click()
        sign_in(page, site)
        expect(page.get_by_label("File name")).to_have_value("After all")
        context.clear_cookies()
        page.get_by_role("button", name="Start the export").click()
        expect(page.get_by_role("status").first).to_contain_text("was not done")
        sign_in(page, site)
        expect(page.get_by_role("status").first).to_contain_text("nothing was started or saved")
        expect(page.get_by_label("File name")).to_have_value("After all")


def sign_in(page, site):
    page.get_by_label("Client id").fill(site.ours.credential.id)
    page.get_by_label("Secret").fill(site.ours.secret)
    page.get_by_role("button", name="Sign in").click()
