"""What a row that nothing explains may be, for a person to accept with one click."""

from odoo import api, fields, models
from odoo.exceptions import UserError

SELECTION_WAY = [
    ("document", "Invoices and bills"),
    ("payment", "A payment"),
    ("account", "An account"),
    ("ignore", "Leave it out"),
]


class PaymentBridgeStatementProposal(models.Model):
    """One explanation of one row, with its score and its reason. Several may stand beside each other.

    Made, renewed and taken away by the engine as it sees what is open; one that a person has declined stays, so that
    it is not made again.
    """

    _name = "payment.bridge.statement.proposal"
    _description = "Proposal for a Statement Row"
    _order = "line_id, score desc, id"
    _rec_name = "reason"
    _rec_names_search = ("line_id",)
    _log_access = False

    line_id = fields.Many2one(
        "payment.bridge.statement.line", string="Row", required=True, readonly=True, index=True, ondelete="cascade"
    )
    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(related="line_id.amount", string="Row Amount")
    day = fields.Date(related="line_id.settled_on", string="Day")
    description = fields.Char(related="line_id.description")
    way = fields.Selection(SELECTION_WAY, string="Explained By", required=True, readonly=True)
    document_ids = fields.Many2many(
        "account.move", "payment_bridge_proposal_document_rel", "proposal_id", "document_id", readonly=True
    )
    instruction_id = fields.Many2one("payment.bridge.instruction", string="Payment", readonly=True, ondelete="cascade")
    account_id = fields.Many2one("account.account", readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")
    rule_id = fields.Many2one("payment.bridge.match.rule", readonly=True, index="btree_not_null", ondelete="cascade")
    kind = fields.Char(readonly=True)
    score = fields.Float(readonly=True, help="How likely it is, between 0 and 1.")
    reasons = fields.Json(readonly=True, help="The figures that it rests on.")
    rest = fields.Monetary(
        readonly=True,
        help="What the row has left after paying the documents; below zero, what stays open on them.",
    )
    names = fields.Char(string="What", compute="_compute_names")
    reason = fields.Char(compute="_compute_reason")
    state = fields.Selection(
        [("open", "Open"), ("declined", "Declined")],
        string="Status",
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    declined_by_id = fields.Many2one("res.users", readonly=True)

    @api.depends("document_ids.name", "instruction_id.key", "account_id", "way")
    @api.depends_context("lang")
    def _compute_names(self):
        ways = dict(self._fields["way"]._description_selection(self.env))
        for proposal in self:
            known = proposal.sudo()
            names = known.document_ids.mapped("name") or [known.instruction_id.key or known.account_id.display_name]
            proposal.names = ", ".join(filter(None, names)) or ways.get(proposal.way)

    @api.depends("kind", "reasons", "rule_id", "rest", "names")
    @api.depends_context("lang")
    def _compute_reason(self):
        for proposal in self:
            has_rest = proposal.rest and proposal.way == "document"
            told = (
                proposal._words().get(proposal.kind),
                proposal._say_party(),
                proposal._say_rest() if has_rest else "",
            )
            proposal.reason = " ".join(filter(None, told))

    def _words(self):
        figures = self.reasons or {}
        return {
            "named_exactly": self._say_named(figures, self.env._("the amount is what is open on them.")),
            "named_and_more": self.env._("The text names some of them, and only these others make up the amount."),
            "part_of_named": self._say_named(figures, self.env._("more is open than the row brings.")),
            "more_than_named": self._say_named(figures, self.env._("less is open than the row brings.")),
            "payer_exactly": self.env._("The payer is known, and this is what has the amount."),
            "payer_together": self.env._("The payer is known, and only these together come to the amount."),
            "almost_named": self.env._("The text names it but for one character, and the amount agrees."),
            "only_amount": self.env._("No other row and no other document has this amount."),
            "rule": self.env._("Rule %(rule)s proposes it.", rule=self.rule_id.sudo().name),
        }

    def _say_party(self):
        """What the payer says for or against it, where that is not its reason already."""
        figures = self.reasons or {}
        if self.kind in ("payer_exactly", "payer_together", "rule"):
            return ""
        if figures.get("payer"):
            return self.env._("The payer is known as this partner.")
        if figures.get("payer") is False:
            return self.env._("The payer is known as somebody else.")
        return self.env._("The names are alike.") if figures.get("name") else ""

    def _say_named(self, figures, then):
        if figures.get("unclear"):
            return self.env._("The text may mean them, among others; %s", then)
        if figures.get("reference") == "weak":
            return self.env._("The text has their number, but not the whole of it; %s", then)
        return self.env._("The text names them; %s", then)

    def _say_rest(self):
        amount = self.currency_id.format(abs(self.rest))
        if self.rest > 0:
            return self.env._("%s would be left over.", amount)
        return self.env._("%s would stay open.", amount)

    # -- buttons ----------------------------------------------------------------------

    def action_accept(self):
        """Take it: the row is explained so, as if it had been chosen by hand."""
        alone = len(self) == 1
        if len(self.line_id) < len(self):
            raise UserError(self.env._("Choose one proposal for each row."))
        for proposal in self:
            line = proposal.line_id
            line.statement_id._require_clerk()
            if line.state != "unmatched":
                raise UserError(self.env._("This row is explained already."))
            if proposal._leaves_something():
                if not alone:
                    raise UserError(
                        self.env._(
                            "%(entry)s has something left over: accept it by itself and say where that goes.",
                            entry=line.entry_reference,
                        )
                    )
                return proposal._open_wizard()
            getattr(proposal, f"_accept_{proposal.way}")()  # which takes the row's proposals away
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _leaves_something(self):
        """Whether a person has to say where a part of the row goes."""
        left_over = self.currency_id.compare_amounts(self.rest, 0.0) > 0
        return self.way == "document" and not self.rule_id and left_over

    def action_decline(self):
        """Not this: it is not proposed again."""
        self.line_id.statement_id._require_clerk()
        for proposal in self:
            proposal.sudo().write({"state": "declined", "declined_by_id": self.env.uid})
            self.env["payment.bridge.audit.event"]._record(
                "proposal.declined", proposal, entry=proposal.line_id.entry_reference, kind=proposal.kind
            )

    def action_open_row(self):
        """The row."""
        self.ensure_one()
        return self.line_id._get_records_action()

    def _accept_document(self):
        channel, document_ids = self.line_id.channel_id, self.sudo().document_ids.ids
        documents = channel.sudo()._documents_by_id(document_ids)
        left = channel._minor(abs(self.line_id.gross)) - sum(document.open for document in documents)
        if {document.id for document in documents} != set(document_ids) or left != channel._minor(self.rest):
            raise UserError(self.env._("Something was paid since this was proposed. Match again and look at it anew."))
        rest_account = self.account_id if self.rule_id and self.rest else None
        self.line_id._decide_documents(documents, rest_account, in_full=bool(self.rule_id), note=self.reason)

    def _accept_payment(self):
        self.line_id._decide(
            state="matched",
            match_pass="payment",
            found_by="hand",
            instruction_id=self.instruction_id.id,
            payment_id=self.instruction_id.payment_id.id,
            account_id=self.account_id.id if self.rest else False,
            note=self.reason,
        )

    def _accept_account(self):
        rule = self.rule_id.sudo()
        self.line_id._decide(
            state="matched",
            match_pass="account",
            found_by="hand",
            account_id=self.account_id.id,
            partner_id=self.partner_id.id,
            tax_id=rule.tax_id.id,
            analytic_distribution=rule.analytic_distribution,
            note=self.reason,
        )

    def _accept_ignore(self):
        self.line_id._decide(state="ignored", note=self.rule_id.sudo().ignore_reason or self.reason)

    def _open_wizard(self):
        wizard = self.env["payment.bridge.statement.line.match"].create(
            {"line_id": self.line_id.id, "way": "document", "document_ids": self.document_ids.ids}
        )
        return wizard._get_records_action(target="new", name=self.env._("Match by Hand"))
