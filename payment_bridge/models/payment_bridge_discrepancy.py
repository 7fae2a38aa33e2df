"""Differences that still need an explanation."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .refusal import refused

SELECTION_KIND = [
    ("contradiction", "Contradicting messages"),
    ("amount", "Amount differs"),
    ("paid_twice", "Paid more than once"),
    ("paid_after_close", "Paid after its end"),
    ("foreign", "Message about an unknown order"),
    ("books", "Books could not follow"),
    ("audit_chain", "Audit trail broken"),
    ("audit_root", "Audit trail not signed or exported"),
]
OURS = frozenset({"payment_bridge", "payment_bridge_reconcile"})


class PaymentBridgeDiscrepancy(models.Model):
    """Something two sources disagree about. It waits, visibly, for a person; nothing is rewritten."""

    _name = "payment.bridge.discrepancy"
    _description = "Payment Bridge Discrepancy"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state desc, id desc"
    _rec_name = "summary"

    kind = fields.Selection(SELECTION_KIND, required=True, readonly=True, index=True)
    summary = fields.Text(required=True, readonly=True)
    key = fields.Char(readonly=True, required=True, help="Names the difference, so that telling it twice counts once.")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    channel_id = fields.Many2one("payment.bridge.channel", readonly=True, index=True)
    instruction_id = fields.Many2one("payment.bridge.instruction", readonly=True, index=True)
    payment_id = fields.Many2one("account.payment", readonly=True, index="btree_not_null")
    times_seen = fields.Integer(default=1, readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("resolved", "Resolved")],
        default="open",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    resolution = fields.Text(tracking=True, help="What was found out and done.")
    resolved_by_id = fields.Many2one("res.users", readonly=True)
    resolved_at = fields.Datetime(readonly=True)

    _key_unique = models.UniqueIndex("(company_id, key)", "This difference is already known.")

    @api.model
    @api.private
    def _raise(self, kind, *, key, summary, company=None, channel=None, instruction=None):
        """Note a difference once; a repeat counts up and opens it again when it was resolved."""
        channel = channel or (instruction and instruction.channel_id)
        company = company or channel.company_id
        discrepancies = self.sudo()
        known = discrepancies.search([("company_id", "=", company.id), ("key", "=", key)], limit=1)
        if known:
            known.write({"times_seen": known.times_seen + 1})
            return known
        created = discrepancies.create(
            {
                "kind": kind,
                "key": key,
                "summary": summary,
                "company_id": company.id,
                "channel_id": channel and channel.id,
                "instruction_id": instruction and instruction.id,
                "payment_id": instruction and instruction.payment_id.id,
            }
        )
        self.env["payment.bridge.audit.event"]._record("discrepancy.raised", created, kind=kind, key=key)
        return created

    def write(self, vals):
        """People write the explanation; what differs, and whether it is resolved, follows from what was done."""
        ours = {name for name, field in self._fields.items() if field._module in OURS} - {"resolution"}
        if not self.env.su and ours & set(vals):
            words = self.env._("Write the explanation, and close or reopen the difference with its buttons.")
            raise refused(self, "difference_written", UserError(words))
        return super().write(vals)

    def action_resolve(self):
        """Close with the explanation that was written."""
        self.check_access("write")
        for discrepancy in self:
            if not (discrepancy.resolution or "").strip():
                raise UserError(self.env._("Write down what was found out before closing the difference."))
            discrepancy.sudo().write(
                {
                    "state": "resolved",
                    "resolved_by_id": self.env.uid,
                    "resolved_at": fields.Datetime.now(),
                }
            )
            self.env["payment.bridge.audit.event"]._record(
                "discrepancy.resolved", discrepancy, resolution=discrepancy.resolution
            )

    def action_reopen(self):
        """Open it again: the explanation did not hold."""
        self.check_access("write")
        self.sudo().write({"state": "open", "resolved_by_id": False, "resolved_at": False})
        for discrepancy in self:
            self.env["payment.bridge.audit.event"]._record("discrepancy.reopened", discrepancy)
