"""Whatever the network, the clock and impatient people do: what Odoo says is what the platform did, once a bill."""

from collections import Counter
from contextlib import contextmanager
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..connector.errors import NotSent, Uncertain
from ..connector.types import BatchOutcome, Outcome, OutcomeStatus
from ..models.instruction_states import FINAL, OPEN_AT_PLATFORM, State
from .common import BridgeCommon, ObedientConnector
from .forgetting import Forgetting

PAID, REFUSED = 100, 200  # what the platform does with an order follows from its amount
EXAMPLES = 40
ROUNDS = 8
FATES = ("through", "answer_lost", "held", "held", "not_sent")
ENDS = {OutcomeStatus.SUCCEEDED: "succeeded", OutcomeStatus.FAILED: "failed", None: "cancelled"}

worlds = st.lists(st.sampled_from((PAID, REFUSED)), min_size=1, max_size=3)
lives = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3)), min_size=4, max_size=12)


class Platform:
    """Carries out, or refuses, each order the first time that it arrives, and tells the truth about it for ever."""

    def __init__(self):
        self.fate = "through"
        self.listens = True
        self.known = {}
        self.executed = Counter()
        self.held = []
        self.messages = []

    def send(self, orders):
        """A request on its way."""
        if self.fate == "not_sent":
            raise NotSent("no line")
        if self.fate == "held":
            self.held.append(orders)
            raise Uncertain("no answer")
        self.arrive(orders)
        if self.fate == "answer_lost":
            raise Uncertain("no answer")

    def arrive(self, orders):
        """The first arrival decides; every arrival is told of."""
        for order in orders:
            if order.key not in self.known:
                done = order.amount.amount == PAID
                self.known[order.key] = OutcomeStatus.SUCCEEDED if done else OutcomeStatus.FAILED
                self.executed[order.key] += done
            self.messages.append(self.tell(order.key))

    def tell(self, key):
        """What is known of an order."""
        return Outcome(self.known.get(key, OutcomeStatus.NOT_FOUND), key=key)

    # the port

    def pay_out(self, order):
        self.send([order])
        return self.tell(order.key)

    def pay_out_batch(self, batch):
        self.send(batch.orders)
        return BatchOutcome(OutcomeStatus.PROCESSING)

    def query(self, reference):
        if not self.listens:
            raise Uncertain("no answer")
        return self.tell(reference.key)

    def query_batch(self, batch):
        if not self.listens:
            raise Uncertain("no answer")
        told = {order.key: self.tell(order.key) for order in batch.orders if order.key in self.known}
        return BatchOutcome(OutcomeStatus.SUCCEEDED if told else OutcomeStatus.NOT_FOUND, told)


@tagged("post_install", "-at_install")
class TestLifeProperties(Forgetting, BridgeCommon):
    def holds(self):
        """Run many lives, each forgotten afterwards."""

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(worlds, lives)
        def example(amounts, life):
            with self.forgotten(), self.on_platform():
                self.live(amounts, life)
                self.assert_told_truly()

        example()

    @contextmanager
    def on_platform(self):
        """The obedient platform behaves as :class:`Platform`."""
        self.platform = platform = Platform()
        port = {name: getattr(platform, name) for name in ("pay_out", "pay_out_batch", "query", "query_batch")}
        answering = {name: lambda _self, subject, act=act: act(subject) for name, act in port.items()}
        with patch.multiple(ObedientConnector, **answering):
            yield

    @property
    def instructions(self):
        return self.env["payment.bridge.instruction"].sudo().search([("channel_id", "=", self.channel.id)], order="id")

    def live(self, amounts, life):
        """Pay bills, let everything happen that is told, then let it come to its end."""
        self.orders = {bill: self.order(bill) for bill in map(self.make_bill, amounts)}
        for choice, number in life:
            if possible := self.possible():
                act, *arguments = possible[choice % len(possible)]
                act(*arguments or [number])
        for _round in range(ROUNDS):
            if set(self.instructions.mapped("state")) <= FINAL:
                break
            self.send("through")
            self.ask()
        for copy in self.platform.held:
            self.platform.arrive(copy)
        for message in self.platform.messages:
            self.hear(message)

    def order(self, bill):
        return self.pay(bill).bridge_instruction_id.sudo()

    # what may happen

    def possible(self):
        """What would have an effect now."""
        states = set(self.instructions.mapped("state"))
        acts = []
        if State.QUEUED in states:
            acts += [(self.send, fate) for fate in FATES] + [(self.withdraw,), (self.withdraw,)]
        if states & OPEN_AT_PLATFORM:
            acts += [(self.ask,), (self.ask,), (self.ask_in_vain,)]
        if self.platform.held:
            acts += [(self.deliver,), (self.deliver_and_tell,), (self.deliver_and_tell,), (self.wait,)]
        if self.platform.messages:
            acts += [(self.tell,)]
        if "not_paid" in {bill.payment_state for bill in self.orders}:
            acts.append((self.pay_again,))
        return acts

    def send(self, fate):
        """Whatever pause there was is over, everything that waits leaves, and its requests share a fate."""
        self.platform.fate = fate
        self.channel.health_id._write_quietly({"circuit_open_until": None})
        self.instructions.filtered(lambda one: one.state == State.QUEUED)._set(not_before=False)
        self.dispatch()

    def ask(self, _number=0):
        """The platform is asked about whatever has no result."""
        self.query(self.instructions.filtered(lambda one: one.state in OPEN_AT_PLATFORM))

    def ask_in_vain(self, _number):
        """It is asked and nothing comes back."""
        self.platform.listens = False
        self.ask()
        self.platform.listens = True

    def deliver(self, number):
        """A request that was held arrives after all."""
        self.platform.arrive(self.platform.held[number % len(self.platform.held)])

    def deliver_and_tell(self, number):
        """It arrives and the platform reports at once."""
        self.deliver(number)
        self.hear(self.platform.messages[-1])

    def tell(self, number):
        """A message comes, perhaps late, perhaps again."""
        self.hear(self.platform.messages[number % len(self.platform.messages)])

    def hear(self, message):
        told = self.instructions.filtered(lambda one: one.key == message.key)
        told._apply(message, "notification")

    def withdraw(self, number):
        """A person withdraws what has not left, or is told why not."""
        waiting = self.instructions.filtered(lambda one: one.state == State.QUEUED)
        one = waiting[number % len(waiting)].with_user(self.env.user)
        try:
            with self.env.cr.savepoint():
                one.action_cancel()
        except UserError:
            self.assertTrue(one.sudo()._may_still_arrive() or one.batch_id)

    def wait(self, _number):
        """So long that what was held can no longer arrive."""
        self.platform.held.clear()
        in_doubt = self.instructions.filtered("may_arrive_until")
        in_doubt._set(may_arrive_until=fields.Datetime.subtract(fields.Datetime.now(), seconds=1))

    def pay_again(self, number):
        """An open bill is paid anew."""
        unpaid = [bill for bill in self.orders if bill.payment_state == "not_paid"]
        bill = unpaid[number % len(unpaid)]
        try:
            with self.env.cr.savepoint():
                self.orders[bill] += self.order(bill)
        except UserError:
            self.assertTrue(self.orders[bill].filtered(lambda one: one.state not in FINAL))

    # what must be true

    def assert_told_truly(self):
        self.env.invalidate_all()
        for one in self.instructions:
            self.assertEqual(one.state, ENDS[self.platform.known.get(one.key)], one.key)
        for bill, orders in self.orders.items():
            executed = sum(self.platform.executed[order.key] for order in orders)
            self.assertLessEqual(executed, 1)
            self.assertEqual(bill.amount_residual, 0 if executed else bill.amount_total)
        raised = self.env["payment.bridge.discrepancy"].search([("channel_id", "=", self.channel.id)])
        self.assertFalse(raised.mapped("summary"))

    def test_single_orders(self):
        self.holds()

    def test_batches(self):
        self.channel.use_batches = True
        self.holds()
