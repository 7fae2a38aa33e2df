"""The page of a payee who has to confirm: in words where to open it, and asked for by whoever knows that app."""

from decimal import Decimal
from urllib.parse import urlsplit

from odoo.tests import HttpCase, tagged

from ..connector.types import Action, ActionKind, Money, Outcome, OutcomeStatus
from .common import BridgeCommon, ObedientConnector

ORDER = {"app": "obedient", "merchant": "M-1"}

SCRIPTS_ARE_THERE = 'Boolean(window.odoo?.loader?.modules?.get("@odoo/owl")?.Component.env)'

RESTART = """
    const { Component } = odoo.loader.modules.get("@odoo/owl");
    const { registry } = odoo.loader.modules.get("@web/core/registry");
    const interactions = Component.env.services["public.interactions"];
    await interactions.isReady;
    const panel = document.querySelector(".o_payment_bridge_panel");
    const hidden = (name) => panel.querySelector(name).classList.contains("d-none");
    const expect = (truth, words) => { if (!truth) { throw new Error(words); } };
    const restart = async () => {
        interactions.stopInteractions(panel.parentElement);
        await interactions.startInteractions(panel.parentElement);
    };
    const until = async (condition, words) => {
        for (let frame = 0; frame < 300 && !condition(); frame++) {
            await new Promise((resolve) => requestAnimationFrame(resolve));
        }
        expect(condition(), words);
    };
"""
"""What the scripts of these tests begin with: the page's interactions started again, once somebody knows the app."""


class ConfirmPageCase(BridgeCommon, HttpCase):
    """A pay-out whose payee has to confirm, and its page."""

    order = ORDER

    def setUp(self):
        super().setUp()
        ObedientConnector.reset()
        action = Action(ActionKind.CONFIRM, "token-of-the-payee", fields=self.order)
        ObedientConnector.answers = {
            None: [lambda order: Outcome(OutcomeStatus.PROCESSING, key=order.key, action=action)]
        }
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        self.instruction = payment.bridge_instruction_id
        self.path = urlsplit(self.instruction.sudo()._page_url()).path

    def run_on_page(self, script):
        """Run a script on the page; it fails by throwing."""
        code = f"(async () => {{ {RESTART} {script} console.log('test successful'); }})()"
        self.browser_js(self.path, code, timeout=120, ready=SCRIPTS_ARE_THERE)


@tagged("post_install", "-at_install")
class TestConfirmPage(ConfirmPageCase):
    def test_the_page_says_in_words_where_to_open_it_and_shows_its_own_code(self):
        page = self.url_open(self.path).text
        self.assertIn("open this page in <span>Obedient Pay</span>", page)
        self.assertIn("token-of-the-payee", page)
        self.assertIn('class="o_payment_bridge_code border rounded p-2 bg-white "', page)
        self.assertEqual(self.instruction.sudo()._qr_text(), self.instruction.sudo()._page_url())

    def test_it_says_so_in_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        page = self.url_open(self.path, cookies={"frontend_lang": "zh_CN"}).text
        self.assertIn("<span>听话支付</span>", page)

    def test_the_core_knows_no_platform_s_app(self):
        page = self.url_open(self.path).text
        self.assertNotIn("WeixinJSBridge", page)
        self.assertNotIn("WeChat", page)

    def test_outside_of_the_app_there_is_nothing_to_press(self):
        self.run_on_page("""
            expect(hidden(".o_payment_bridge_confirm button"), "a button that can do nothing is shown");
            expect(!hidden(".o_payment_bridge_elsewhere"), "nobody says where to open the page");
            expect(!hidden(".o_payment_bridge_code"), "no code is shown");
            let asked = false;
            const confirmer = { isHere: () => false, ask: () => (asked = true) };
            registry.category("payment_bridge.confirmers").add("obedient", confirmer);
            await restart();
            expect(hidden(".o_payment_bridge_confirm button") && !asked, "another app's page asks");
        """)

    def test_inside_of_the_app_its_confirmer_is_asked_with_what_the_connector_gave(self):
        self.run_on_page("""
            const orders = [];
            const ask = async (order) => { orders.push(order); return orders.length > 1; };
            const confirmer = { isHere: () => true, ask };
            registry.category("payment_bridge.confirmers").add("obedient", confirmer);
            await restart();
            const button = panel.querySelector(".o_payment_bridge_confirm button");
            expect(!hidden(".o_payment_bridge_confirm button"), "no button");
            expect(hidden(".o_payment_bridge_elsewhere"), "it asks to be opened here");
            expect(hidden(".o_payment_bridge_code"), "it shows a code of itself");
            button.click();
            await until(() => !hidden(".o_payment_bridge_unasked"), "an app that did not ask is not told of");
            button.click();
            await until(() => hidden(".o_payment_bridge_unasked"), "an app that asked is told to be old");
            const told = JSON.stringify(orders[0]);
            expect(told === '{"content":"token-of-the-payee","merchant":"M-1"}', `it was given ${told}`);
        """)

    def test_when_the_platform_says_that_he_confirmed_nothing_is_left_to_do(self):
        ObedientConnector.answers = {}
        ObedientConnector.paid[self.instruction.key] = Money(Decimal("100.00"), "CNY")
        self.query(self.instruction)
        page = self.url_open(self.path).text
        self.assertIn("Paid. Thank you!", page)
        self.assertIn('data-over="1"', page)
