"""Rows that a rule has decided, and decisions of people that make a rule."""

from odoo import api, fields, models

from .ledger_link import LedgerLink


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    rule_id = LedgerLink("payment.bridge.match.rule", readonly=True)
    tax_id = LedgerLink("account.tax", readonly=True, help="The tax that the amount contains.")
    analytic_distribution = fields.Json(readonly=True)

    # -- why ------------------------------------------------------------------------

    def _why_matched(self):
        if self.found_by == "rule" and self.rule_id:
            return self._why_rule()
        return super()._why_matched()

    def _why_ignored(self):
        if self.rule_id:
            return self._why_rule()
        return super()._why_ignored()

    def _why_rule(self):
        what = {
            "ignored": self.env._("left out: %s", self.note),
            "account": self.env._("booked to %s.", self.account_id.sudo().display_name),
            "payment": self.env._("matched to this payment within its tolerance."),
            "document": self.env._("pays %s within its tolerance.", self.document_names),
        }[self.state if self.state == "ignored" else self.match_pass]
        rest = (self.evidence or {}).get("rest")
        words = self.env._("Rule %(rule)s: %(what)s", rule=self.rule_id.sudo().name, what=what)
        if self.account_id and rest and self.match_pass in ("payment", "document"):
            over = self.env._(
                "What differs (%(rest)s) goes to %(account)s.",
                rest=self.currency_id.format(float(rest)),
                account=self.account_id.sudo().display_name,
            )
            return f"{words} {over}"
        return words

    # -- what people decide -----------------------------------------------------------

    @api.private
    def _decide(self, **values):
        """What a person decides closes the difference and ends the proposals; decided often enough alike, it becomes a
        rule that is proposed."""
        result = super()._decide(**values)
        self.env["payment.bridge.difference"].sudo()._close_of(self)
        self.proposal_ids.sudo().filtered(lambda one: one.state == "open").unlink()
        self.env["payment.bridge.match.rule"]._propose_from(self)
        return result

    @api.private
    def _forget(self):
        result = super()._forget()
        self.write({"rule_id": False, "tax_id": False, "analytic_distribution": False})
        return result
