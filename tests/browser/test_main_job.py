"""The main job by hand, in both languages: a bill is paid, watched, found on the statement and posted."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import demo_data
from demo import DemoContext
from demo_clock import seconds_to_statements
from rpc import Person

from .screens import Screens

CHANNEL_FIELD = ".modal .o_field_widget[name=bridge_channel_id] input"


def open_bill(demo: DemoContext, vendor: str) -> int:
    """An unpaid bill of a vendor."""
    clerk = Person(demo.odoo, demo.database, "clerk", demo_data.PASSWORD)
    return clerk.search("account.move", [("partner_id.name", "=", vendor), ("payment_state", "=", "not_paid")])[0]


@pytest.mark.parametrize(
    ("login", "vendor"), [("english", "苏州包装材料有限公司"), ("clerk", "广州印刷有限公司")], ids=["en_US", "zh_CN"]
)
def test_a_bill_is_paid_and_its_status_follows_without_reloading(
    demo: DemoContext, browser: Browser, pictures: Path, login: str, vendor: str
) -> None:
    screens = Screens(browser, demo, login, demo_data.PASSWORD, pictures)
    demo.sandbox.admin("POST", "/settings", {"latency_ms": 2500})
    screens.open("account.action_move_in_invoice_type", open_bill(demo, vendor))
    screens.press("action_register_payment")
    screens.page.locator(CHANNEL_FIELD).click()
    screens.page.locator(".o-autocomplete--dropdown-item a", has_text="Alipay").click()
    expect(screens.page.locator(".modal .o_field_widget[name=bridge_notice]")).to_be_visible()
    screens.picture("1-wizard")
    screens.press("action_create_payments", ".modal footer")
    expect(screens.page.locator(".alert .o_field_widget[name=bridge_note]").first).to_be_visible()
    screens.picture("2-bill")
    screens.press("action_bridge_open_payment")
    badge = screens.page.locator(".o_bridge_badge")
    expect(badge).to_be_visible()
    screens.picture("3-under-way")
    expect(badge).to_have_attribute("data-state", "succeeded")
    demo.sandbox.admin("POST", "/settings", {"latency_ms": 0})
    screens.picture("4-payment")
    screens.close()


def test_an_unknown_payee_opens_the_bill_again_and_says_why(
    demo: DemoContext, browser: Browser, pictures: Path
) -> None:
    screens = Screens(browser, demo, "english", demo_data.PASSWORD, pictures)
    bill = open_bill(demo, "远方工艺有限公司")
    screens.open("account.action_move_in_invoice_type", bill)
    screens.press("action_register_payment")
    screens.page.locator(CHANNEL_FIELD).click()
    screens.page.locator(".o-autocomplete--dropdown-item a", has_text="Alipay").click()
    screens.press("action_create_payments", ".modal footer")
    screens.press("action_bridge_open_payment")
    expect(screens.page.locator(".o_bridge_badge")).to_have_attribute("data-state", "failed")
    expect(screens.page.locator("button[name=action_bridge_pay_again]")).to_be_visible()
    screens.picture("5-failed")
    screens.open("account.action_move_in_invoice_type", bill)
    expect(screens.page.locator(".alert-warning .o_field_widget[name=bridge_note]")).to_contain_text("PAYEE_NOT_EXIST")
    expect(screens.page.locator("button[name=action_register_payment]:visible")).to_have_count(1)
    screens.picture("6-bill-open-again")
    screens.close()


def test_the_statement_is_fetched_posted_and_equals_the_books(
    demo: DemoContext, browser: Browser, pictures: Path
) -> None:
    now = demo.sandbox.admin("GET", "/clock")["now"]
    demo.sandbox.admin("POST", "/clock", {"advance_seconds": seconds_to_statements(now)})
    screens = Screens(browser, demo, "english", demo_data.PASSWORD, pictures)
    screens.open("payment_bridge_reconcile.action_statement")
    screens.page.locator(".o_control_panel button.btn-primary:visible").first.click()
    screens.page.locator(".modal .o_field_widget[name=channel_id] input").click()
    screens.page.locator(".o-autocomplete--dropdown-item a", has_text="Alipay").click()
    screens.page.locator(".modal .o_field_widget[name=source] input").nth(1).check()
    screens.picture("7-import")
    screens.press("action_import", ".modal footer")
    expect(screens.page.locator(".o_form_view .o_field_widget[name=channel_id]").first).to_be_visible()
    expect(screens.page.locator("button[name=action_post]:visible")).to_have_count(1)
    screens.press("action_post")
    expect(screens.page.locator(".modal .o_bridge_preview")).to_be_visible()
    screens.picture("8-preview")
    screens.press("action_post", ".modal footer")
    expect(screens.page.locator(".modal")).to_have_count(0)
    expect(screens.page.locator(".o_bridge_badge")).to_have_attribute("data-state", "posted")
    screens.picture("9-statement")
    clerk = Person(demo.odoo, demo.database, "clerk", demo_data.PASSWORD)
    posted = clerk.search_read(
        "payment.bridge.statement", [("state", "=", "posted")], ["control", "balance_difference"]
    )
    assert [one["control"] for one in posted] == ["equal"], posted
    for place, action in enumerate(
        (
            "payment_bridge.action_channel",
            "payment_bridge.action_bridge_payment",
            "payment_bridge_reconcile.action_statement",
        )
    ):
        screens.open(action)
        screens.picture(f"10-{place}")
    screens.close()
