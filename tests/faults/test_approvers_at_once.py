"""Two approvers at the same moment, on two servers: every approval counts, and the payment leaves once."""

from __future__ import annotations

from rpc import Person, RpcError

from . import company
from .stage import run_in_odoo
from .test_two_workers import at_once
from .world import ADMINISTRATOR, SECOND_CLERK, World

APPROVER = "approver"
MANY = 6


def let_approve(world: World, login: str) -> None:
    """Give somebody the role of an approver, before any server has started."""
    run_in_odoo(world.stage.bench, world.database, "let_approve", login)


def make_rule(administrator: Person, logins: tuple[str, ...]) -> None:
    """Every payment needs each of these people, in any order."""
    people = administrator.search("res.users", [("login", "in", logins)])
    levels = [(0, 0, {"kind": "user", "user_id": person}) for person in people]
    administrator.call(
        "payment.bridge.approval.rule", "create", {"name": "Both", "in_order": False, "level_ids": levels}
    )


def test_two_approvers_at_the_same_moment_release_each_payment_once(world: World) -> None:
    let_approve(world, SECOND_CLERK)
    servers = world.start(), world.start_second()
    make_rule(world.person(ADMINISTRATOR, servers[0]), (APPROVER, SECOND_CLERK))
    bills = world.bills(company.PLAIN, count=MANY)
    world.pay(bills)
    assert not world.instructions(), "a payment left without its approvals"
    approvers = [world.person(APPROVER, servers[0]), world.person(SECOND_CLERK, servers[1])]
    waiting = approvers[0].search("account.payment", [("bridge_approval_state", "=", "waiting")])
    assert len(waiting) == MANY

    def approve(person: Person, payment: int) -> None:
        dialog = person.call("account.payment", "action_bridge_approve", [payment])
        person.call("payment.bridge.approve", "action_confirm", [dialog["res_id"]])

    for payment in waiting:
        at_once(*(lambda person=person, payment=payment: approve(person, payment) for person in approvers))
    world.settle(bills)
    assert len(world.instructions()) == MANY == world.asked()


def test_two_clicks_of_one_approver_are_one_approval(world: World) -> None:
    let_approve(world, SECOND_CLERK)
    servers = world.start(), world.start_second()
    make_rule(world.person(ADMINISTRATOR, servers[0]), (APPROVER, SECOND_CLERK))
    world.pay(world.bills(company.PLAIN, count=1))
    people = [world.person(APPROVER, server) for server in servers]
    [payment] = people[0].search("account.payment", [("bridge_approval_state", "=", "waiting")])
    dialogs = [person.call("account.payment", "action_bridge_approve", [payment])["res_id"] for person in people]
    refusals: list[str] = []

    def confirm(person: Person, dialog: int) -> None:
        try:
            person.call("payment.bridge.approve", "action_confirm", [dialog])
        except RpcError as refusal:
            refusals.append(str(refusal))

    at_once(*(lambda pair=pair: confirm(*pair) for pair in zip(people, dialogs, strict=True)))
    assert len(refusals) == 1 and "同一人" in refusals[0], refusals  # this approver works in Chinese
    approved = people[0].search("payment.bridge.approval", [("payment_id", "=", payment), ("state", "=", "approved")])
    assert len(approved) == 1
    assert not world.instructions()
