"""The month in the demo: how it looks, in both languages, and one difference of each class resolved through the
screens: in the worklist, with the entries shown before, several together, and in the workbench."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

import demo_data
from demo import DemoContext, running_demo
from demo_month_plan import month_until_yesterday
from demo_month_rows import ALIPAY, CHANNELS, UNIONPAY, WECHATPAY
from demo_month_summary import summarise
from rpc import Person
from workbench import Workbench

from .conftest import FIRST_PORT
from .screens import PATIENCE_MS, Screens

expect.set_options(timeout=PATIENCE_MS)
DAYS, SALES = 12, 1
DIFFERENCE, LINE = "payment.bridge.difference", "payment.bridge.statement.line"
WORKLIST = "payment_bridge_reconcile.action_difference"
ACTIVE = re.compile(r"\bactive\b")
PERIOD = {"english": "{:%m/%d/%Y} – {:%m/%d/%Y}", "clerk": "{:%Y/%m/%d} – {:%Y/%m/%d}"}
LANGUAGES = pytest.mark.parametrize("login", ["english", "clerk"], ids=["en_US", "zh_CN"])


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoContext]:
    """A demo with a small month behind it."""
    with running_demo(Workbench.from_environment(), FIRST_PORT, month_until_yesterday(SALES, DAYS)) as context:
        yield context


@pytest.fixture(scope="module")
def clerk(demo: DemoContext) -> Person:
    """Who resolves the differences."""
    return Person(demo.odoo, demo.database, "english", demo_data.PASSWORD)


def channel_of(clerk: Person, code: str) -> int:
    """The channel of an account of the month."""
    return clerk.search("payment.bridge.channel", [("name", "=", CHANNELS[code])])[0]


def cell_of(screens: Screens, clerk: Person, code: str, found: dict[str, Any]) -> Locator:
    """The cockpit's cell of the day that a difference is of."""
    return screens.page.locator(f"[data-channel='{channel_of(clerk, code)}'] .o_bridge_cell[data-day='{found['day']}']")


def open_difference(clerk: Person, *domain: Any) -> dict[str, Any]:
    """The first difference that is open."""
    fields = ["difference", "amount", "line_id", "day"]
    return clerk.search_read(DIFFERENCE, [("state", "=", "open"), *domain], fields, order="id", limit=1)[0]


# -- how it looks ------------------------------------------------------------------------


def test_the_engine_found_what_was_made(demo: DemoContext, clerk: Person) -> None:
    found = summarise(clerk, demo.month)
    assert found["ok"], found


@LANGUAGES
def test_an_accountant_sees_the_month(
    demo: DemoContext, browser: Browser, pictures: Path, clerk: Person, login: str
) -> None:
    screens = Screens(browser, demo, login, demo_data.PASSWORD, pictures)
    page = screens.page
    screens.open("payment_bridge_reconcile.action_cockpit")
    page.locator("select[name=span]").select_option("31")
    first_shown = demo.month.days[-1] - timedelta(days=30)
    expect(page.locator(".o_bridge_period")).to_have_text(PERIOD[login].format(first_shown, demo.month.days[-1]))
    alipay = page.locator(f"[data-channel='{channel_of(clerk, ALIPAY)}']")
    expect(alipay.locator(".o_bridge_cell[data-proof=proven]").first).to_be_visible()
    screens.picture("60-cockpit")
    short = open_difference(clerk, ("difference", "=", "duplicate"), ("proposal", "=", "give_back"))
    cell_of(screens, clerk, WECHATPAY, short).click()
    expect(page.locator(".o_bridge_day_card")).to_be_visible()
    expect(page.locator(".o_bridge_day_card button[name=workbench]")).to_be_visible()
    screens.picture("61-day")
    page.locator(".o_bridge_day_card button[name=workbench]").click()
    expect(page.locator(".o_bridge_pane[data-side=rows]")).to_be_visible()
    screens.picture("62-workbench-day")
    page.goto(f"{demo.odoo.url}/odoo/action-payment_bridge_reconcile.action_workbench")
    expect(page.locator(".o_bridge_pane[data-side=rows] .o_bridge_entry").first).to_be_visible()
    screens.picture("63-workbench")
    look_at_the_worklist(screens, clerk)
    try_the_rule(screens, clerk)
    for name, action in (
        ("72-proof", "action_balance_proof"),
        ("73-statements", "action_statement"),
        ("74-treatments", "action_treatment"),
        ("75-fee-claims", "action_fee_claim"),
    ):
        screens.open(f"payment_bridge_reconcile.{action}")
        screens.picture(name)
    look_at_the_report(screens)
    screens.close()


def look_at_the_worklist(screens: Screens, clerk: Person) -> None:
    """The list by class, the cards, one difference, and what treating it would book."""
    page = screens.page
    screens.open(WORKLIST)
    expect(page.locator(".o_group_header").nth(3)).to_be_visible()
    for place in range(4):
        page.locator(".o_group_header").nth(place).click()
    expect(page.locator(".o_data_row").first).to_be_visible()
    screens.picture("64-worklist")
    page.locator(".o_switch_view.o_kanban").click()
    expect(page.locator(".o_kanban_record:not(.o_kanban_ghost)").first).to_be_visible()
    screens.picture("65-cards")
    short = open_difference(clerk, ("difference", "=", "amount"))
    screens.open(WORKLIST, short["id"])
    screens.picture("66-difference")
    screens.press("action_resolve")
    expect(page.locator(".modal .o_field_widget[name=way]")).to_be_visible()
    screens.picture("67-preview")
    choose_way(screens, "book_fee")
    screens.picture("68-preview-fee")
    page.locator(".modal button[special=cancel]").first.click()


def try_the_rule(screens: Screens, clerk: Person) -> None:
    """The clerk's rule, and what it would have done in the month."""
    page = screens.page
    screens.open("payment_bridge_reconcile.action_match_rule")
    screens.picture("69-rules")
    rule = clerk.search("payment.bridge.match.rule", [("text_words", "=", "代扣 电费")])[0]
    screens.open("payment_bridge_reconcile.action_match_rule", rule)
    screens.picture("70-rule")
    if page.locator("button[name=action_try]:visible").count():
        screens.press("action_try")
        screens.press("action_try", ".modal footer")
        expect(page.locator(".o_form_view .o_field_widget[name=line_ids]").first).to_be_visible()
        screens.picture("71-dry-run")


def look_at_the_report(screens: Screens) -> None:
    """The report as a page."""
    page = screens.page
    screens.open("payment_bridge_reconcile.action_cockpit")
    page.locator("button[name=report]:visible").click()
    page.locator(".modal .o_field_widget[name=form] input").nth(2).check()
    screens.picture("76-report")
    screens.press("action_print", ".modal footer")
    frame = page.frame_locator("iframe.o_report_iframe, .o_report_iframe iframe, iframe")
    expect(frame.locator(".o_bridge_report h2").first).to_be_visible()
    expect(page.locator(".modal")).to_have_count(0)
    screens.picture("77-page")


# -- one of each class -------------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """What a person does about a class: the way, and what has to be added. ``domain`` chooses among several."""

    difference: str
    way: str
    note: str = ""
    until: bool = False
    domain: tuple[Any, ...] = ()


DECISIONS = (
    Decision("platform_only_out", "match", domain=(("similar_id", "!=", False),)),
    Decision("platform_only_out", "claim", "Nobody here ordered it", domain=(("similar_id", "=", False),)),
    Decision("platform_only_in", "suspense"),
    Decision("books_only_out", "claim", "It is on no statement"),
    Decision("books_only_in", "explain", "The platform corrected its own entry"),
    Decision("amount", "book_fee", "The bank in between kept it"),
    Decision("status", "suspense", "Asked the platform by telephone"),
    Decision("fee", "claim", "More than was agreed"),
    Decision("duplicate", "give_back", domain=(("proposal", "=", "give_back"),)),
    Decision("cross_day", "wait", until=True),
    Decision("refund_timing", "wait", until=True),
    Decision("currency", "suspense"),
    Decision("part", "wait", until=True),
    Decision("chargeback", "claim", "The buyer is not known"),
    Decision("stale", "explain", "Paid by cheque instead"),
)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda one: f"{one.difference}-{one.way}")
def test_one_of_each_class_is_resolved(
    demo: DemoContext, browser: Browser, pictures: Path, clerk: Person, decision: Decision
) -> None:
    found = open_difference(clerk, ("difference", "=", decision.difference), *decision.domain)
    screens = Screens(browser, demo, "english", demo_data.PASSWORD, pictures)
    row_in_worklist(screens, clerk, found).locator("button[name=action_resolve]").click()
    resolve(screens, demo, decision)
    screens.close()
    after = clerk.call(DIFFERENCE, "read", [found["id"]], ["state", "treated_as"])[0]
    assert (after["state"], after["treated_as"]) == ("treated", decision.way)


def row_in_worklist(screens: Screens, clerk: Person, found: dict[str, Any]) -> Locator:
    """The row of a difference in the list, its class unfolded."""
    page = screens.page
    screens.open(WORKLIST)
    labels = dict(clerk.call(DIFFERENCE, "fields_get", ["difference"])["difference"]["selection"])
    page.locator(".o_group_header", has_text=labels[found["difference"]]).first.click()
    row = page.locator(".o_data_row", has_text=f"{found['amount']:,.2f}").first
    expect(row).to_be_visible()
    return row


def choose_way(screens: Screens, way: str) -> None:
    """Choose what is to be done by its badge; the preview follows."""
    badge = screens.page.locator(f".modal .o_field_widget[name=way] .o_selection_badge[value='\"{way}\"']")
    expect(badge).to_be_visible()
    if not ACTIVE.search(badge.get_attribute("class") or ""):
        badge.click()
    expect(badge).to_have_class(ACTIVE)


def resolve(screens: Screens, demo: DemoContext, decision: Decision) -> None:
    """Fill the dialog in and do what it shows."""
    page = screens.page
    expect(page.locator(".modal .o_field_widget[name=way]")).to_be_visible()
    choose_way(screens, decision.way)
    if decision.note:
        page.locator(".modal .o_field_widget[name=note] input").fill(decision.note)
    if decision.until:
        until = demo.month.days[-1] + timedelta(days=10)
        page.locator(".modal .o_field_widget[name=until] input").fill(f"{until:%m/%d/%Y}")
        page.keyboard.press("Tab")
    screens.picture(f"80-{decision.difference}-{decision.way}")
    screens.press("action_resolve", ".modal footer")
    expect(page.locator(".modal")).to_have_count(0)


def test_a_rounding_is_taken_back_and_done_by_hand(
    demo: DemoContext, browser: Browser, pictures: Path, clerk: Person
) -> None:
    found = clerk.search_read(
        DIFFERENCE,
        [("difference", "=", "rounding"), ("state", "=", "treated"), ("channel_id.name", "=", CHANNELS[UNIONPAY])],
        ["line_id"],
    )[0]
    screens = Screens(browser, demo, "english", demo_data.PASSWORD, pictures)
    screens.open(WORKLIST, found["id"])
    screens.press("action_undo")
    expect(screens.page.locator("button[name=action_resolve]:visible")).to_be_visible()
    screens.press("action_resolve")
    resolve(screens, demo, Decision("rounding", "round_off"))
    screens.picture("81-rounding")
    screens.close()
    after = clerk.call(DIFFERENCE, "read", [found["id"]], ["state", "treated_as"])[0]
    assert (after["state"], after["treated_as"]) == ("treated", "round_off")


def test_an_opened_row_is_matched_again_in_the_workbench(
    demo: DemoContext, browser: Browser, pictures: Path, clerk: Person
) -> None:
    found = open_difference(clerk, ("difference", "=", "opened"))
    line = found["line_id"][0]
    screens = Screens(browser, demo, "english", demo_data.PASSWORD, pictures)
    page = screens.page
    screens.open("payment_bridge_reconcile.action_cockpit")
    cell_of(screens, clerk, UNIONPAY, found).click()
    page.locator(".o_bridge_day_card button[name=workbench]").click()
    expect(page.locator(".o_bridge_pane[data-side=books] .o_bridge_suggested").first).to_be_visible()
    screens.picture("82-opened")
    page.keyboard.press("a")
    expect(page.locator("button[name=match]")).to_be_enabled()
    expect(page.locator(".o_bridge_rest")).to_have_attribute("data-rest", "0")
    page.keyboard.press("Enter")
    expect(page.locator(".o_bridge_pane[data-side=rows] .o_bridge_entry")).to_have_count(0)
    screens.close()
    assert clerk.call(LINE, "read", [line], ["state"])[0]["state"] == "matched"


def test_what_is_left_of_a_class_is_held_together(
    demo: DemoContext, browser: Browser, pictures: Path, clerk: Person
) -> None:
    left = [("difference", "=", "platform_only_in"), ("state", "=", "open")]
    assert len(clerk.search(DIFFERENCE, left)) > 1
    screens = Screens(browser, demo, "english", demo_data.PASSWORD, pictures)
    row_in_worklist(screens, clerk, open_difference(clerk, *left))
    page = screens.page
    page.locator(".o_list_view thead .o_list_record_selector input").check()
    screens.press("action_resolve_many", ".o_control_panel")
    choose_way(screens, "suspense")
    screens.picture("83-together")
    screens.press("action_run", ".modal footer")
    expect(page.locator(".modal .alert-success")).to_be_visible()
    screens.picture("84-done")
    screens.close()
    assert not clerk.search(DIFFERENCE, left)
