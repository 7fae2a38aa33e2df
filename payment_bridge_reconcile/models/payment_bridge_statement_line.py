"""One row of a statement: the sub-ledger."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.payment_bridge.connector.statement_types import LineKind

from .difference_classes import SELECTION_CLASS
from .ledger_link import LedgerLink

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
    ("original", "the payment that it gives back"),
    ("batch", "the number of its batch"),
    ("amount", "amount and day, which no other has"),
    ("hand", "a person"),
]
SELECTION_PASS = [
    ("payment", "Payment"),
    ("return", "Returned payment"),
    ("out_and_back", "Out and back"),
    ("part", "Part of a payment"),
    ("batch", "Several payments"),
    ("fee", "Fee"),
    ("chargeback", "Charged back"),
    ("settlement", "Settlement"),
    ("transfer", "Own transfer"),
    ("account", "Account chosen by hand"),
    ("suspense", "Suspense"),
]


class PaymentBridgeStatementLine(models.Model):
    """A normalised row. What it says never changes; what explains it is found, and can be undone until
    it is posted."""

    _name = "payment.bridge.statement.line"
    _description = "Platform Statement Line"
    _order = "settled_on desc, statement_id desc, row, id"
    _rec_name = "entry_reference"
    _log_access = False

    statement_id = LedgerLink("payment.bridge.statement", required=True, readonly=True)
    channel_id = LedgerLink("payment.bridge.channel", required=True, readonly=True)
    company_id = LedgerLink("res.company", required=True, readonly=True)
    currency_id = LedgerLink("res.currency", required=True, readonly=True)
    statement_kind = fields.Char(required=True, readonly=True)

    row = fields.Integer(readonly=True, help="Counted from the file's first line.")
    kind = fields.Selection(SELECTION_KIND, required=True, readonly=True)
    entry_reference = fields.Char(string="Entry Number", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="The effect on the account: in is positive, out negative.")
    gross = fields.Monetary(readonly=True, help="Before the platform's fee; with its sign.")
    fee = fields.Monetary(readonly=True, help="What the platform kept of it; charged is positive.")
    balance = fields.Monetary(string="Balance After", readonly=True)
    has_balance = fields.Boolean(related="statement_id.has_balance")
    occurred_at = fields.Datetime(required=True, readonly=True)
    settled_on = fields.Date(string="Day", required=True, readonly=True)
    key = fields.Char(string="Our Number", readonly=True)
    platform_reference = fields.Char(string="Platform Number", readonly=True)
    original_key = fields.Char(
        string="Original Number", readonly=True, help="Our number of the payment that this row gives back."
    )
    original_reference = fields.Char(
        string="Original Platform Number", readonly=True, help="The platform's number of the payment given back."
    )
    batch_reference = fields.Char(
        string="Batch", readonly=True, help="The batch or settlement in which the platform moves its money."
    )
    settlement_currency_id = LedgerLink("res.currency", readonly=True)
    settlement_amount = fields.Monetary(
        readonly=True, currency_field="settlement_currency_id", help="What arrives where it is settled."
    )
    settlement_rate = fields.Float(
        readonly=True, digits=0, help="Units of the settlement currency for one of the row's."
    )
    counterparty = fields.Char(readonly=True)
    description = fields.Char(readonly=True)
    platform_kind = fields.Char(string="Platform's Kind", readonly=True)
    raw_cells = fields.Json(readonly=True)
    raw = fields.Json(string="As in the File", compute="_compute_raw", help="The row's cells with their titles.")

    state = fields.Selection(SELECTION_STATE, string="Status", required=True, readonly=True, default="unmatched")
    candidate_id = LedgerLink(
        "payment.bridge.instruction",
        readonly=True,
        help="The instruction that the row names, whether it fits or not.",
    )
    found_by = fields.Selection(SELECTION_FOUND_BY, readonly=True)
    match_pass = fields.Selection(SELECTION_PASS, string="Matched As", readonly=True)
    instruction_id = LedgerLink("payment.bridge.instruction", readonly=True)
    payment_id = LedgerLink("account.payment", readonly=True, index="btree_not_null")
    evidence = fields.Json(readonly=True, help="The figures that a match of several rows or payments rests on.")
    share_ids = fields.One2many("payment.bridge.statement.share", "line_id", readonly=True)
    account_id = LedgerLink("account.account", string="Booked To", readonly=True)
    partner_id = LedgerLink("res.partner", readonly=True)
    difference = fields.Selection(SELECTION_CLASS, string="Class", readonly=True)
    reason = fields.Char(compute="_compute_reason", help="Why it is matched, or why it is not.")
    age = fields.Integer(string="Days Open", compute="_compute_age")
    only_by_hand = fields.Boolean(readonly=True, help="A person undid its match: only a person matches it again.")
    note = fields.Char(readonly=True, help="What the person who decided wrote.")
    decided_by_id = LedgerLink("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    posting_id = LedgerLink("payment.bridge.posting", readonly=True, index="btree_not_null")
    move_line_id = LedgerLink("account.move.line", string="Journal Item", readonly=True, index="btree_not_null")
    fee_move_line_id = LedgerLink(
        "account.move.line", string="Journal Item of Its Fee", readonly=True, index="btree_not_null"
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Entry")

    _entry_once = models.UniqueIndex(
        "(channel_id, statement_kind, entry_reference)", "This row has been loaded already."
    )
    _one_row_per_leg = models.UniqueIndex(
        "(instruction_id, (amount > 0))"
        " WHERE kind NOT IN ('fee', 'chargeback') AND match_pass NOT IN ('part', 'chargeback')"
        " AND instruction_id IS NOT NULL",
        "Another row is matched to this payment already.",
    )
    # Each index costs every row that is inserted, also one that it leaves out: what few rows have shares one.
    _explains = models.Index("(match_pass, instruction_id) WHERE match_pass IN ('fee', 'part', 'chargeback')")
    _apart = models.Index("(match_pass, channel_id) WHERE match_pass IN ('net', 'suspense', 'chargeback')")
    _open = models.Index("(channel_id, candidate_id) WHERE state = 'unmatched'")
    _chosen = models.Index(
        "(rule_id, account_id, partner_id, tax_id) WHERE rule_id IS NOT NULL OR account_id IS NOT NULL"
        " OR partner_id IS NOT NULL OR tax_id IS NOT NULL"
    )
    _cleared = models.Index(
        "(cleared_with_id, cleared_move_id, chargeback_id) WHERE cleared_with_id IS NOT NULL"
        " OR cleared_move_id IS NOT NULL OR chargeback_id IS NOT NULL"
    )
    # Rows lie on the disk as they came, statement by statement and day by day: block ranges find them for next to
    # nothing, where two trees would cost as much as the rows.
    _statement_day = models.Index("USING brin (statement_id, settled_on) WITH (pages_per_range = 16)")

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
        figures = self.evidence or {}
        words = {
            "payment": self._why_payment(found_by, figures),
            "return": self.env._("The returned money of this payment, recognised by %s.", found_by),
            "out_and_back": self.env._("Left and came back: this payment failed after it had left."),
            "part": self.env._(
                "One of %s rows that carry the number of this payment and add up to it exactly.", figures.get("rows")
            ),
            "batch": self.env._(
                "It stands for %s payments of one batch, which add up to it exactly.", figures.get("payments")
            ),
            "settlement": self.env._(
                "Pays out what %s rows of this batch left on the account, to the cent.", figures.get("rows")
            ),
            "fee": self.env._("The platform's fee of this payment.")
            if self.instruction_id
            else self.env._("A fee of the platform."),
            "chargeback": self.env._(
                "Taken back by the payer's bank, or given again, of the collection that it names."
            ),
            "transfer": self.env._("Money moved between this account and the company's own bank."),
            "account": self.env._("Booked to an account by hand."),
            "suspense": self.env._("Posted to the suspense account until it is explained."),
        }
        if self.found_by == "hand" and self.match_pass != "account":
            reason = self.env._("Matched by hand by %s.", self.decided_by_id.name)
        else:
            reason = words.get(self.match_pass, "")
        return f"{reason} {self.note}".strip() if self.note else reason

    def _why_payment(self, found_by, figures):
        if self.found_by == "amount":
            return self.env._(
                "No other row and no other payment has this amount within these days (%s days apart).",
                figures.get("days"),
            )
        if self.found_by == "original":
            return self.env._("The only refund of the payment that this row names, and of this amount.")
        return self.env._("It carries %s of this payment; amount and currency agree.", found_by)

    def _why_ignored(self):
        return self.env._("Left out by %(person)s: %(note)s", person=self.decided_by_id.name, note=self.note)

    def _why_unmatched(self):
        teller = getattr(self, f"_why_{self.difference}", None) if self.difference else None
        return teller(self.candidate_id.sudo()) if teller else False

    def _why_platform_only_out(self, candidate):
        if candidate:
            return self.env._("Money of %s was given back, and no refund of it was ordered here.", candidate.key)
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
        if not candidate:
            return self.env._("Another entry says the same, to the second. It may stand on the statement twice.")
        return self.env._(
            "Another row is matched to %s already. It may have been paid twice: ask the platform.",
            candidate.key,
        )

    def _why_fee(self, candidate):
        return self.env._(
            "The row names %(key)s, which was ordered for %(ordered)s; what is missing is the agreed fee.",
            key=candidate.key,
            ordered=candidate.currency_id.format(candidate.amount),
        )

    def _why_rounding(self, candidate):
        return self.env._(
            "The row names %(key)s, and differs from it by no more than a rounding: %(ordered)s was ordered.",
            key=candidate.key,
            ordered=candidate.currency_id.format(candidate.amount),
        )

    def _why_currency(self, candidate):
        return self.env._(
            "The row names %(key)s, which was ordered in %(currency)s.",
            key=candidate.key,
            currency=candidate.currency_id.name,
        )

    def _why_part(self, candidate):
        return self.env._(
            "One of several rows that name %(key)s; together they do not make up %(ordered)s yet.",
            key=candidate.key,
            ordered=candidate.currency_id.format(candidate.amount),
        )

    def _why_chargeback(self, candidate):
        if not candidate:
            return self.env._("The platform took this back for a payer, and names no collection that is known here.")
        return self.env._(
            "The platform took this back for a payer of %s, which was not collected, or not to this amount: what was"
            " refunded or taken back before is counted. Contest it within the platform's time.",
            candidate.key,
        )

    def _why_refund_timing(self, candidate):
        return self.env._("The refund %s is on the statement before its result is known here.", candidate.key)

    def _why_opened(self, _candidate):
        return self.env._("Its match was undone by hand. Match it by hand, or leave it out.")

    @api.depends("raw_cells", "statement_id.titles")
    def _compute_raw(self):
        for line in self:
            cells = line.raw_cells or {}
            if isinstance(cells, list):
                cells = dict(zip(line.statement_id.titles or (), cells, strict=False))
            line.raw = {title: cell for title, cell in cells.items() if cell}

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
        lines |= lines._matched_together()
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

    def _matched_together(self):
        """The rows that explain one payment together with these: its parts, or that it left and came back."""
        found = self.browse()
        for match_pass in ("part", "out_and_back"):
            lines = self.filtered(lambda line, match_pass=match_pass: line.match_pass == match_pass)
            found |= self.search([("instruction_id", "in", lines.instruction_id.ids), ("match_pass", "=", match_pass)])
        if found.filtered(lambda line: line.state == "posted"):
            raise UserError(self.env._("A posted row is opened again by undoing its posting."))
        return found

    @api.private
    def _forget(self):
        """Unmatched again, as loaded."""
        self.share_ids.unlink()
        self.write(
            {
                "state": "unmatched",
                "match_pass": False,
                "found_by": False,
                "candidate_id": False,
                "instruction_id": False,
                "payment_id": False,
                "evidence": False,
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
                payments=line.share_ids.instruction_id.mapped("key") or None,
                remainder=f"{line.remainder:.2f}" if line.remainder else None,
                account=line.account_id.code or None,
                note=values.get("note") or None,
            )
        self.sudo().statement_id._refresh_state()
