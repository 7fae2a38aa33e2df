"""One row of a statement: the sub-ledger."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.payment_bridge.connector.types import LineKind

SELECTION_KIND = [
    (LineKind.COLLECTION.value, "Collection"),
    (LineKind.PAY_OUT.value, "Pay-out"),
    (LineKind.REFUND.value, "Refund"),
    (LineKind.FEE.value, "Fee"),
    (LineKind.WITHDRAWAL.value, "Withdrawal"),
    (LineKind.DEPOSIT.value, "Top-up"),
    (LineKind.RETURN.value, "Return"),
    (LineKind.ADJUSTMENT.value, "Adjustment"),
    (LineKind.CHARGEBACK.value, "Chargeback"),
]
SELECTION_STATE = [
    ("unmatched", "Unmatched"),
    ("matched", "Matched"),
    ("posted", "Posted"),
    ("ignored", "Ignored"),
    ("info", "For information"),
]
SELECTION_FOUND_BY = [
    ("key", "our number"),
    ("platform_reference", "the platform's number"),
    ("fund_reference", "the platform's fund number"),
    ("hand", "a person"),
]
SELECTION_PASS = [
    ("payment", "Payment"),
    ("return", "Returned payment"),
    ("out_and_back", "Out and back"),
    ("fee", "Fee"),
    ("transfer", "Own transfer"),
    ("account", "Account chosen by hand"),
    ("suspense", "Suspense"),
]
SELECTION_DIFFERENCE = [
    ("platform_only_out", "Only at the platform: money out"),
    ("platform_only_in", "Only at the platform: money in"),
    ("amount", "Amount differs"),
    ("status", "Status differs"),
    ("duplicate", "Second row for one payment"),
    ("opened", "Opened by hand"),
]


class PaymentBridgeStatementLine(models.Model):
    """A normalised row. What it says never changes; what explains it is found, and can be undone until
    it is posted."""

    _name = "payment.bridge.statement.line"
    _description = "Platform Statement Line"
    _order = "settled_on desc, statement_id desc, row, id"
    _rec_name = "entry_reference"
    _log_access = False

    statement_id = fields.Many2one(
        "payment.bridge.statement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    statement_kind = fields.Char(required=True, readonly=True)

    row = fields.Integer(readonly=True, help="Counted from the file's first line.")
    kind = fields.Selection(SELECTION_KIND, required=True, readonly=True)
    entry_reference = fields.Char(string="Entry Number", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="The effect on the account: in is positive, out negative.")
    gross = fields.Monetary(readonly=True)
    fee = fields.Monetary(readonly=True)
    balance = fields.Monetary(string="Balance After", readonly=True)
    occurred_at = fields.Datetime(required=True, readonly=True)
    settled_on = fields.Date(string="Day", required=True, readonly=True, index=True)
    key = fields.Char(string="Our Number", readonly=True)
    platform_reference = fields.Char(string="Platform Number", readonly=True)
    counterparty = fields.Char(readonly=True)
    description = fields.Char(readonly=True)
    platform_kind = fields.Char(string="Platform's Kind", readonly=True)
    raw = fields.Json(string="As in the File", readonly=True)

    state = fields.Selection(
        SELECTION_STATE, string="Status", required=True, readonly=True, default="unmatched", index=True
    )
    candidate_id = fields.Many2one(
        "payment.bridge.instruction",
        readonly=True,
        index="btree_not_null",
        help="The instruction that the row names, whether it fits or not.",
    )
    found_by = fields.Selection(SELECTION_FOUND_BY, readonly=True)
    match_pass = fields.Selection(SELECTION_PASS, string="Matched As", readonly=True)
    instruction_id = fields.Many2one(
        "payment.bridge.instruction", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    payment_id = fields.Many2one("account.payment", readonly=True, index="btree_not_null", ondelete="restrict")
    account_id = fields.Many2one("account.account", string="Booked To", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    difference = fields.Selection(SELECTION_DIFFERENCE, string="Class", readonly=True, index="btree_not_null")
    reason = fields.Char(compute="_compute_reason", help="Why it is matched, or why it is not.")
    age = fields.Integer(string="Days Open", compute="_compute_age")
    only_by_hand = fields.Boolean(readonly=True, help="A person undid its match: only a person matches it again.")
    note = fields.Char(readonly=True, help="What the person who decided wrote.")
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    posting_id = fields.Many2one("payment.bridge.posting", readonly=True, index="btree_not_null")
    move_line_id = fields.Many2one("account.move.line", string="Journal Item", readonly=True, index="btree_not_null")
    move_id = fields.Many2one(related="move_line_id.move_id", string="Entry")

    _entry_once = models.UniqueIndex(
        "(channel_id, statement_kind, entry_reference)", "This row has been loaded already."
    )
    _one_row_per_leg = models.UniqueIndex(
        "(instruction_id, (amount > 0)) WHERE kind != 'fee' AND instruction_id IS NOT NULL",
        "Another row is matched to this payment already.",
    )
    _open = models.Index("(channel_id, statement_kind) WHERE state = 'unmatched'")
    _key = models.Index("(channel_id, key) WHERE key IS NOT NULL")

    @api.depends("state", "match_pass", "found_by", "difference", "candidate_id.state", "instruction_id", "note")
    @api.depends_context("lang")
    def _compute_reason(self):
        for line in self:
            teller = {
                "unmatched": line._why_unmatched,
                "ignored": line._why_ignored,
            }.get(line.state, line._why_matched)
            line.reason = teller()

    def _why_matched(self):
        found_by = dict(self._fields["found_by"]._description_selection(self.env)).get(self.found_by, "")
        words = {
            "payment": self.env._("It carries %s of this payment; amount and currency agree.", found_by),
            "return": self.env._("The returned money of this payment, recognised by %s.", found_by),
            "out_and_back": self.env._("Left and came back: this payment failed after it had left."),
            "fee": self.env._("The platform's fee of this payment.")
            if self.instruction_id
            else self.env._("A fee of the platform."),
            "transfer": self.env._("Money moved between this account and the company's own bank."),
            "account": self.env._("Booked to an account by hand."),
            "suspense": self.env._("Posted to the suspense account until it is explained."),
        }
        if self.found_by == "hand" and self.match_pass != "account":
            reason = self.env._("Matched by hand by %s.", self.decided_by_id.name)
        else:
            reason = words.get(self.match_pass, "")
        return f"{reason} {self.note}".strip() if self.note else reason

    def _why_ignored(self):
        return self.env._("Left out by %(person)s: %(note)s", person=self.decided_by_id.name, note=self.note)

    def _why_unmatched(self):
        teller = getattr(self, f"_why_{self.difference}", None) if self.difference else None
        return teller(self.candidate_id.sudo()) if teller else False

    def _why_platform_only_out(self, _candidate):
        if self.kind == LineKind.PAY_OUT:
            return self.env._(
                "The platform paid this out, but nobody ordered it here. Find out who did before anything else."
            )
        return self.env._("Money left the account and no document here explains it.")

    def _why_platform_only_in(self, _candidate):
        return self.env._("Money came in and no document here explains it. It is not booked as income.")

    def _why_amount(self, candidate):
        return self.env._(
            "The row names %(key)s, which was ordered for %(ordered)s; the row says %(told)s.",
            key=candidate.key,
            ordered=candidate.currency_id.format(candidate.amount),
            told=candidate.currency_id.format(abs(self.gross)),
        )

    def _why_status(self, candidate):
        state = dict(candidate._fields["state"]._description_selection(self.env)).get(candidate.state, "")
        if self.amount > 0 and candidate.state in ("succeeded", "returned"):
            return self.env._(
                "Money of %(key)s came back, but here it reads %(state)s. The platform is being asked.",
                key=candidate.key,
                state=state,
            )
        if candidate.state in ("uncertain", "processing", "sending"):
            return self.env._(
                "The money of %(key)s has moved, but here it reads %(state)s. The platform is being asked.",
                key=candidate.key,
                state=state,
            )
        return self.env._(
            "The statement shows %(key)s, but here it reads %(state)s. One of the two is wrong: see Differences.",
            key=candidate.key,
            state=state,
        )

    def _why_duplicate(self, candidate):
        return self.env._(
            "Another row is matched to %s already. It may have been paid twice: ask the platform.",
            candidate.key,
        )

    def _why_opened(self, _candidate):
        return self.env._("Its match was undone by hand. Match it by hand, or leave it out.")

    @api.depends("settled_on")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for line in self:
            line.age = (today - line.settled_on).days if line.settled_on else 0

    # -- what people decide -------------------------------------------------------

    def action_match_by_hand(self):
        """Choose what explains the row."""
        self.ensure_one()
        self.statement_id._require_clerk()
        if self.state != "unmatched":
            raise UserError(self.env._("This row is explained already. Undo that first."))
        wizard = self.env["payment.bridge.statement.line.match"].create({"line_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Match by Hand"))

    def action_ignore(self):
        """Leave rows out of the books, with a reason."""
        self.statement_id._require_clerk()
        if self.filtered(lambda line: line.state != "unmatched"):
            raise UserError(self.env._("Only unmatched rows can be left out."))
        wizard = self.env["payment.bridge.statement.line.ignore"].create({"line_ids": self.ids})
        return wizard._get_records_action(target="new", name=self.env._("Leave Out"))

    def action_undo(self):
        """Take back what was decided or found about rows that are not posted."""
        self.statement_id._require_clerk()
        if self.filtered(lambda line: line.state == "posted"):
            raise UserError(self.env._("A posted row is opened again by undoing its posting."))
        lines = self.filtered(lambda line: line.state in ("matched", "ignored")).sudo()
        for line in lines:
            self.env["payment.bridge.audit.event"]._record(
                "statement_line.opened", line, entry=line.entry_reference, was=line.match_pass or line.state
            )
        lines._forget()
        lines.only_by_hand = True
        for channel in lines.channel_id:
            channel._match_lines(only_classify=True)

    def action_open_statement(self):
        """The statement that the row stands on."""
        self.ensure_one()
        return self.statement_id._get_records_action()

    @api.private
    def _forget(self):
        """Unmatched again, as loaded."""
        self.write(
            {
                "state": "unmatched",
                "match_pass": False,
                "found_by": False,
                "candidate_id": False,
                "instruction_id": False,
                "payment_id": False,
                "account_id": False,
                "partner_id": False,
                "note": False,
                "decided_by_id": False,
                "decided_at": False,
            }
        )

    @api.private
    def _decide(self, **values):
        """Write what a person decided about rows, with the trail."""
        for line in self.sudo():
            line.write(
                {"decided_by_id": self.env.uid, "decided_at": fields.Datetime.now(), "difference": False, **values}
            )
            self.env["payment.bridge.audit.event"]._record(
                f"statement_line.{values['state']}",
                line,
                entry=line.entry_reference,
                amount=f"{line.amount:.2f}",
                matched_as=values.get("match_pass"),
                instruction=line.instruction_id.key or None,
                account=line.account_id.code or None,
                note=values.get("note") or None,
            )
        self.sudo().statement_id._refresh_state()
