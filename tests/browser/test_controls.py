"""Four payments that the controls hold, each brought to its end by hand, in Chinese and in English."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import demo_controls
from demo import DemoContext
from demo_controls_data import CAST, COOL_DOWN_DAYS
from rpc import RpcError

from .controls_stage import ENGLISH_CAST, PEOPLE, Theatre, arrives, pay, refused_with, speak
from .screens import PHONE

PAYMENTS = "payment_bridge.action_bridge_payment"
BILLS = "account.action_move_in_invoice_type"


@pytest.fixture(scope="module", params=["zh_CN", "en_US"])
def theatre(request: pytest.FixtureRequest, demo: DemoContext, browser: Browser, pictures: Path) -> Iterator[Theatre]:
    """The scenes with everybody speaking one language; afterwards each speaks what they spoke before."""
    company = demo_controls.Company(demo)
    cast = CAST if request.param == "zh_CN" else ENGLISH_CAST
    theatre = Theatre(demo, browser, pictures, request.param, cast, company)
    people = {login: theatre.person(login) for login in PEOPLE}
    spoken = {login: person.language for login, person in people.items()}
    speak(people, dict.fromkeys(people, request.param))
    if cast is ENGLISH_CAST:
        demo_controls.stage(demo, cast)
    yield theatre
    speak(people, spoken)


@pytest.fixture(autouse=True)
def windows(theatre: Theatre, request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep each test's pictures in a folder of its own, and close what it has opened."""
    theatre.scene = request.function.__name__.removeprefix("test_")
    yield
    theatre.close()


def test_a_bill_that_differs_is_compared_corrected_and_paid(theatre: Theatre) -> None:
    payee, company = theatre.cast.differing, theatre.company
    screens = theatre.window("clerk")
    screens.open(BILLS, demo_controls.bill_of(company, payee))
    pay(screens)
    refused_with(screens, str(payee.charged), "1-why-held")
    screens.page.locator(".modal footer .btn-secondary[special=cancel], .modal .btn-close").first.click()
    screens.press("action_bridge_open_match")
    wrong = screens.page.locator(".modal .o_bridge_match td.text-danger")
    expect(wrong.first).to_be_visible()
    assert str(payee.received) in wrong.all_inner_texts()
    screens.picture("2-comparison")
    screens.page.locator(".modal footer button").first.click()
    screens.press("button_draft")
    expect(screens.page.locator("button[name=action_post]:visible")).to_be_visible()
    quantity = screens.page.locator(".o_field_widget[name=invoice_line_ids] .o_data_row td[name=quantity]").first
    quantity.click()
    quantity.locator("input").fill(str(payee.received))
    screens.press("action_post")
    expect(screens.page.locator("button[name=action_bridge_open_match] .text-bg-success")).to_be_visible()
    screens.picture("3-corrected")
    pay(screens)
    expect(screens.page.locator(".modal")).to_have_count(0)
    screens.press("action_bridge_open_payment")
    arrives(screens, "4-paid")


def test_a_changed_account_is_called_back_by_another_person_waits_and_is_paid(theatre: Theatre) -> None:
    payee, company = theatre.cast.changed, theatre.company
    payment = demo_controls.payment_of(company, payee)["id"]
    screens = theatre.window("clerk")
    screens.open(PAYMENTS, payment)
    expect(screens.page.locator(".o_bridge_checks .o_data_row.text-danger").first).to_be_visible()
    screens.picture("1-why-held")
    screens.press("action_bridge_submit_again")
    refused_with(screens, company.buyer.name, "2-must-wait")
    director = theatre.window("director")
    director.open("base.action_res_partner_bank_account_form", demo_controls.account_of(company, payee))
    director.picture("3-account")
    director.press("action_verify")
    for name, words in (("spoken_with", "陈会计 Ms. Chen"), ("number_called", "0510-8555 0100")):
        director.page.locator(f".modal .o_field_widget[name={name}] input").fill(words)
    director.page.locator(".modal .o_field_widget[name=note] textarea").fill("Confirmed as in the contract. 与合同一致")
    director.picture("4-call-back")
    director.press("action_confirm", ".modal footer")
    expect(director.page.locator(".o_field_widget[name=bridge_verified_by_id]")).to_be_visible()
    director.picture("5-confirmed")
    theatre.demo.in_odoo("let_days_pass", str(COOL_DOWN_DAYS))
    screens.open(PAYMENTS, payment)
    screens.press("action_bridge_submit_again")
    expect(screens.page.locator("button[name=action_bridge_submit_again]")).to_have_count(0)
    screens.picture("6-submitted-again")
    approver = theatre.window("approver")
    approver.open(PAYMENTS, payment)
    approver.press("action_bridge_approve")
    approver.picture("7-approve")
    approver.press("action_confirm", ".modal footer")
    arrives(approver, "8-paid")


def test_a_name_on_a_list_is_decided_by_the_officer_with_a_reason_and_paid(theatre: Theatre) -> None:
    payee, company = theatre.cast.screened, theatre.company
    bill = demo_controls.bill_of(company, payee)
    screens = theatre.window("clerk")
    screens.open(BILLS, bill)
    pay(screens)
    refused_with(screens, payee.name, "1-why-held")
    officer = theatre.window("officer")
    officer.open("payment_bridge.action_screening_case")
    officer.picture("2-cases")
    officer.page.locator(".o_data_row", has_text=payee.name).locator("td[name=listed_name]").click()
    officer.press("action_false_positive")
    expect(officer.page.locator(".o_error_dialog")).to_be_visible()
    officer.picture("3-reason-wanted")
    officer.page.locator(".o_error_dialog .modal-footer button").first.click()
    officer.page.locator(".o_field_widget[name=reason] textarea").fill(
        "Another registration number and other owners. 统一社会信用代码与股东均不同。"
    )
    officer.picture("4-case")
    officer.press("action_confirm")
    officer.picture("5-sure")
    officer.page.locator(".modal footer .btn-primary, .modal footer .btn-danger").first.click()
    expect(officer.page.locator("button[name=action_reopen]")).to_be_visible()
    screens.open(BILLS, bill)
    pay(screens)
    refused_with(screens, payee.name, "6-listed")
    officer.press("action_reopen")
    officer.press("action_false_positive")
    expect(officer.page.locator("button[name=action_reopen]")).to_be_visible()
    officer.picture("7-decided")
    officer.open("payment_bridge.action_screening_case")
    officer.picture("8-nothing-left")
    screens.open(BILLS, bill)
    pay(screens)
    expect(screens.page.locator(".modal")).to_have_count(0)
    screens.press("action_bridge_open_payment")
    arrives(screens, "9-paid")


def test_a_large_payment_is_approved_by_two_the_second_on_a_phone(theatre: Theatre) -> None:
    payee, company = theatre.cast.large, theatre.company
    payment = demo_controls.payment_of(company, payee)["id"]
    clerk = theatre.window("clerk")
    clerk.open(BILLS, demo_controls.bill_of(company, payee))
    clerk.picture("1-bill-waits")
    clerk.open(PAYMENTS, payment)
    clerk.picture("2-payment-waits")
    approver = theatre.window("approver")
    approver.open("payment_bridge.action_to_approve")
    expect(approver.page.locator(".o_data_row", has_text=payee.name)).to_be_visible()
    approver.picture("3-to-approve")
    approver.page.locator(".o_data_row", has_text=payee.name).locator("td[name=memo]").click()
    approver.press("action_bridge_approve")
    approver.picture("4-first")
    approver.press("action_confirm", ".modal footer")
    expect(approver.page.locator("button[name=action_bridge_approve]")).to_have_count(0)
    approver.picture("5-first-approved")
    assert not demo_controls.payment_of(company, payee)["bridge_state"]
    phone = theatre.window("director", PHONE)
    phone.open("payment_bridge.action_to_approve")
    card = phone.page.locator(".o_kanban_record", has_text=payee.name)
    expect(card).to_be_visible()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    phone.picture("6-phone")
    card.locator("button[name=action_bridge_approve]").tap()
    phone.page.locator(".modal .o_field_widget[name=summary] table").wait_for()
    phone.picture("7-phone-second")
    phone.press("action_confirm", ".modal")
    expect(phone.page.locator("button[name=action_bridge_approve]")).to_have_count(0)
    phone.picture("8-phone-nothing-left")
    clerk.open(PAYMENTS, payment)
    arrives(clerk, "9-paid")


def test_the_auditor_reads_everything_about_a_payment_and_changes_nothing(theatre: Theatre) -> None:
    payee, company = theatre.cast.large, theatre.company
    payment = demo_controls.payment_of(company, payee)["id"]
    screens = theatre.window("auditor")
    screens.open(PAYMENTS, payment)
    expect(screens.page.locator(".o_form_view .o_form_readonly")).to_be_visible()
    expect(screens.page.locator(".o_form_statusbar button[name]:visible")).to_have_count(
        screens.page.locator(".o_form_statusbar button[name=action_bridge_print]:visible").count()
    )
    screens.picture("1-payment")
    screens.page.goto(
        f"{theatre.demo.odoo.url}/report/html/payment_bridge.payment_dossier/{payment}"
        f"?context={json.dumps({'lang': theatre.lang})}"
    )
    page = screens.page.locator(".page")
    for login in ("clerk", "approver", "director"):
        expect(page).to_contain_text(getattr(company, login).name)
    screens.page.screenshot(path=screens.folder / "auditor-2-everything.png", full_page=True)
    auditor = theatre.person("auditor")
    for model, record, values in (
        ("account.payment", payment, {"memo": "changed"}),
        ("account.move", demo_controls.bill_of(company, payee), {"ref": "changed"}),
        ("res.partner.bank", demo_controls.account_of(company, payee), {"acc_holder_name": "changed"}),
    ):
        with pytest.raises(RpcError):
            auditor.call(model, "write", [record], values)
