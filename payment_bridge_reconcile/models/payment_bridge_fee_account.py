"""Where a channel's fees are booked, by what they are charged for."""

from odoo import Command, fields, models

from .payment_bridge_statement_line import SELECTION_KIND
from .payment_bridge_statement_plan_fees import FeeDestination

SELECTION_FEE_KIND = [
    *((kind, label) for kind, label in SELECTION_KIND if kind not in ("fee", "adjustment")),
    ("other", "Anything else"),
]


class PaymentBridgeFeeAccount(models.Model):
    """One line of the table that says to which account, with which tax and analytic distribution a fee goes.

    Fees that no line names go to the channel's own account for fees.
    """

    _name = "payment.bridge.fee.account"
    _description = "Account of Platform Fees"
    _inherit = ["analytic.mixin"]
    _order = "channel_id, fee_kind, platform_kind, id"
    _check_company_auto = True

    channel_id = fields.Many2one("payment.bridge.channel", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    fee_kind = fields.Selection(SELECTION_FEE_KIND, string="Charged For", required=True, default="collection")
    platform_kind = fields.Char(
        string="Platform's Kind", help="Only rows that the platform itself calls so. Empty: whatever it calls them."
    )
    account_id = fields.Many2one("account.account", required=True, check_company=True)
    tax_id = fields.Many2one(
        "account.tax",
        check_company=True,
        domain="[('type_tax_use', '=', 'purchase'), ('amount_type', '!=', 'group')]",
        help="The input tax that the fee contains: it is taken out of the fee, whatever the tax itself says.",
    )

    _kind_once = models.UniqueIndex(
        "(channel_id, fee_kind, COALESCE(platform_kind, ''))", "There is a line for this kind of fee already."
    )


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    fee_account_ids = fields.One2many("payment.bridge.fee.account", "channel_id", string="Accounts by Kind of Fee")


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _fee_destination(self, kind, platform_kind):
        """The line for this kind and the platform's word for it, else for the kind, else the channel's account."""
        lines = self.channel_id.fee_account_ids.filtered(
            lambda one: one.fee_kind == kind and one.platform_kind in (False, platform_kind)
        )
        line = lines.sorted(lambda one: not one.platform_kind)[:1]
        if not line:
            return super()._fee_destination(kind, platform_kind)
        analytic = tuple(sorted((line.analytic_distribution or {}).items()))
        return FeeDestination(line.account_id, line.tax_id, analytic)

    def _fee_items(self, where, label, fees):
        """The fee without its tax, with the analytic distribution, and the tax beside it."""
        items = super()._fee_items(where, label, fees)
        for item in items:
            if where.analytic:
                item.extra["analytic_distribution"] = dict(where.analytic)
        if not where.tax:
            return items
        (item,) = items
        given_back = item.amount < 0
        told = where.tax.with_context(force_price_include=True).compute_all(
            abs(item.amount), self.currency_id, is_refund=given_back
        )
        sign = -1 if given_back else 1
        item.extra |= {
            "tax_ids": [Command.set(where.tax.ids)],
            "tax_tag_ids": [Command.set(told["base_tags"])],
        }
        taxes = [
            self._item(
                self.env["account.account"].browse(tax["account_id"]) if tax["account_id"] else item.account,
                tax["name"],
                sign * self.currency_id.round(tax["amount"]),
                item.lines,
                is_fee=True,
                extra={
                    "tax_repartition_line_id": tax["tax_repartition_line_id"],
                    "tax_tag_ids": [Command.set(tax["tag_ids"])],
                    "tax_base_amount": told["total_excluded"],
                },
            )
            for tax in told["taxes"]
        ]
        item.amount = self.currency_id.round(item.amount - sum(tax.amount for tax in taxes))
        return [item, *taxes]
