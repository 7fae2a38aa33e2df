"""The walk-through's customers: invoices are offered by code or charged at the counter, paid, and partly given back."""

from dataclasses import dataclass
from typing import Any

from demo_people import CUSTOMERS, Customer
from demo_story import Story

STORIES = {"offer": "paid by code", "charge": "paid at the counter"}
FINAL = {"succeeded", "failed", "closed", "cancelled"}


@dataclass(frozen=True)
class Collected:
    """An invoice that was collected: its customer and the receipt."""

    customer: Customer
    invoice: int
    payment: int


def collect_all(story: Story, channels: list[dict[str, Any]]) -> list[Collected]:
    """Collect every invoice the way its customer pays."""
    by_platform = {channel["connector_code"]: channel for channel in channels}
    collected = []
    for customer in CUSTOMERS:
        if customer.way == "open":
            continue
        invoice = story.clerk.search(
            "account.move", [("move_type", "=", "out_invoice"), ("partner_id.name", "=", customer.name)]
        )[0]
        play = offer if customer.way == "offer" else charge
        payment = play(story, customer, invoice, by_platform[customer.platform])
        collected.append(Collected(customer, invoice, payment))
    for one in collected:
        story.wait(f"the receipt from {one.customer.name}", lambda one=one: state(story, one.payment) in FINAL)
    story.say(f"{len(collected)} invoices are collected")
    return collected


def offer(story: Story, customer: Customer, invoice: int, channel: dict[str, Any]) -> int:
    """Offer an invoice by code, and let the customer scan it."""
    values = {"invoice_id": invoice, "way": f"{channel['id']}:qr"}
    wizard = story.clerk.call("payment.bridge.collect", "create", [values])
    payment = story.clerk.call("payment.bridge.collect", "action_offer", wizard)["res_id"]

    def code() -> str:
        found = story.clerk.search_read(
            "payment.bridge.instruction", [("payment_id", "=", payment)], ["action_content", "state"]
        )
        return found[0]["action_content"] if found[0]["state"] == "processing" else ""

    content = story.wait(f"the code for {customer.name}", code)
    story.context.sandbox.admin("POST", "/persons/pay", {"content": content})
    return payment


def charge(story: Story, customer: Customer, invoice: int, channel: dict[str, Any]) -> int:
    """Charge an invoice to the payment code that the customer presents."""
    presented = story.context.sandbox.admin("POST", "/persons/present", {"platform": channel["connector_code"]})
    values = {"invoice_id": invoice, "channel_id": channel["id"], "code": presented["auth_code"]}
    wizard = story.clerk.call("payment.bridge.charge", "create", [values])
    return story.clerk.call("payment.bridge.charge", "action_charge", wizard)["res_id"]


def refund_parts(story: Story, collected: list[Collected]) -> list[Collected]:
    """Give back a part where the story says so."""
    refunds = []
    for one in collected:
        if one.customer.refund:
            values = {"payment_id": one.payment, "amount": one.customer.refund, "reason": "退货 returned goods"}
            wizard = story.clerk.call("payment.bridge.refund.entry", "create", [values])
            payment = story.clerk.call("payment.bridge.refund.entry", "action_refund", wizard)["res_id"]
            refunds.append(Collected(one.customer, one.invoice, payment))
    for one in refunds:
        story.wait(f"the refund to {one.customer.name}", lambda one=one: state(story, one.payment) in FINAL)
    story.say(f"{len(refunds)} receipts are given back in part")
    return refunds


def state(story: Story, payment: int) -> str:
    """Where a receipt or refund stands; a question that is due is asked, as by somebody who looks at it."""
    return story.clerk.call("account.payment", "bridge_refresh", [payment])["state"]


def describe(story: Story, collected: list[Collected], refunds: list[Collected]) -> list[dict[str, Any]]:
    """Each receipt and refund with what every step knows of it, and whether its end is explained."""
    return [_describe(story, one, refund=False) for one in collected] + [
        _describe(story, one, refund=True) for one in refunds
    ]


def _describe(story: Story, one: Collected, *, refund: bool) -> dict[str, Any]:
    fields = ["name", "amount", "bridge_state", "bridge_why", "bridge_instruction_id", "bridge_operation", "is_matched"]
    payment = story.clerk.search_read("account.payment", [("id", "=", one.payment)], fields)[0]
    instruction = story.clerk.call(
        "payment.bridge.instruction",
        "read",
        [payment["bridge_instruction_id"][0]],
        ["key", "platform_reference", "notification_ids", "books_pending", "discrepancy_ids"],
    )[0]
    lines = story.clerk.search_read(
        "payment.bridge.statement.line",
        [("instruction_id", "=", instruction["id"])],
        ["row", "state", "move_id"],
        order="row",
    )
    invoice = story.clerk.call("account.move", "read", [one.invoice], ["name", "payment_state"])[0]
    messages = story.clerk.call(
        "payment.bridge.notification", "read", instruction["notification_ids"], ["times_received"]
    )
    return {
        "payment": payment["name"],
        "payee": one.customer.name,
        "story": "given back in part" if refund else STORIES[one.customer.way],
        "operation": payment["bridge_operation"],
        "amount": f"{payment['amount']:.2f}",
        "bill": invoice["name"],
        "instruction": instruction["key"],
        "platform_reference": instruction["platform_reference"] or "",
        "notifications": sum(message["times_received"] for message in messages),
        "statement_rows": [line["row"] for line in lines],
        "entries": sorted({line["move_id"][1] for line in lines if line["move_id"]}),
        "end": payment["bridge_state"],
        "reason": payment["bridge_why"],
        "explained": payment["bridge_state"] == "succeeded"
        and invoice["payment_state"] == "paid"
        and payment["is_matched"]
        and bool(lines)
        and all(line["state"] == "posted" for line in lines)
        and not instruction["books_pending"]
        and not instruction["discrepancy_ids"],
    }
