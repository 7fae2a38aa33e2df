"""What the tests of the checks share: drafts, orders with bills, and rules."""

from odoo import Command, fields

from .common import BridgeCommon, ObedientConnector


class CheckCommon(BridgeCommon):
    """A company whose general rules stand as they are made by themselves."""

    def setUp(self):
        super().setUp()
        ObedientConnector.reset()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.env["payment.bridge.check.rule"]
        cls.rules._ensure_general(cls.company)
        cls.colleague = cls.make_user("colleague")
        cls.tax_13 = cls.make_tax(13)
        cls.tax_9 = cls.make_tax(9)
        cls.product = cls.make_product("Board", "receive")
        cls.service = cls.make_product("Repair", "purchase", type="service")

    @classmethod
    def make_user(cls, login, *roles, company=None):
        """A user of the company with roles; a clerk unless told otherwise."""
        company = company or cls.company
        return cls.env["res.users"].create(
            {
                "name": login.title(),
                "login": f"{login}-{company.id}",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [
                    Command.set([cls.env.ref(f"payment_bridge.group_{role}").id for role in roles or ("clerk",)])
                ],
            }
        )

    @classmethod
    def make_tax(cls, percent):
        return cls.env["account.tax"].create(
            {
                "name": f"Purchase {percent}%",
                "amount": percent,
                "type_tax_use": "purchase",
                "company_id": cls.company.id,
                "country_id": cls.company.account_fiscal_country_id.id,
            }
        )

    @classmethod
    def make_product(cls, name, method, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "purchase_method": method,
                "supplier_taxes_id": [Command.clear()],
                **values,
            }
        )

    def general(self, code, **values):
        """The company's general rule of a check, with other settings."""
        rule = self.rules.search([("company_id", "=", self.company.id), ("code", "=", code), ("is_general", "=", True)])
        if values:
            rule.write(values)
        return rule

    def make_order(self, *lines, vendor=None, received=None, **values):
        """A confirmed order; ``lines`` are (product, quantity, price, taxes), ``received`` the quantities that came."""
        order = self.env["purchase.order"].create(
            {
                "partner_id": (vendor or self.vendor).id,
                "currency_id": self.cny.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(taxes.ids)],
                        }
                    )
                    for product, quantity, price, taxes in lines
                ],
                **values,
            }
        )
        order.button_confirm()
        for line, quantity in zip(order.order_line, received or [line[1] for line in lines], strict=True):
            line.qty_received = quantity
        return order

    def bill_order(self, order, *changes, post=True, **values):
        """A bill of an order; ``changes`` are the values that each of its lines gets."""
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": order.partner_id.id,
                "invoice_date": fields.Date.today(),
                "currency_id": order.currency_id.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "quantity": line.product_qty,
                            "price_unit": line.price_unit,
                            "tax_ids": [Command.set(line.tax_ids.ids)],
                            "purchase_line_id": line.id,
                            **change,
                        }
                    )
                    for line, change in zip(order.order_line, changes or ({},) * len(order.order_line), strict=True)
                ],
                **values,
            }
        )
        if post:
            bill.action_post()
        return bill

    def draft(self, amount=100, vendor=None, bills=None, channel=None, **values):
        """A payment that waits as a draft."""
        channel = channel or self.channel
        vendor = vendor or self.vendor
        return self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": vendor.id,
                "partner_bank_id": vendor.bank_ids[:1].id,
                "amount": amount,
                "currency_id": self.cny.id,
                "journal_id": channel.journal_id.id,
                "payment_method_line_id": channel.journal_id._bridge_method_line("outbound").id,
                "invoice_ids": [Command.set(bills.ids if bills else [])],
                **values,
            }
        )

    def draft_for(self, *bills, **values):
        """A draft that pays bills in full."""
        bills = self.env["account.move"].union(*bills)
        return self.draft(sum(bills.mapped("amount_residual")), vendor=bills.partner_id, bills=bills, **values)

    def result(self, payment, code, stage="prepared", among=None):
        """What a check says about a payment now."""
        self.env["payment.bridge.check"].sudo()._run(among or payment, stage)
        return payment.bridge_check_ids.filtered(lambda one: one.code == code and one.stage == stage)

    def assertVerdict(self, payment, code, verdict, words="", stage="prepared", among=None):
        """A check gives this verdict, in these words."""
        found = self.result(payment, code, stage, among)
        self.assertEqual(found.verdict, verdict, found.sentence)
        if words:
            self.assertRegex(found.sentence, words)
        return found
