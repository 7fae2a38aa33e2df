"""`setup/demo --once`: the whole job with no person, through the doors that persons use, on every platform.

A clerk pays every bill through Odoo's own wizard, collects from customers by code and at the counter, and gives a
part back; the platforms play one unknown payee, one answer that gets lost after paying, one return and one message told
twice; the next day's statements are fetched, matched and posted. The end is good only when every payment is explained,
each was carried out at most once by the platform's own ledger, and the books equal each platform.
"""

import time
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import demo_controls
import demo_customers
import demo_data
import demo_month_summary
from demo_clock import seconds_to_statements
from demo_people import VENDORS
from demo_platforms import PLATFORMS
from demo_story import NotReached, Story, register
from rpc import Person

if TYPE_CHECKING:
    from demo import DemoContext

UNDER_WAY = {"queued", "sending", "processing", "uncertain"}
PAYMENT_FIELDS = ["name", "partner_id", "amount", "bridge_state", "bridge_why", "bridge_instruction_id", "is_matched"]
OF_BILLS = [
    ("bridge_operation", "=", "pay_out"),
    ("bridge_channel_id.name", "in", [platform.channel for platform in PLATFORMS]),
]
"""The payments that the walk-through makes, not those of the month."""
EXPECTED_END = {"payee unknown": "failed", "returned by the bank": "returned"}


class Result(dict):
    """The outcome: JSON for `--json`, a table for people."""

    def __str__(self) -> str:
        return render(self)


def run(context: "DemoContext") -> Result:
    """Play the story and check its end."""
    story = Story(context, Person(context.odoo, context.database, "clerk", demo_data.PASSWORD))
    started = time.monotonic()
    try:
        channels = story.clerk.search_read(
            "payment.bridge.channel",
            [("name", "in", [platform.channel for platform in PLATFORMS])],
            ["name", "connector_code", "journal_id"],
            order="sequence, id",
        )
        plant_faults(story)
        pay_all_bills(story, channels)
        controls = demo_controls.walk(context)
        collected = demo_customers.collect_all(story, channels)
        follow_to_the_end(story)
        refunds = demo_customers.refund_parts(story, collected)
        statements = {channel["id"]: statement for channel, statement in reconcile(story, channels)}
    except NotReached as error:
        return Result(ok=False, paid_once=False, channels=[], payments=[], error=str(error))
    payments = describe_payments(story) + demo_customers.describe(story, collected, refunds)
    paid_once, findings = compare_with_platforms(story, payments)
    totals = [describe_channel(story, channel, statements[channel["id"]]) for channel in channels]
    unexplained = [one["payment"] for one in payments if not one["explained"]]
    month = demo_month_summary.summarise(story.clerk, context.month) if context.month else None
    return Result(
        ok=paid_once
        and all(one["equal"] for one in totals)
        and all(one["held"] for one in controls)
        and not unexplained
        and len(payments) >= 20
        and (month is None or month["ok"]),
        paid_once=paid_once,
        findings=findings + [f"{name} is not explained" for name in unexplained],
        channels=totals,
        controls=controls,
        payments=payments,
        month=month,
        seconds=round(time.monotonic() - started),
    )


def plant_faults(story: Story) -> None:
    """Lose one answer after the platform has paid, and tell one result twice."""
    accounts = {vendor.story: vendor.account for vendor in VENDORS}
    lost = {"kind": "timeout_after", "payee": accounts["answer lost after paying"], "seconds": 1}
    story.context.sandbox.admin("POST", "/faults", lost)
    story.context.sandbox.admin("POST", "/faults", {"kind": "duplicate", "payee": accounts["told twice"]})


def pay_all_bills(story: Story, channels: list[dict[str, Any]]) -> None:
    """Register every open bill through the wizard, as a clerk does with a selection of bills, channel by channel."""
    platforms = {vendor.name: vendor.platform for vendor in VENDORS}
    bills = story.clerk.search_read(
        "account.move",
        [
            ("move_type", "=", "in_invoice"),
            ("payment_state", "=", "not_paid"),
            ("partner_id.name", "in", list(platforms)),
        ],
        ["partner_id"],
    )
    for channel in channels:
        chosen = [bill["id"] for bill in bills if platforms[bill["partner_id"][1]] == channel["connector_code"]]
        register(story.clerk, channel, chosen)
        story.say(f"{len(chosen)} bills are registered for payment through {channel['name']}")


def follow_to_the_end(story: Story) -> None:
    """Wait until every result is known; what is unknown is asked about with the button a clerk has."""
    asked: set[int] = set()
    last = Counter()

    def settled() -> bool:
        nonlocal last
        payments = story.clerk.search_read("account.payment", OF_BILLS, PAYMENT_FIELDS)
        states = Counter(payment["bridge_state"] for payment in payments)
        if states != last:
            story.say(", ".join(f"{count} {state}" for state, count in sorted(states.items())))
            last = states
        for payment in payments:
            if payment["bridge_state"] == "uncertain" and payment["id"] not in asked:
                story.clerk.call("account.payment", "action_bridge_query", [payment["id"]])
                asked.add(payment["id"])
        returns = sum(1 for vendor in VENDORS if vendor.story == "returned by the bank")
        return not UNDER_WAY & set(states) and states["returned"] == returns

    story.wait("the end of every payment", settled)

    def told_twice() -> bool:
        repeated = story.clerk.search("payment.bridge.notification", [("times_received", ">", 1)])
        new = story.clerk.search("payment.bridge.notification", [("state", "=", "new")])
        return bool(repeated) and not new

    story.wait("the repeated notification", told_twice)


def reconcile(story: Story, channels: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Let the platforms' day end, fetch their statements, and post them through the wizard."""
    now = story.context.sandbox.admin("GET", "/clock")["now"]
    story.context.sandbox.admin("POST", "/clock", {"advance_seconds": seconds_to_statements(now)})
    day = now[:10]
    return [(channel, reconcile_one(story, channel, day)) for channel in channels]


def reconcile_one(story: Story, channel: dict[str, Any], day: str) -> dict[str, Any]:
    """Fetch and post one channel's statement."""
    values = {"channel_id": channel["id"], "source": "fetch", "day": day}
    wizard = story.clerk.call("payment.bridge.statement.import", "create", [values])
    story.clerk.call("payment.bridge.statement.import", "action_import", wizard)
    of_day = [("channel_id", "=", channel["id"]), ("first_day", "=", day), ("covers_balance", "=", True)]

    def state_in(*states: str) -> dict[str, Any] | None:
        found = story.clerk.search_read(
            "payment.bridge.statement",
            of_day,
            ["state", "message", "balance_expected", "balance_difference", "control", "unmatched_count"],
        )
        return found[0] if found and found[0]["state"] in states else None

    loaded = story.wait("the statement", lambda: state_in("loaded", "posted", "refused"))
    story.say(f"{channel['name']}: the statement of {day} is {loaded['state']}")
    if loaded["state"] == "refused":
        raise NotReached(f"the statement was refused: {loaded['message']}")
    selection = {"active_model": "payment.bridge.statement", "active_id": loaded["id"]}
    posting = story.clerk.call(
        "payment.bridge.statement.post", "create", [{"statement_id": loaded["id"]}], context=selection
    )
    story.clerk.call("payment.bridge.statement.post", "action_post", posting)
    posted = state_in("loaded", "posted", "refused")
    story.say(f"{channel['name']}: it is {posted['state']}; {posted['unmatched_count']} rows are unmatched")
    return posted


def describe_payments(story: Story) -> list[dict[str, Any]]:
    """Each payment with what every step knows of it, and whether its end is explained."""
    stories = {vendor.name: vendor.story for vendor in VENDORS}
    rows = []
    for payment in story.clerk.search_read("account.payment", OF_BILLS, PAYMENT_FIELDS, order="id"):
        instruction = story.clerk.call(
            "payment.bridge.instruction",
            "read",
            [payment["bridge_instruction_id"][0]],
            ["key", "platform_reference", "notification_ids", "books_pending", "discrepancy_ids"],
        )[0]
        lines = story.clerk.search_read(
            "payment.bridge.statement.line",
            [("instruction_id", "=", instruction["id"])],
            ["row", "kind", "amount", "state", "move_id"],
            order="row",
        )
        bills = story.clerk.search_read(
            "account.move", [("bridge_reservation_ids.payment_id", "=", payment["id"])], ["name", "payment_state"]
        )
        messages = story.clerk.call(
            "payment.bridge.notification", "read", instruction["notification_ids"], ["times_received"]
        )
        end = payment["bridge_state"]
        kind = stories.get(payment["partner_id"][1], "plain")
        paid = end == "succeeded"
        open_again = {bill["payment_state"] for bill in bills} == {"not_paid"}
        settled = {bill["payment_state"] for bill in bills} == {"paid"}
        rows.append(
            {
                "payment": payment["name"],
                "payee": payment["partner_id"][1],
                "story": kind,
                "operation": "pay_out",
                "amount": f"{payment['amount']:.2f}",
                "bill": ", ".join(bill["name"] for bill in bills),
                "instruction": instruction["key"],
                "platform_reference": instruction["platform_reference"] or "",
                "notifications": sum(message["times_received"] for message in messages),
                "statement_rows": [line["row"] for line in lines],
                "entries": sorted({line["move_id"][1] for line in lines if line["move_id"]}),
                "end": end,
                "reason": payment["bridge_why"],
                "explained": bool(payment["bridge_why"])
                and not instruction["books_pending"]
                and not instruction["discrepancy_ids"]
                and end == EXPECTED_END.get(kind, "succeeded")
                and (settled and payment["is_matched"] if paid else open_again)
                and all(line["state"] == "posted" for line in lines)
                and bool(lines) == (end != "failed"),
            }
        )
    return rows


def compare_with_platforms(story: Story, payments: list[dict[str, Any]]) -> tuple[bool, list[str]]:
    """Whether the platforms' own ledgers and Odoo tell of the same orders, each carried out at most once."""
    findings = []
    ours = {payment["instruction"]: payment for payment in payments}
    theirs = {
        order["key"]: order
        for platform in PLATFORMS
        for order in story.context.sandbox.admin("GET", f"/{platform.code}/orders")["orders"]
    }
    month = story.context.month
    of_month = {order.key for account in month.accounts.values() for order in account.orders} if month else set()
    for key, order in theirs.items():
        if key in of_month:
            continue
        payment = ours.get(key)
        if payment is None:
            findings.append(f"{order['merchant']} has {key}, which Odoo does not know")
        elif order["executed_count"] > 1:
            findings.append(f"{key} was carried out {order['executed_count']} times")
        elif order["executed_count"] and Decimal(order["executed_sum"]) != Decimal(payment["amount"]):
            findings.append(f"{key} was carried out with another amount")
    for key, payment in ours.items():
        executed = theirs.get(key, {}).get("executed_count", 0)
        if (payment["end"] in ("succeeded", "returned")) != (executed == 1):
            findings.append(f"{payment['payment']} is {payment['end']} but was carried out {executed} times")
    bills = Counter(
        payment["bill"] for payment in payments if payment["end"] == "succeeded" and payment["operation"] == "pay_out"
    )
    findings += [f"{bill} was paid {count} times" for bill, count in bills.items() if count > 1]
    return not findings, findings


def describe_channel(story: Story, channel: dict[str, Any], statement: dict[str, Any]) -> dict[str, Any]:
    """The control total: the platform's own balance, its statement, and the books."""
    platform = next(one for one in PLATFORMS if one.code == channel["connector_code"])
    merchant = story.context.sandbox.admin("GET", f"/{platform.merchants}")[0][platform.merchant_id]
    told = story.context.sandbox.admin("GET", f"/{platform.code}/balances/{merchant}")
    books = story.clerk.search_read("payment.bridge.channel", [("id", "=", channel["id"])], ["ledger_balance"])
    at_platform = Decimal(told["balance"])
    in_books = Decimal(f"{books[0]['ledger_balance']:.2f}")
    closing = Decimal(f"{statement['balance_expected']:.2f}")
    return {
        "channel": channel["name"],
        "platform_balance": f"{at_platform:.2f}",
        "statement_closing": f"{closing:.2f}",
        "ledger_balance": f"{in_books:.2f}",
        "equal": at_platform == in_books == closing,
    }


def render(result: dict[str, Any]) -> str:
    """The result as a table for people."""
    if "error" in result:
        return f"\n  ✗ {result['error']}\n"
    columns = ("document", "payment", "amount", "instruction", "platform_reference", "msgs", "rows", "entry", "end")
    table = [columns] + [
        (
            one["bill"],
            one["payment"],
            one["amount"],
            one["instruction"],
            one["platform_reference"],
            str(one["notifications"]),
            ",".join(map(str, one["statement_rows"])),
            ",".join(one["entries"]),
            one["end"] + ("" if one["explained"] else " ?"),
        )
        for one in result["payments"]
    ]
    widths = [max(len(row[place]) for row in table) for place in range(len(columns))]
    lines = ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    special = [
        f"  {one['payment']} ({one['story']}): {one['reason']}" for one in result["payments"] if one["story"] != "plain"
    ]
    held = [f"  {one['scene']}: {one['payee']}: {one['done']}\n    held: {one['held']}" for one in result["controls"]]
    totals = [
        f"  {one['channel']}: at the platform {one['platform_balance']}, on its statement {one['statement_closing']},"
        f" in the books {one['ledger_balance']}: {'equal' if one['equal'] else 'NOT EQUAL'}"
        for one in result["channels"]
    ]
    verdict = [
        *(f"  ✗ {finding}" for finding in result["findings"]),
        f"  paid once: {'yes' if result['paid_once'] else 'NO'}",
        f"  every payment explained: {'yes' if all(one['explained'] for one in result['payments']) else 'NO'}",
    ]
    month = ["", *demo_month_summary.render(result["month"])] if result["month"] else []
    return "\n".join(["", *lines, "", *special, "", *held, "", *totals, *verdict, *month])
