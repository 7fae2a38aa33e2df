"""Everything about one payment: for a printed page, and as proofs for the other party."""

import json

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.trail import CANONICAL_VERSION, PROOF, canonical, link_text
from .event_words import event_details, event_title
from .payment_bridge_check import SELECTION_STAGE

STAGES = [stage for stage, _label in SELECTION_STAGE]


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_bridge_print(self):
        """Print everything about these payments."""
        return self.env.ref("payment_bridge.report_payment_dossier").report_action(self)

    def action_bridge_proof(self):
        """Hand out the proofs of this payment's events."""
        self.ensure_one()
        self.env["payment.bridge.audit.event"].check_access("read")
        self._bridge_covered()
        return {"type": "ir.actions.act_url", "url": f"/payment_bridge/proof/{self.id}", "target": "download"}

    # -- the trail of a payment ---------------------------------------------

    @api.private
    def _bridge_trail_records(self, *, outward=False):
        """The records whose events belong to this payment, as ids by model.

        ``outward`` leaves out what is nobody's business outside: what colleagues wrote about differences.
        """
        self.ensure_one()
        instructions = (
            self.sudo()
            .env["payment.bridge.instruction"]
            .with_context(active_test=False)
            .search([("payment_id", "=", self.id)])
        )
        records = {self._name: self.ids, instructions._name: instructions.ids}
        if not outward:
            records["payment.bridge.discrepancy"] = instructions.discrepancy_ids.ids
            records["account.move"] = self.sudo().bridge_reservation_ids.bill_id.ids
            records["res.partner.bank"] = self.partner_bank_id.ids
        return records

    @api.private
    def _bridge_trail_events(self, *, outward=False):
        """The events about this payment, oldest first, for those who may read the payment."""
        self.check_access("read")
        events = self.env["payment.bridge.audit.event"].sudo()
        found = events.browse()
        for model, ids in self._bridge_trail_records(outward=outward).items():
            found |= events.search(
                [("record_model", "=", model), ("record_id", "in", ids), ("company_id", "=", self.company_id.id)]
            )
        return found.sorted("id")

    def _bridge_covered(self):
        """The newest signed root and the events of this payment under it.

        :raises UserError: when none is covered yet; a root is being signed then.
        """
        root = self.env["payment.bridge.audit.root"]._newest_of(self.company_id)
        events = self._bridge_trail_events(outward=True)
        covered = events.filtered(lambda event: root and 0 < event.position <= root.size)
        if covered < events:
            root._wake()
        if not covered:
            raise UserError(
                self.env._(
                    "The events of this payment are not under a signed root yet. One is being signed now: try"
                    " again in a moment."
                )
            )
        return root, covered, len(events) - len(covered)

    @api.private
    def _bridge_proof(self):
        """Each event of this payment with its way to a signed root, as one JSON text (see docs/trail.md)."""
        root, covered, later = self._bridge_covered()
        tree = root._tree(self.company_id.id)
        return canonical(
            {
                "kind": PROOF,
                "v": CANONICAL_VERSION,
                "about": self.name,
                "later": later,
                "root": json.loads(root._signed().to_json()),
                "events": [
                    {
                        "link": link_text(event.previous_hash, event.position, event.content),
                        "path": [step.hex() for step in tree.inclusion(event.position - 1, root.size)],
                    }
                    for event in covered
                ],
            }
        )

    # -- the printed page ---------------------------------------------------

    @api.private
    def _bridge_dossier(self):
        """What the printed page shows, in the reader's language; nothing on it is secret or a full account number."""
        self.ensure_one()
        self.check_access("read")
        payment = self.sudo()
        root = self.env["payment.bridge.audit.root"]._newest_of(self.company_id)
        return {
            "payment": payment,
            "instructions": self.env["payment.bridge.instruction"].sudo().search([("payment_id", "=", self.id)]),
            "bills": payment.bridge_reservation_ids,
            "checks": payment._bridge_dossier_checks(),
            "approvals": payment.bridge_approval_ids.sorted(lambda one: (one.round, one.stage, one.id)),
            "events": [
                {
                    "event": event,
                    "who": event.user_id.name or "",
                    "what": event_title(self.env, event.event),
                    "details": event_details(json.loads(event.content)["details"]),
                }
                for event in payment._bridge_trail_events()
            ],
            "moves": payment._bridge_dossier_moves(),
            "root": root,
        }

    @api.private
    def _bridge_dossier_checks(self):
        """What was checked about this payment, as (what, sign of the result, what was found)."""
        account = self.partner_bank_id
        last = {one.code: one for one in self.bridge_check_ids.sorted(lambda one: (STAGES.index(one.stage), one.id))}
        checks = [(one.label, one.sign, one.sentence) for one in last.values()]
        checks += [
            (
                self.env._("The bill was open for this amount"),
                "✗" if reservation.state == "released" else "✓",
                f"{reservation.bill_id.name} · {reservation.amount:.2f} {reservation.currency_id.name}",
            )
            for reservation in self.bridge_reservation_ids
        ]
        if account:
            checks.append(
                (
                    self.env._("The payee's account is trusted"),
                    "✓" if account.allow_out_payment else "✗",
                    ", ".join(
                        part
                        for part in (account.acc_holder_name, self.bridge_instruction_id.payee_account_masked)
                        if part
                    ),
                )
            )
        discrepancies = self.env["payment.bridge.discrepancy"].search([("payment_id", "=", self.id)])
        checks += [
            (one.summary, "✓" if one.state == "resolved" else "✗", one.resolution or "") for one in discrepancies
        ]
        return checks

    @api.private
    def _bridge_dossier_moves(self):
        """The journal entries that this payment made or met."""
        return self.move_id | self.bridge_reversal_id | self.reconciled_statement_line_ids.move_id
