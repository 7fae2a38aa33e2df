"""Roots on their way out: deliveries, downloads, and proofs from one root to the next."""

import json

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.trail import CANONICAL_VERSION, CONSISTENCY, canonical


class PaymentBridgeAuditRoot(models.Model):
    _inherit = "payment.bridge.audit.root"

    @api.model
    @api.private
    def _deliver_all(self):
        """Send out the newest root of each company, by every way that it has not gone yet."""
        deliveries = self.env["payment.bridge.audit.delivery"]
        for company in self.env["res.company"].browse(self.env["payment.bridge.audit.event"]._companies()):
            if root := self._newest_of(company):
                deliveries._send_out(root)
                self.env["ir.cron"]._commit_progress()

    def action_download_root(self):
        """The signed root as a file."""
        return self._download("root")

    def action_download_trail(self):
        """Every event up to this root as a file that setup/verify-trail checks."""
        return self._download("trail")

    def _download(self, what):
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/payment_bridge/{what}/{self.id}", "target": "download"}

    def action_download_consistency(self):
        """A proof that this root continues the one before it."""
        self._before()
        return self._download("consistency")

    def _before(self):
        self.ensure_one()
        before = self.sudo().search(
            [("company_id", "=", self.company_id.id), ("size", "<", self.size)], order="size desc, id desc", limit=1
        )
        if not before:
            raise UserError(self.env._("There is no earlier root that this one continues."))
        return before

    @api.private
    def _consistency_proof(self):
        """Both roots and the way from one to the other, as one JSON text (see docs/trail.md)."""
        before = self._before()
        path = self._tree(self.company_id.id).consistency(before.size, self.size)
        return canonical(
            {
                "kind": CONSISTENCY,
                "v": CANONICAL_VERSION,
                "from": json.loads(before._signed().to_json()),
                "to": json.loads(self._signed().to_json()),
                "path": [step.hex() for step in path],
            }
        )
