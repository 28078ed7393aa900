"""The pages, driven as people drive them: Chromium on the real stack."""

import json
import re
from collections.abc import Iterator

import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, expect

from api.pages.words import STEP_WORDS
from tests.command_line import command
from tests.e2e.browser import chromium, serious_faults
from tests.e2e.conftest import TENANT, Stack, job_id_of
from tests.e2e.test_main_job import documented
from tests.tasks.edited_books import edit_cells

OTHER = "quince"
READY = re.compile("Ready")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop running while it is open: for these tests only.
    with chromium() as found:
        yield found


@pytest.fixture
def context(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A window that may reach the stack and nothing else, on whose console nothing goes wrong."""
    troubles: list[str] = []
    with browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True) as made:
        made.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        made.on("weberror", lambda error: troubles.append(str(error.error)))
        made.on("request", lambda asked: None if asked.url.startswith(stack.api) else troubles.append(asked.url))
        yield made
    # The browser notes each answer of 4xx as an error: those that a test is about are no trouble.
    assert [text for text in troubles if "Failed to load resource" not in text] == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    made = context.new_page()
    made.set_default_timeout(20_000)
    return made


@pytest.fixture(scope="module")
def other_tenant(stack: Stack) -> str:
    (stack.home / "other.json").write_text(json.dumps(stack.objects[:3]))
    assert command("load", stack.home / "other.json", "--tenant", OTHER, home=stack.home).returncode == 0
    return OTHER


def at(stack: Stack, path: str = "", tenant: str = TENANT) -> str:
    return f"{stack.api}/{tenant}/{path}"


def row(page: Page, name: str):
    """The newest row of a name."""
    return page.locator("li.job").filter(has=page.get_by_role("heading", name=re.compile(f"^{re.escape(name)}"))).first


def test_a_first_time_user_gets_the_workbook(page, stack):
    page.goto(at(stack))
    page.get_by_role("link", name="New export").first.click()
    page.get_by_label("sku", exact=True).check()
    page.get_by_label("Only objects with validation errors").check()
    wanted = [
        one
        for one in stack.objects
        if one["properties"].get("entitytype") == "sku" and "validationError" in one["data"]["attributes"]
    ]
    assert wanted
    expect(page.locator("#count")).to_contain_text(f"{len(wanted):,} object")
    page.get_by_label("File name").fill("My errors")
    page.get_by_role("button", name="Start the export").click()
    expect(page.get_by_role("status").first).to_contain_text("started")
    # No reload: the row comes and changes by itself.
    expect(row(page, "My errors")).to_contain_text(READY, timeout=30_000)
    expect(page.locator("#announcer")).to_contain_text("My errors.xlsx: Ready")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download My errors.xlsx").click()
    assert taken.value.suggested_filename == "My errors.xlsx"
    path = stack.home / "taken.xlsx"
    taken.value.save_as(path)
    book = openpyxl.load_workbook(path, read_only=True)
    ids = {line[2] for line in book["Connector State"].iter_rows(min_row=3, values_only=True)}
    book.close()
    assert ids == {one["id"] for one in wanted}


def test_waiting_exports_show_their_place_and_move_up_and_one_can_be_cancelled(page, stack):
    page.goto(at(stack))
    ids = [job_id_of(stack.post(documented(fileName=f"Queued {number}"))) for number in range(8)]
    last = page.locator(f"#job-{ids[-1]}")
    expect(last).to_contain_text(re.compile(r"Place \d+ in the queue"))
    last.get_by_label("Cancel Queued 7").click()
    last.get_by_role("button", name="Stop it").click()
    expect(last).to_contain_text("Cancelled")
    expect(page.locator("#notice")).to_contain_text("cancelled")
    expect(page.locator(f"#job-{ids[-2]}")).to_contain_text(READY, timeout=40_000)
    assert {stack.ended(job_id)["status"] for job_id in ids[:-1]} == {"completed"}
    last.get_by_role("button", name="Run Queued 7 again").click()
    expect(row(page, "Queued 7.xlsx")).to_contain_text(READY, timeout=30_000)


def test_a_search_shows_what_comes_to_match_it(page, stack):
    page.goto(at(stack, "?q=Sought"))
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    stack.post(documented(fileName="Sought for"))
    # No reload: the row comes by itself, as it does where nothing is chosen.
    expect(row(page, "Sought for")).to_contain_text(READY, timeout=30_000)


@pytest.fixture(scope="module")
def uploading(stack: Stack) -> str:
    """A tenant whose objects a test may change."""
    objects = [
        {
            "id": f"S-{number}",
            "type": "connectorstate",
            "properties": {"channelid": "shop"},
            "data": {"attributes": {"itemState": {"values": [{"value": "new", "locale": "en-US", "source": "internal"}]}}},
        }
        for number in range(3)
    ]
    (stack.home / "uploading.json").write_text(json.dumps(objects))
    assert command("load", stack.home / "uploading.json", "--tenant", "uploading", home=stack.home).returncode == 0
    return "uploading"


def test_an_edited_workbook_is_shown_cell_by_cell_and_then_applied(page, stack, uploading):
    exported = stack.home / "States.xlsx"
    exported.write_bytes(exported_file(stack, uploading))
    edited = edit_cells(exported, {("S-1", "Item State"): "fixed", ("S-2", "Action"): "DELETE", ("S-0", "Action"): "WHAT"})
    page.goto(at(stack, tenant=uploading))
    page.get_by_role("link", name="Send back").click()
    page.get_by_label("An exported workbook").set_input_files(edited)
    page.get_by_role("button", name="Show what would change").click()
    # No reload: what would change appears by itself.
    expect(page.get_by_role("heading", name="What would change")).to_be_visible(timeout=30_000)
    assert serious_faults(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for cell in page.locator(".told td:not(:empty)").all():
        assert is_in_sight(page, cell)
    main = page.get_by_role("main")
    expect(main.get_by_role("row", name=re.compile("S-1.*Item State.*new.*fixed"))).to_be_visible()
    expect(main.get_by_role("row", name=re.compile("S-0.*Action.*WHAT"))).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="the workbook of the refused rows").click()
    assert taken.value.suggested_filename.endswith("rejects.xlsx")
    page.get_by_role("button", name="Apply the rest").click()
    expect(page.get_by_role("heading", name="What was written")).to_be_visible(timeout=30_000)
    expect(page.locator("li.job")).to_contain_text("Applied in part")
    later = json.loads(exported_file(stack, uploading, profiles=["downloadDataJSONJob"]))
    found = later["dataObjectOperationResponse"]["dataObjects"]
    states = {one["id"]: one["data"]["attributes"]["itemState"]["values"][0]["value"] for one in found}
    assert states == {"S-0": "new", "S-1": "fixed"}


def exported_file(stack: Stack, tenant: str, **rsconnect: list[str]) -> bytes:
    """The file of an export of all of a tenant's connector states."""
    body = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}, "rsconnect": rsconnect}}
    job_id = job_id_of(stack.post(body, tenant=tenant))
    assert stack.ended(job_id, tenant)["status"] == "completed"
    return stack.file(job_id, tenant)


def test_a_running_export_is_watched_from_its_start_to_its_file(page, stack):
    (stack.home / "many.jsonl").write_text("".join(f'{{"id": "M-{n}", "type": "connectorstate"}}\n' for n in range(10_000)))
    assert command("load", stack.home / "many.jsonl", "--tenant", "many", home=stack.home).returncode == 0
    page.goto(at(stack, tenant="many"))
    page.evaluate(
        """() => {
            window.seen = [];
            new MutationObserver(() => {
                for (const row of document.querySelectorAll("li.job")) {
                    const part = (name) => row.querySelector(name)?.textContent ?? "";
                    seen.push([part(".badge"), part(".doing"), Boolean(row.querySelector("progress"))]);
                }
            }).observe(document.querySelector("main"), { childList: true, subtree: true });
        }"""
    )
    body = {"params": {"query": {"filters": {"typesCriterion": ["connectorstate"]}}}, "fileName": "Many"}
    # The page is told once a second, and one export is quicker than that: so many together are not.
    ids = [job_id_of(stack.post(body, tenant="many")) for _ in range(14)]
    for job_id in ids:
        expect(page.locator(f"#job-{job_id}")).to_contain_text(READY, timeout=60_000)
        expect(page.locator(f"#job-{job_id}")).to_contain_text("10,000 rows")
    running = [(doing, has_bar) for badge, doing, has_bar in page.evaluate("seen") if badge == "Running"]
    assert running
    assert all(has_bar for _, has_bar in running)
    assert {doing for doing, _ in running} <= {"Starting", *STEP_WORDS.values()}


def test_search_and_filter_choose_rows(page, stack):
    job_id = job_id_of(stack.post(documented(fileName="Needle")))
    stack.ended(job_id)
    page.goto(at(stack))
    page.get_by_role("searchbox").fill("needl")
    expect(page).to_have_url(re.compile(r"q=needl"))
    expect(page.locator("li.job")).to_have_count(1)
    page.get_by_role("searchbox").fill("no such file")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.goto(at(stack, "?q=Needle"))
    page.get_by_role("link", name="Failed").click()
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("link", name="Show all jobs").click()
    expect(page.locator("li.job").first).to_be_visible()


def test_a_job_says_everything_about_itself(page, stack):
    job_id = job_id_of(stack.post(documented(fileName="Told")))
    job = stack.ended(job_id)
    page.goto(at(stack, f"downloads/{job_id}"))
    main = page.get_by_role("main")
    for said in (job_id, job["file"]["sha256"], "Type is connectorstate"):
        expect(main).to_contain_text(said)
    page.get_by_text("The same with curl").click()
    expect(page.locator("#curl")).to_contain_text(f"{stack.api}/{TENANT}/api/rsConnectService/downloadDataJob")


def test_a_schedule_is_saved_paused_resumed_and_deleted(page, stack):
    page.goto(at(stack, "new"))
    page.get_by_label("File name").fill("By itself")
    page.get_by_label("Which time").select_option("now-1d")
    page.get_by_text("The request it sends").click()
    expect(page.locator("#request")).to_contain_text('"gte": "now-1d"')
    page.get_by_text("Save as a schedule").click()
    page.get_by_label("Runs").select_option("weekly")
    page.get_by_label("At", exact=True).fill("05:30")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_role("button", name="Save the schedule").click()
    saved = row(page, "By itself")
    expect(saved).to_contain_text("Every Monday at 05:30 · Europe/Berlin")
    saved.get_by_role("button", name="Pause By itself").click()
    expect(saved).to_contain_text("Paused")
    saved.get_by_role("button", name="Resume By itself").click()
    expect(saved).to_contain_text("Active")
    saved.get_by_label("More for By itself").click()
    saved.get_by_label("Delete By itself").click()
    saved.get_by_role("button", name="Delete the schedule").click()
    expect(saved).to_have_count(0)


@pytest.fixture(scope="module")
def many_channels(stack: Stack) -> str:
    """A tenant with more channels than are listed without a box to narrow them, and two types."""
    objects = [{"id": f"C-{n}", "type": "connectorstate", "properties": {"channelid": f"shop-{n:02}"}} for n in range(15)]
    objects.append({"id": "L-1", "type": "listing", "properties": {"channelid": "shop-03"}})
    (stack.home / "channels.json").write_text(json.dumps(objects))
    assert command("load", stack.home / "channels.json", "--tenant", "channels", home=stack.home).returncode == 0
    return "channels"


def test_enter_presses_the_button_of_its_own_part_and_no_other(page, stack, many_channels):
    page.goto(at(stack, "new", many_channels))
    narrow = page.get_by_label("Narrow the list of channels")
    narrow.press_sequentially("shop-1")
    narrow.press("Enter")
    page.get_by_label("shop-11", exact=True).press("Enter")
    page.get_by_label("shop-11", exact=True).check()
    expect(page.get_by_label("shop-02", exact=True)).to_be_hidden()
    page.get_by_text("Save as a schedule").click()
    page.get_by_label("Runs").select_option("cron")
    page.get_by_label("Time zone").press("Enter")
    # An empty cron line is none: what was refused is the schedule, and nothing was started.
    expect(page.get_by_role("alert")).to_contain_text("The schedule was not saved")
    expect(page.get_by_label("shop-11", exact=True)).to_be_checked()
    page.get_by_label("Cron line").fill("0 5 1 1 *")
    page.get_by_label("Cron line").press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="0 5 1 1 *")).to_be_visible()
    page.goto(at(stack, tenant=many_channels))
    expect(page.get_by_role("heading", name="No exports yet")).to_be_visible()
    page.goto(at(stack, "new", many_channels))
    page.get_by_label("File name").fill("By Enter")
    page.get_by_label("File name").press("Enter")
    expect(row(page, "By Enter")).to_be_visible()


def test_another_type_keeps_what_was_chosen_and_typed(page, stack, many_channels):
    page.goto(at(stack, "new", many_channels))
    page.get_by_label("shop-03", exact=True).check()
    page.get_by_label("shop-04", exact=True).check()
    page.get_by_label("File name").fill("Kept")
    page.get_by_label("CSV").check()
    page.get_by_label("Type", exact=True).select_option("listing")
    expect(page.get_by_label("Type", exact=True)).to_have_value("listing")
    expect(page.get_by_label("shop-04", exact=True)).to_have_count(0)
    expect(page.get_by_label("shop-03", exact=True)).to_be_checked()
    expect(page.get_by_label("File name")).to_have_value("Kept")
    expect(page.get_by_label("CSV")).to_be_checked()
    expect(page.locator("#count")).to_contain_text("1 object matches")


def test_what_cannot_be_exported_is_said_before_and_after_sending(page, stack):
    page.goto(at(stack, "new"))
    page.get_by_label("File name").fill("../up")
    expect(page.locator("#count")).to_contain_text("cannot be a file name")
    page.get_by_role("button", name="Start the export").click()
    expect(page.get_by_role("alert")).to_contain_text("The export was not started")
    expect(page.get_by_label("File name")).to_have_value("../up")


def test_another_tenant_sees_nothing(page, stack, other_tenant):
    job_id = job_id_of(stack.post(documented(fileName="Ours alone")))
    stack.ended(job_id)
    page.goto(at(stack, tenant=other_tenant))
    expect(page.get_by_role("heading", name="No exports yet")).to_be_visible()
    for path in ("", "/file", "/curl", "/prefect"):
        answer = page.goto(at(stack, f"downloads/{job_id}{path}", tenant=other_tenant))
        assert isinstance(answer, Response)
        assert answer.status == 404
        expect(page.get_by_role("main")).not_to_contain_text("Ours alone")
    page.goto(at(stack, "schedules", tenant=other_tenant))
    expect(page.get_by_role("heading", name="No schedules yet")).to_be_visible()


def test_the_keyboard_is_enough(page, stack):
    job_id = job_id_of(stack.post(documented(fileName="By keys")))
    stack.ended(job_id)
    page.goto(at(stack))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    menu = page.locator(f"#job-{job_id}").get_by_label("More for By keys.xlsx")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#job-{job_id}").get_by_role("link", name="Copy as curl")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.locator(f"#job-{job_id}").get_by_role("link", name="Copy as curl")).to_be_hidden()


PATHS = ("", "?q=nothing-like-it", "new", "upload", "schedules", "downloads/{job}", "downloads/none")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_is_accessible_and_as_wide_as_its_window(browser, stack, scheme, width):
    job_id = job_id_of(stack.post(documented(fileName="A-long-name-" * 12)))
    stack.ended(job_id)
    with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme) as context:
        page = context.new_page()
        for path in PATHS:
            page.goto(at(stack, path.format(job=job_id)))
            if path == "new":
                page.locator("#count strong").wait_for()
                page.get_by_text("Save as a schedule").click()
                page.get_by_label("Only some").check()
            assert serious_faults(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def is_in_sight(page: Page, element: Locator) -> bool:
    """Whether no part of an element lies beside the window, or beside what it is scrolled in."""
    inside = """(element) => {
        const box = element.getBoundingClientRect();
        const rooms = [];
        for (let room = element.parentElement; room; room = room.parentElement)
            if (getComputedStyle(room).overflowX !== "visible") rooms.push(room.getBoundingClientRect());
        rooms.push({ left: 0, right: innerWidth });
        return rooms.every((room) => box.left >= room.left - 1 && box.right <= room.right + 1);
    }"""
    return bool(element.evaluate(inside))


@pytest.mark.parametrize("width", [320, 390])
def test_a_narrow_window_shows_every_entry_of_the_menu_and_every_filter(page, stack, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(at(stack))
    entries = page.get_by_role("navigation").get_by_role("link").all()
    assert len(entries) > 10
    for entry in entries:
        assert is_in_sight(page, entry), entry.text_content()


def test_the_page_of_a_job_shows_its_name_once(page, stack):
    job_id = job_id_of(stack.post(documented(fileName="Said once")))
    stack.ended(job_id)
    page.goto(at(stack, f"downloads/{job_id}"))
    expect(page.get_by_text("Said once.xlsx", exact=True)).to_have_count(2)
    expect(page.get_by_role("heading", name="Said once.xlsx")).to_have_count(1)


def test_on_paper_the_bar_of_the_form_lies_over_nothing(page, stack):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(at(stack, "new"))
    expect(page.locator(".go")).to_have_css("position", "sticky")
    page.emulate_media(media="print")
    expect(page.locator(".go")).to_have_css("position", "static")


def test_without_scripts_the_buttons_of_a_phone_stand_side_by_side(browser, stack):
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        page.goto(at(stack, "new"))
        tops = {page.get_by_role("button", name=name).bounding_box()["y"] for name in ("Count", "Start the export")}
        assert len(tops) == 1


def test_the_interface_for_programs_is_as_wide_as_its_window(page, stack):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{stack.api}/docs")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_pages_work_without_scripts(browser, stack):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(at(stack, "new"))
        page.get_by_label("sku", exact=True).check()
        # What would not count cannot be typed or ticked.
        expect(page.get_by_label("From")).to_be_hidden()
        page.get_by_label("Which time").select_option("between")
        expect(page.get_by_label("From")).to_be_visible()
        page.get_by_label("Which time").select_option("")
        expect(page.get_by_label("Hub", exact=True)).to_be_hidden()
        page.get_by_label("Only some").check()
        expect(page.get_by_label("Hub", exact=True)).to_be_visible()
        page.get_by_label("All", exact=True).check()
        page.get_by_role("button", name="Count").click()
        expect(page.locator("#count")).to_contain_text("objects match")
        expect(page.get_by_label("sku", exact=True)).to_be_checked()
        page.get_by_text("Save as a schedule").click()
        page.get_by_label("Cron line").fill("0 5 * * *")
        page.get_by_label("Cron line").press("Enter")
        # Enter counts, wherever it is pressed, and what was typed is seen again.
        expect(page.get_by_label("Cron line")).to_have_value("0 5 * * *")
        expect(page.get_by_label("Cron line")).to_be_visible()
        page.get_by_label("File name").fill("Without scripts")
        page.get_by_role("button", name="Start the export").click()
        expect(row(page, "Without scripts")).to_be_visible()
        newest = page.locator("li.job").first
        stack.ended((newest.get_attribute("id") or "").removeprefix("job-"))
        page.reload()
        expect(row(page, "Without scripts.xlsx")).to_contain_text(READY)
