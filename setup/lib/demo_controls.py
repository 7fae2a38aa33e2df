"""The controls in the demo: four payments that do not leave until somebody has done what is to be done.

`stage` sets the scenes through the doors people use, each step as the person whose work it is: a bill that charges
more than was received, a payment whose payee's account was changed while it waited, a payee whose name is like one on a
list, and a payment above the limit from which two people approve. `walk` plays each to its end for `setup/demo --once`.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import demo_data
from demo_controls_data import (
    APPROVAL_LIMIT,
    CAST,
    COOL_DOWN_DAYS,
    LIMIT_RULE,
    LIST_FILE,
    LIST_NAME,
    TAG,
    TAG_RULE,
    Cast,
    Payee,
)  # fmt: skip
from demo_platforms import PLATFORMS
from demo_story import NotReached, Story, register
from rpc import Person, RpcError

if TYPE_CHECKING:
    from demo import DemoContext

ALIPAY_CHANNEL = next(platform.channel for platform in PLATFORMS if platform.code == "alipay")


@dataclass(frozen=True)
class Company:
    """The people of the demo, each logged in when first needed."""

    context: "DemoContext"

    def _person(self, login: str) -> Person:
        return Person(self.context.odoo, self.context.database, login, demo_data.PASSWORD)

    @cached_property
    def clerk(self) -> Person:
        return self._person("clerk")

    @cached_property
    def buyer(self) -> Person:
        return self._person("buyer")

    @cached_property
    def approver(self) -> Person:
        return self._person("approver")

    @cached_property
    def director(self) -> Person:
        return self._person("director")

    @cached_property
    def officer(self) -> Person:
        return self._person("officer")

    @cached_property
    def channels(self) -> Person:
        return self._person("channels")

    @cached_property
    def story(self) -> Story:
        return Story(self.context, self.clerk)


# -- setting the scenes ---------------------------------------------------------------


def set_rules(company: Company) -> None:
    """Who approves what, and a list to screen against: the channel administrator's and the officer's work."""
    users = {
        login: company.channels.search("res.users", [("login", "=", login)])[0] for login in ("approver", "director")
    }
    tag = company.buyer.call("res.partner.category", "create", [{"name": TAG}])
    first, second = ((0, 0, {"kind": "user", "user_id": users[login]}) for login in ("approver", "director"))
    rules = [
        {"name": LIMIT_RULE, "amount_from": APPROVAL_LIMIT, "level_ids": [first, second]},
        {"name": TAG_RULE, "category_ids": [(6, 0, tag)], "level_ids": [first]},
    ]
    company.channels.call("payment.bridge.approval.rule", "create", rules)
    values = {"name": LIST_NAME, "format": "own_csv", "max_age_days": 30}
    screening_list = company.officer.call("payment.bridge.screening.list", "create", [values])
    file = {"list_id": screening_list[0], "file_name": LIST_FILE.name}
    wizard = company.officer.call(
        "payment.bridge.screening.load", "create", [{**file, "file": base64.b64encode(LIST_FILE.read_bytes()).decode()}]
    )
    company.officer.call("payment.bridge.screening.load", "action_load", wizard)


def stage(context: "DemoContext", cast: Cast = CAST) -> None:
    """Set the four scenes with the vendors of `cast`; the rules only once."""
    company = Company(context)
    if not company.officer.search("payment.bridge.screening.list", [("name", "=", LIST_NAME)]):
        set_rules(company)
    for payee in cast.payees:
        open_bill(company, payee)
    set_tag(company, cast.changed)
    channel = alipay(company)
    for payee in (cast.differing, cast.screened):
        if not refusal(lambda payee=payee: register(company.clerk, channel, [bill_of(company, payee)])):
            raise NotReached(f"{payee.name} was paid though a control forbids it")
    for payee in (cast.changed, cast.large):
        register(company.clerk, channel, [bill_of(company, payee)])
    change_account(company, cast.changed, cast.new_account)
    payment = payment_of(company, cast.changed)["id"]
    if not refusal(lambda: company.clerk.call("account.payment", "action_bridge_submit_again", [payment])):
        raise NotReached(f"{cast.changed.name} was submitted again though its account was just changed")


def alipay(company: Company) -> dict[str, Any]:
    """The channel that pays in the scenes."""
    return company.clerk.search_read(
        "payment.bridge.channel", [("name", "=", ALIPAY_CHANNEL)], ["name", "journal_id"], limit=1
    )[0]


def open_bill(company: Company, payee: Payee) -> None:
    """The buyer's order and what came of it; the clerk's bill, with the quantity that the vendor charges."""
    vendor = company.buyer.call("res.partner", "create", [vendor_values(company, payee)])[0]
    account = {"partner_id": vendor, "acc_number": payee.account, "acc_holder_name": payee.name}
    trusted = {"bridge_payee_kind": "alipay_logon_id", "allow_out_payment": True}
    company.buyer.call("res.partner.bank", "create", [{**account, **trusted}])
    know_payee(company, payee.account, payee.name)
    product = company.buyer.search("product.product", [("name", "=", payee.product)], context={"lang": "zh_CN"})[0]
    line = {"product_id": product, "product_qty": payee.ordered, "price_unit": payee.price}
    order = company.buyer.call("purchase.order", "create", [{"partner_id": vendor, "order_line": [(0, 0, line)]}])
    company.buyer.call("purchase.order", "button_confirm", order)
    lines = company.buyer.search("purchase.order.line", [("order_id", "in", order)])
    company.buyer.call("purchase.order.line", "write", lines, {"qty_received": payee.received})
    company.clerk.call("purchase.order", "action_create_invoice", order)
    draft = [("partner_id", "=", vendor), ("move_type", "=", "in_invoice")]
    bill = company.clerk.search_read("account.move", draft, ["invoice_line_ids"])[0]
    values = {
        "invoice_date": bill_date(company),
        "ref": f"{payee.account.partition('@')[2].partition('.')[0]}-{order[0]}",
    }
    if payee.charged != payee.received:
        values["invoice_line_ids"] = [(1, bill["invoice_line_ids"][0], {"quantity": payee.charged})]
    company.clerk.call("account.move", "write", [bill["id"]], values)
    company.clerk.call("account.move", "action_post", [bill["id"]])


def vendor_values(company: Company, payee: Payee) -> dict[str, Any]:
    country = company.buyer.search("res.country", [("code", "=", "CN")])[0]
    return {"name": payee.name, "is_company": True, "supplier_rank": 1, "country_id": country}


def bill_date(company: Company) -> str:
    """The day of the company's other bills."""
    bills = company.clerk.search_read(
        "account.move", [("move_type", "=", "in_invoice"), ("state", "=", "posted")], ["invoice_date"], limit=1
    )
    return bills[0]["invoice_date"]


def know_payee(company: Company, account: str, name: str) -> None:
    """Open the payee's account at the platform."""
    values = {"identity_type": "ALIPAY_LOGON_ID", "identity": account, "name": name}
    company.context.sandbox.admin("POST", "/alipay/payees", values)


def set_tag(company: Company, payee: Payee) -> None:
    tag = company.buyer.search("res.partner.category", [("name", "=", TAG)])
    company.buyer.call("res.partner", "write", vendor_ids(company, payee), {"category_id": [(6, 0, tag)]})


def change_account(company: Company, payee: Payee, number: str) -> None:
    """The buyer enters another account, as a letter asked for it."""
    know_payee(company, number, payee.name)
    account = account_of(company, payee)
    for values in ({"allow_out_payment": False}, {"acc_number": number}, {"allow_out_payment": True}):
        company.buyer.call("res.partner.bank", "write", [account], values)


def refusal(act: Callable[[], Any]) -> str:
    """The words with which Odoo refuses; empty when it does not."""
    try:
        act()
    except RpcError as error:
        return str(error)
    return ""


# -- finding what the scenes are about ------------------------------------------------


def vendor_ids(company: Company, payee: Payee) -> list[int]:
    return company.buyer.search("res.partner", [("name", "=", payee.name)])


def account_of(company: Company, payee: Payee) -> int:
    """The payee's account."""
    return company.buyer.search("res.partner.bank", [("partner_id.name", "=", payee.name)])[0]


def bill_of(company: Company, payee: Payee) -> int:
    """The payee's bill."""
    domain = [("partner_id.name", "=", payee.name), ("move_type", "=", "in_invoice")]
    return company.clerk.search("account.move", domain)[0]


def payment_of(company: Company, payee: Payee) -> dict[str, Any]:
    """The payee's newest payment; empty while there is none."""
    found = company.clerk.search_read(
        "account.payment",
        [("partner_id.name", "=", payee.name)],
        ["bridge_approval_state", "bridge_approval_note", "bridge_check_verdict", "bridge_state"],
        order="id desc",
        limit=1,
    )
    return found[0] if found else {}


def case_of(company: Company, payee: Payee) -> int:
    """The screening case about the payee; it is written beside the refused payment."""
    domain = [("partner_id.name", "=", payee.name)]
    found = company.story.wait(
        f"the case of {payee.name}", lambda: company.officer.search("payment.bridge.screening.case", domain)
    )
    return found[0]


# -- to their ends --------------------------------------------------------------------


def walk(context: "DemoContext", cast: Cast = CAST) -> list[dict[str, str]]:
    """Play each scene until its payment has left; answers what held it and what was done."""
    company = Company(context)
    scenes = (("three-way match", cast.differing, correct_bill), ("changed account", cast.changed, call_back),
              ("screening", cast.screened, clear_hit), ("two levels", cast.large, approve_twice))  # fmt: skip
    told = []
    for scene, payee, act in scenes:
        held, done = act(company, payee)
        told.append({"scene": scene, "payee": payee.name, "held": held, "done": done})
        company.story.say(f"{payee.name}: {done}")
    return told


def correct_bill(company: Company, payee: Payee) -> tuple[str, str]:
    """The clerk charges what came, and pays."""
    bill = bill_of(company, payee)
    held = refusal(lambda: register(company.clerk, alipay(company), [bill]))
    company.clerk.call("account.move", "button_draft", [bill])
    line = company.clerk.search_read("account.move", [("id", "=", bill)], ["invoice_line_ids"])[0]["invoice_line_ids"][
        0
    ]
    values = {"invoice_line_ids": [(1, line, {"quantity": payee.received})]}
    company.clerk.call("account.move", "write", [bill], values)
    company.clerk.call("account.move", "action_post", [bill])
    register(company.clerk, alipay(company), [bill])
    return held, "the bill was corrected to what was received, and paid"


def call_back(company: Company, payee: Payee) -> tuple[str, str]:
    """The director calls the payee, the days pass, the clerk submits again, the approver approves."""
    payment = payment_of(company, payee)["id"]

    def submit() -> Any:
        return company.clerk.call("account.payment", "action_bridge_submit_again", [payment])

    held = refusal(submit)
    values = {
        "account_id": account_of(company, payee),
        "spoken_with": "陈会计 (accountant)",
        "number_called": "0510-8555 0100",
        "note": "New account confirmed against the contract.",
    }
    wizard = company.director.call("payment.bridge.account.verify", "create", [values])
    company.director.call("payment.bridge.account.verify", "action_confirm", wizard)
    if not refusal(submit):
        raise NotReached(f"{payee.name} was submitted before its waiting time was over")
    company.context.in_odoo("let_days_pass", str(COOL_DOWN_DAYS))
    submit()
    decide(company.approver, payment)
    return held, "the payee was called back by another person, the waiting time passed, and it was approved"


def clear_hit(company: Company, payee: Payee) -> tuple[str, str]:
    """The officer says why it is somebody else; the clerk pays."""
    held = refusal(lambda: register(company.clerk, alipay(company), [bill_of(company, payee)]))
    case = case_of(company, payee)
    reason = {"reason": "Other place and other registration number than the listed party; owners checked."}
    company.officer.call("payment.bridge.screening.case", "write", [case], reason)
    company.officer.call("payment.bridge.screening.case", "action_false_positive", [case])
    register(company.clerk, alipay(company), [bill_of(company, payee)])
    return held, "the officer found that it is somebody else, and it was paid"


def approve_twice(company: Company, payee: Payee) -> tuple[str, str]:
    """First the approver, then the director; one of them alone does not let it leave."""
    payment = payment_of(company, payee)
    decide(company.approver, payment["id"])
    if payment_of(company, payee)["bridge_state"]:
        raise NotReached(f"{payee.name} was ordered with one approval of two")
    decide(company.director, payment["id"])
    return payment["bridge_approval_note"], "two people approved it, one after the other"


def decide(person: Person, payment: int) -> None:
    """Approve, as the dialog does."""
    wizard = person.call("account.payment", "action_bridge_approve", [payment])["res_id"]
    person.call("payment.bridge.approve", "action_confirm", [wizard])
