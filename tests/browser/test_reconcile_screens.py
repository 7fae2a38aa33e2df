"""Reconciling by hand, in both languages: the cockpit shows a day, the workbench explains it by keyboard, the report
prints it, and many statements are posted with the progress on the screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, expect

import demo_data
from demo import DemoContext, running_demo
from demo_clock import seconds_to_statements
from demo_story import Story
from rpc import Person
from workbench import Workbench

from .conftest import FIRST_PORT
from .screens import PATIENCE_MS, Screens

expect.set_options(timeout=PATIENCE_MS)
LINE = "payment.bridge.statement.line"
PHONE = {"width": 390, "height": 844}
VENDORS = ("宁波五金制品有限公司", "武汉办公用品有限公司", "北京云服务有限公司")
EACH = 2
"""How many rows are explained in each language."""
LANGUAGES = pytest.mark.parametrize(
    ("login", "title"),
    [("english", "Reconciliation Report"), ("clerk", "对账报告")],
    ids=["en_US", "zh_CN"],
)


@dataclass(frozen=True)
class Day:
    """A day of a channel whose statement is loaded and holds rows that nothing explains any more."""

    channel: int
    day: str
    lines: list[int]


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoContext]:
    """A demo of its own: its day ends here, and a platform's day ends only once before it is today."""
    with running_demo(Workbench.from_environment(), FIRST_PORT) as context:
        yield context


@pytest.fixture(scope="module")
def day(demo: DemoContext) -> Day:
    """Vendors are paid, the day ends, its statement is fetched, and the matches of its payments are undone."""
    story = Story(demo, Person(demo.odoo, demo.database, "english", demo_data.PASSWORD))
    clerk = story.clerk
    channel = read_one(clerk, "payment.bridge.channel", [("connector_code", "=", "alipay")], ["journal_id"])
    now = demo.sandbox.admin("GET", "/clock")["now"]
    pay_vendors(story, channel)
    demo.sandbox.admin("POST", "/clock", {"advance_seconds": seconds_to_statements(now)})
    wanted = {"channel_id": channel["id"], "source": "fetch", "day": now[:10]}
    wizard = clerk.call("payment.bridge.statement.import", "create", [wanted])
    clerk.call("payment.bridge.statement.import", "action_import", wizard)
    matched = [("channel_id", "=", channel["id"]), ("match_pass", "=", "payment"), ("state", "=", "matched")]
    lines = story.wait("the rows of the statement", lambda: clerk.search(LINE, matched))
    clerk.call(LINE, "action_undo", lines)
    return Day(channel["id"], now[:10], lines)


def read_one(clerk: Person, model: str, domain: list, fields: list[str]) -> dict[str, Any] | None:
    """The first record that is found, or None."""
    found = clerk.search_read(model, domain, fields, limit=1, order="id desc")
    return found[0] if found else None


def pay_vendors(story: Story, channel: dict[str, Any]) -> None:
    """Pay the open bills of the vendors through a channel, each by itself, and wait for the platform's word."""
    clerk = story.clerk
    bills = clerk.search("account.move", [("partner_id.name", "in", VENDORS), ("payment_state", "=", "not_paid")])
    method = clerk.search(
        "account.payment.method.line",
        [
            ("journal_id", "=", channel["journal_id"][0]),
            ("payment_type", "=", "outbound"),
            ("code", "=", "payment_bridge"),
        ],
    )
    selection = {"active_model": "account.move", "active_ids": bills}
    values = {"journal_id": channel["journal_id"][0], "payment_method_line_id": method[0], "group_payment": False}
    wizard = clerk.call("account.payment.register", "create", [values], context=selection)
    clerk.call("account.payment.register", "action_create_payments", wizard, context=selection)
    of_vendors = [("partner_id.name", "in", VENDORS), ("bridge_operation", "=", "pay_out")]

    def all_paid() -> bool:
        states = [one["bridge_state"] for one in clerk.search_read("account.payment", of_vendors, ["bridge_state"])]
        return len(states) == len(bills) and set(states) == {"succeeded"}

    story.wait("the payments", all_paid)


def cell_of(screens: Screens, day: Day) -> Locator:
    """The cockpit's cell of a day."""
    return screens.page.locator(f"[data-channel='{day.channel}'] .o_bridge_cell[data-day='{day.day}']")


def open_cockpit(screens: Screens, day: Day) -> None:
    """The cockpit, where the day is in sight."""
    screens.open("payment_bridge_reconcile.action_cockpit")
    expect(cell_of(screens, day)).to_be_visible()


def states_of(clerk: Person, day: Day) -> Counter[str]:
    """How many of the day's rows are in each state."""
    return Counter(one["state"] for one in clerk.call(LINE, "read", day.lines, ["state"]))


@LANGUAGES
def test_a_day_is_explained_by_keyboard_and_printed(
    demo: DemoContext, browser: Browser, pictures: Path, tmp_path: Path, day: Day, login: str, title: str
) -> None:
    clerk = Person(demo.odoo, demo.database, login, demo_data.PASSWORD)
    screens = Screens(browser, demo, login, demo_data.PASSWORD, pictures)
    open_cockpit(screens, day)
    expect(cell_of(screens, day)).to_have_attribute("data-state", "loaded")
    screens.picture("40-cockpit")
    walk_the_grid_by_keyboard(screens, day)
    match_by_keyboard(screens, clerk, day)
    open_cockpit(screens, day)
    screens.picture("46-explained")
    print_report(screens, tmp_path, title)
    look_on_a_phone(screens, day)
    screens.close()


def walk_the_grid_by_keyboard(screens: Screens, day: Day) -> None:
    """One cell can be reached with Tab, the others with arrows; Enter opens the card, which leads to the workbench."""
    page = screens.page
    page.locator(".o_bridge_grid .o_bridge_cell[tabindex='0']").focus()
    page.keyboard.press("Home")
    page.keyboard.press("End")
    focused = page.locator(".o_bridge_cell:focus")
    expect(focused).to_have_count(1)
    cell_of(screens, day).focus()
    page.keyboard.press("Enter")
    card = page.locator(".o_bridge_day_card")
    expect(card).to_be_visible()
    expect(card.locator("button[name=workbench]")).to_be_focused()
    screens.picture("41-day")
    page.keyboard.press("Enter")


def match_by_keyboard(screens: Screens, clerk: Person, day: Day) -> None:
    """Take the best suggestion for the first row, match, take it back; then explain row after row."""
    page = screens.page
    rows = page.locator(".o_bridge_pane[data-side=rows] .o_bridge_entry")
    open_rows = states_of(clerk, day)["unmatched"]
    expect(rows).to_have_count(open_rows)
    expect(page.locator(".o_bridge_pane[data-side=rows] [role=listbox]")).to_be_focused()
    expect_suggestion(screens)
    screens.picture("42-workbench")
    page.keyboard.press("?")
    expect(page.locator(".o_bridge_keys")).to_be_visible()
    page.keyboard.press("?")
    take_best(screens)
    screens.picture("43-chosen")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(open_rows - 1)
    page.keyboard.press("u")
    expect(rows).to_have_count(open_rows)
    assert states_of(clerk, day)["unmatched"] == open_rows
    # a row, and with Tab a payment that does not fit: it cannot be matched until the remainder is named
    expect_suggestion(screens)
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator(".o_bridge_pane[data-side=books] [role=listbox]")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Space")
    expect(page.locator(".o_bridge_remainder")).to_be_visible()
    expect(page.locator("button[name=match]")).to_be_disabled()
    screens.picture("44-remainder")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    for done in range(1, EACH + 1):
        expect_suggestion(screens)
        take_best(screens)
        page.keyboard.press("Enter")
        expect(rows).to_have_count(open_rows - done)
    screens.picture("45-explained")
    assert states_of(clerk, day)["unmatched"] == open_rows - EACH


def expect_suggestion(screens: Screens) -> None:
    """Wait until something is suggested for the row that is pointed at."""
    expect(screens.page.locator(".o_bridge_pane[data-side=books] .o_bridge_suggested").first).to_be_visible()


def take_best(screens: Screens) -> None:
    """Choose the best suggestion, which adds up."""
    screens.page.keyboard.press("a")
    expect(screens.page.locator("button[name=match]")).to_be_enabled()
    expect(screens.page.locator(".o_bridge_rest")).to_have_attribute("data-rest", "0")


def print_report(screens: Screens, folder: Path, title: str) -> None:
    """The workbook is handed out; the page, which becomes the PDF, is shown."""
    page = screens.page
    page.locator("button[name=report]:visible").click()
    form = page.locator(".modal .o_form_view")
    expect(form).to_be_visible()
    form.locator(".o_field_widget[name=form] input").nth(1).check()
    screens.picture("47-report")
    with page.expect_download() as handed_out:
        screens.press("action_print", ".modal footer")
    workbook = folder / "report.xlsx"
    handed_out.value.save_as(workbook)
    assert load_workbook(workbook).worksheets[0]["A1"].value == title
    page.locator(".modal button[special=cancel], .modal .btn-close").first.click()
    page.locator("button[name=report]:visible").click()
    page.locator(".modal .o_field_widget[name=form] input").nth(2).check()
    screens.press("action_print", ".modal footer")
    frame = page.frame_locator("iframe.o_report_iframe, .o_report_iframe iframe, iframe")
    expect(frame.locator(".o_bridge_report h2").first).to_have_text(title)
    screens.picture("48-page")


def look_on_a_phone(screens: Screens, day: Day) -> None:
    """Both screens at the width of a phone: nothing runs out of it."""
    page = screens.page
    page.set_viewport_size(PHONE)
    open_cockpit(screens, day)
    screens.picture("49-cockpit-phone")
    overflow = "document.querySelector('.o_content').scrollWidth - document.querySelector('.o_content').clientWidth"
    assert page.evaluate(overflow) <= 1
    screens.open("payment_bridge_reconcile.action_workbench")
    expect(page.locator(".o_bridge_pane[data-side=rows]")).to_be_visible()
    expect(page.locator(".o_bridge_pane[data-side=books]")).to_be_hidden()
    screens.picture("50-workbench-phone")
    page.locator(".o_bridge_sides button").nth(1).click()
    expect(page.locator(".o_bridge_pane[data-side=books]")).to_be_visible()
    assert page.evaluate(overflow) <= 1


def test_statements_are_posted_together_with_the_progress_on_the_screen(
    demo: DemoContext, browser: Browser, pictures: Path, day: Day
) -> None:
    clerk = Person(demo.odoo, demo.database, "english", demo_data.PASSWORD)
    for line in clerk.search(LINE, [("id", "in", day.lines), ("state", "=", "unmatched")]):
        best = clerk.call(LINE, "workbench_suggest", line)[0]["books"]
        clerk.call(LINE, "workbench_match", [line], [[book["kind"], book["id"]] for book in best])
    screens = Screens(browser, demo, "english", demo_data.PASSWORD, pictures)
    open_cockpit(screens, day)
    screens.page.locator(f"[data-channel='{day.channel}'] button[name=post]").click()
    expect(screens.page.locator(".modal .o_form_view")).to_be_visible()
    screens.picture("51-post")
    screens.press("action_post", ".modal footer")
    progress = screens.page.locator(".o_bridge_run")
    expect(progress).to_be_visible()
    expect(progress).to_have_attribute("data-state", "done")
    screens.picture("52-run")
    assert states_of(clerk, day) == Counter(posted=len(day.lines))
    open_cockpit(screens, day)
    expect(cell_of(screens, day)).to_have_attribute("data-proof", "proven")
    screens.picture("53-posted")
    screens.close()
