"""Collecting by hand, in both languages: a customer pays on the portal, half goes back, and the payment tells both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import demo_data
from demo import DemoContext
from rpc import Person

from .screens import PATIENCE_MS, Screens

expect.set_options(timeout=PATIENCE_MS)
LANGUAGES = pytest.mark.parametrize(
    ("login", "customer", "locale"),
    [("english", "海豚书店", "en-US"), ("clerk", "江南画廊", "zh-CN")],
    ids=["en_US", "zh_CN"],
)


def open_invoice(clerk: Person, customer: str) -> int:
    """The open invoice of a customer."""
    return clerk.search(
        "account.move",
        [("partner_id.name", "=", customer), ("move_type", "=", "out_invoice"), ("payment_state", "=", "not_paid")],
    )[0]


def portal_page(browser: Browser, demo: DemoContext, clerk: Person, invoice: int, locale: str) -> Page:
    """The invoice's page as the customer opens it from the mail, without logging in."""
    address = clerk.call("account.move", "preview_invoice", [invoice])["url"]
    page = browser.new_page(viewport={"width": 1200, "height": 900}, locale=locale, timezone_id="Asia/Shanghai")
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{demo.odoo.url}{address}" if address.startswith("/") else address)
    return page


def play_payer(demo: DemoContext, clerk: Person, invoice: int) -> None:
    """The customer's phone: scan what the code on the page holds, and pay."""
    offer = clerk.search_read(
        "payment.bridge.instruction",
        [("invoice_id", "=", invoice), ("state", "=", "processing")],
        ["action_content"],
    )[0]
    demo.sandbox.admin("POST", "/persons/pay", {"content": offer["action_content"]})


@LANGUAGES
def test_a_customer_pays_on_the_portal_and_half_goes_back(
    demo: DemoContext, browser: Browser, pictures: Path, login: str, customer: str, locale: str
) -> None:
    clerk = Person(demo.odoo, demo.database, login, demo_data.PASSWORD)
    invoice = open_invoice(clerk, customer)
    portal = portal_page(browser, demo, clerk, invoice, locale)
    portal.wait_for_selector("#payment_bridge button[data-method=qr]")
    portal.screenshot(path=pictures / f"{login}-20-portal.png")
    portal.locator("#payment_bridge button[data-method=qr]", has_text="Alipay").click()
    code = portal.locator(".o_payment_bridge_code")
    expect(code).to_be_visible()
    portal.screenshot(path=pictures / f"{login}-21-code.png")
    play_payer(demo, clerk, invoice)
    expect(portal.locator(".o_payment_bridge_panel")).to_have_attribute("data-state", "succeeded")
    portal.screenshot(path=pictures / f"{login}-22-paid.png")
    portal.locator("a.btn-link").click()
    expect(portal.locator("#payment_bridge_paid")).to_be_visible()
    portal.screenshot(path=pictures / f"{login}-23-portal-paid.png")
    portal.close()
    payment = clerk.search_read(
        "account.payment", [("bridge_instruction_id.invoice_id", "=", invoice)], ["amount", "bridge_state"]
    )[0]
    assert payment["bridge_state"] == "succeeded"
    give_half_back(demo, browser, pictures, login, payment)


def give_half_back(demo: DemoContext, browser: Browser, pictures: Path, login: str, payment: dict[str, Any]) -> None:
    """Refund half from the receipt; its timeline shows the refund beside the money that came."""
    screens = Screens(browser, demo, login, demo_data.PASSWORD, pictures)
    screens.open("payment_bridge.action_bridge_payment", payment["id"])
    screens.press("action_bridge_refund")
    screens.page.locator(".modal .o_field_widget[name=amount] input").fill(str(payment["amount"] / 2))
    screens.picture("24-refund")
    screens.press("action_refund", ".modal footer")
    badge = screens.page.locator(".o_bridge_badge")
    expect(badge).to_have_attribute("data-state", "succeeded")
    screens.picture("25-refunded")
    screens.open("payment_bridge.action_bridge_payment", payment["id"])
    expect(screens.page.locator(".o_bridge_timeline")).to_contain_text(f"{payment['amount'] / 2:,.2f}")
    screens.picture("26-receipt")
    screens.close()


@LANGUAGES
def test_a_clerk_offers_a_code_and_charges_a_presented_one(
    demo: DemoContext, browser: Browser, pictures: Path, login: str, customer: str, locale: str
) -> None:
    clerk = Person(demo.odoo, demo.database, login, demo_data.PASSWORD)
    offered, charged = ("晨光幼儿园", "小满花房") if login == "english" else ("东方酒店", "北站便利店")
    screens = Screens(browser, demo, login, demo_data.PASSWORD, pictures)
    screens.open("account.action_move_out_invoice_type", open_invoice(clerk, offered))
    screens.press("action_bridge_collect")
    expect(screens.page.locator(".modal .o_field_widget[name=way]")).to_be_visible()
    screens.picture("30-collect")
    screens.press("action_offer", ".modal footer")
    expect(screens.page.locator(".o_field_widget[name=bridge_qr] img:visible")).to_have_count(1)
    screens.picture("31-offered")
    screens.open("account.action_move_out_invoice_type", open_invoice(clerk, offered))
    expect(screens.page.locator(".o_field_widget[name=bridge_qr] img:visible")).to_have_count(1)
    screens.picture("32-invoice")
    screens.open("account.action_move_out_invoice_type", open_invoice(clerk, charged))
    screens.press("action_bridge_charge")
    platform = "wechatpay" if login == "english" else "unionpay"
    presented = demo.sandbox.admin("POST", "/persons/present", {"platform": platform})["auth_code"]
    screens.page.locator(".modal .o_field_widget[name=code] input").fill(presented)
    screens.picture("33-charge")
    screens.press("action_charge", ".modal footer")
    expect(screens.page.locator(".o_bridge_badge")).to_have_attribute("data-state", "succeeded")
    screens.picture("34-charged")
    screens.close()
