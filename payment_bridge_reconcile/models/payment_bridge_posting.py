"""One run that posted rows of a statement: the unit that is undone."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every
from odoo.tools.constants import PREFETCH_MAX

from .account_move import SEQUENCE_FORMATS
from .posting_plan import SELECTION_MODE, SETTLEMENT


class PaymentBridgePosting(models.Model):
    """What one person or one scheduled run posted from a statement, together."""

    _name = "payment.bridge.posting"
    _description = "Statement Posting"
    _order = "id desc"
    _rec_names_search = ("channel_id",)

    name = fields.Char(compute="_compute_name")
    statement_id = fields.Many2one(
        "payment.bridge.statement", required=True, readonly=True, index=True, ondelete="restrict"
    )
    channel_id = fields.Many2one(related="statement_id.channel_id", store=True, index=True)
    company_id = fields.Many2one(related="statement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="statement_id.currency_id")
    state = fields.Selection(
        [("posted", "Posted"), ("undone", "Undone")],
        string="Status",
        required=True,
        readonly=True,
        default="posted",
        index=True,
    )
    posted_by_id = fields.Many2one("res.users", readonly=True, required=True)
    undone_by_id = fields.Many2one("res.users", readonly=True)
    undone_at = fields.Datetime(readonly=True)
    entry_ids = fields.One2many("account.bank.statement.line", "bridge_posting_id", readonly=True)
    line_ids = fields.One2many("payment.bridge.statement.line", "posting_id", readonly=True)
    mode = fields.Selection(SELECTION_MODE, string="Posted As", readonly=True, required=True, default=SETTLEMENT)
    row_count = fields.Integer(string="Rows", readonly=True)
    amount = fields.Monetary(string="Net", readonly=True, help="What the account's balance changed by.")
    entry_names = fields.Char(string="Entries", compute="_compute_name")

    @api.depends("statement_id.name", "entry_ids.move_id.name")
    def _compute_name(self):
        for posting in self:
            posting.name = f"{posting.statement_id.name} #{posting.id or ''}"
            posting.entry_names = ", ".join(filter(None, posting.sudo().entry_ids.move_id.mapped("name")))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A posting is part of the trail: undo it instead."))

    def action_undo(self):
        """Take the whole run back: opposite entries, the payments open on their outstanding account
        again, the rows matched but not posted."""
        for posting in self:
            posting.statement_id._require_clerk()
            posting.sudo()._undo()
            self.env["payment.bridge.audit.event"]._record(
                "statement.posting_undone", posting, statement=posting.statement_id.name, entries=posting.entry_names
            )

    def action_open_entries(self):
        """The run's journal entries."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.sudo().entry_ids.move_id.ids)],
        }

    # -- making -----------------------------------------------------------------------

    @api.private
    def _make_entries(self, plan):
        """Make the plan's entries, each posted with its final items, and reconcile them in one go."""
        self.ensure_one()
        entries = self._create_entries([self._entry_values(entry) for entry in plan.entries])
        bank = self._bank_account()
        pairs, groups, marks, fee_marks = [], [], {}, {}
        for planned, entry in zip(plan.entries, entries, strict=True):
            made = entry.move_id.line_ids.sorted("id").filtered(lambda one: one.account_id != bank)
            for item, journal_item in zip(planned.items, made, strict=True):
                if journal_item.account_id != item.account:
                    raise ValueError(f"{journal_item} is not what was planned for {item.account}")
                for row_id in item.lines.ids:
                    (fee_marks if item.is_fee else marks).setdefault(row_id, journal_item.id)
                if item.at_once:
                    groups.append((journal_item, item.settles))
                elif item.settles:
                    pairs.append(journal_item | item.settles)
        self._mark({**fee_marks, **marks}, fee_marks)
        pairs += self._pairs_within(plan)
        if groups:
            self.env["account.move.line"]._bridge_settle(groups)
        if pairs:
            self.env["account.move.line"]._reconcile_plan(pairs)
        self.write({"row_count": len({**fee_marks, **marks}), "amount": plan.net})

    def _create_entries(self, values):
        """Statement entries of these values, in portions that Odoo computes together: of more records than it
        prefetches it flushes and looks up each one by itself."""
        entries = self.env["account.bank.statement.line"]
        for portion in split_every(PREFETCH_MAX, values, list):
            entries += self._bare_entries().create(portion)
            self.env.flush_all()
        return entries

    def _bare_entries(self):
        """Statement entries to be made from final, balanced items: nothing has to be derived from them, and nobody
        follows them; a company that keeps Odoo's own trail of changes gets it."""
        company = self.company_id
        return (
            self.env["account.bank.statement.line"]
            .with_company(company)
            .with_context(
                skip_invoice_sync=True,
                check_move_validity=False,
                tracking_disable=not company.restrictive_audit_trail,
                **{SEQUENCE_FORMATS: {}},
            )
        )

    def _bank_account(self):
        return self.channel_id.journal_id.default_account_id

    def _entry_values(self, entry):
        """A statement entry with all of its items: the account itself, then one a planned item."""
        net = -sum(item.amount for item in entry.items)
        label = self._entry_label(entry)
        items = [self._item_values(entry, item) for item in entry.items]
        liquidity = {
            "account_id": self._bank_account().id,
            "name": label,
            "currency_id": self.currency_id.id,
            "amount_currency": self.currency_id.round(net),
            "balance": -sum(values["balance"] for values in items),
        }
        return {
            "journal_id": self.channel_id.journal_id.id,
            "date": entry.date,
            "payment_ref": label,
            "ref": self.statement_id.name,
            "amount": self.currency_id.round(net),
            "bridge_posting_id": self.id,
            "line_ids": [Command.create(values) for values in (liquidity, *items)],
        }

    def _item_values(self, entry, item):
        currency, amount = item.worth(self.currency_id)
        books = self.company_id.currency_id
        return {
            "account_id": item.account.id,
            "partner_id": item.partner.id,
            "name": item.label,
            "currency_id": currency.id,
            "amount_currency": amount,
            "balance": item.booked.balance
            if item.booked
            else currency._convert(amount, books, self.company_id, entry.date),
            "bridge_statement_line_id": item.lines.id if len(item.lines) == 1 else False,
            **item.extra,
        }

    def _entry_label(self, entry):
        if entry.title:
            return entry.title
        return self.statement_id._entry_title(entry.day, self.env._("rows: %s", len(entry.lines)), entry.date)

    def _mark(self, items, fee_items):
        """Note on the rows which journal item stands for them, and which one holds their fee; both are
        {row id: item id}."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_statement_line l
                   SET state = 'posted', match_pass = COALESCE(l.match_pass, 'suspense'),
                       posting_id = %s, move_line_id = made.item_id, fee_move_line_id = NULLIF(made.fee_item_id, 0)
                  FROM unnest(%s::integer[], %s::integer[], %s::integer[]) AS made (row_id, item_id, fee_item_id)
                 WHERE l.id = made.row_id
                """,
                self.id,
                list(items),
                list(items.values()),
                [fee_items.get(row_id, 0) for row_id in items],
            )
        )
        self.line_ids.invalidate_model()
        self.invalidate_recordset(["line_ids"])

    def _open_rows(self):
        """The rows are matched but not posted again; those in suspense were never matched."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_statement_line
                   SET state = CASE match_pass WHEN 'suspense' THEN 'unmatched' ELSE 'matched' END,
                       match_pass = NULLIF(match_pass, 'suspense'), posting_id = NULL, move_line_id = NULL,
                       fee_move_line_id = NULL
                 WHERE posting_id = %s
                """,
                self.id,
            )
        )
        self.line_ids.invalidate_model()
        self.invalidate_recordset(["line_ids"])

    def _pairs_within(self, plan):
        """The legs of failed payments that left and came back and are both posted by this run."""
        lines = self.line_ids.filtered(lambda line: line.match_pass == "out_and_back")
        return [legs.move_line_id for legs in lines.grouped("instruction_id").values() if len(legs) == 2]

    # -- undoing ----------------------------------------------------------------------

    def _undo(self):
        """Opposite entries on the same day, or the first open one; nothing is deleted."""
        self.ensure_one()
        if self.state == "undone":
            raise UserError(self.env._("This posting has been undone already."))
        statement = self.statement_id
        statement._lock_channel(statement.channel_id)
        originals = self.entry_ids
        originals.move_id.line_ids.remove_move_reconcile()
        opposites = self._create_entries([self._opposite_values(entry) for entry in originals])
        pairs = []
        for entry, opposite in zip(originals, opposites, strict=True):
            items = zip(entry.move_id.line_ids.sorted("id"), opposite.move_id.line_ids.sorted("id"), strict=True)
            pairs += [one | other for one, other in items if one.account_id.reconcile]
        if pairs:
            self.env["account.move.line"]._reconcile_plan(pairs)
        self._open_rows()
        self.write({"state": "undone", "undone_by_id": self.env.uid, "undone_at": fields.Datetime.now()})
        statement.channel_id._match_lines(only_classify=True)
        statement._refresh_state()

    def _opposite_values(self, entry):
        items = entry.move_id.line_ids.sorted("id")
        label = self.env._("Undone: %s", entry.payment_ref)
        return {
            "journal_id": entry.journal_id.id,
            "date": self.statement_id._entry_date(entry.date, has_tax=entry.move_id._affect_tax_report()),
            "payment_ref": label,
            "ref": entry.move_id.ref,
            "amount": -entry.amount,
            "bridge_posting_id": self.id,
            "line_ids": [
                Command.create(
                    {
                        "account_id": item.account_id.id,
                        "partner_id": item.partner_id.id,
                        "name": label if item.account_id == self._bank_account() else item.name,
                        "currency_id": item.currency_id.id,
                        "amount_currency": -item.amount_currency,
                        "balance": -item.balance,
                        "tax_ids": [Command.set(item.tax_ids.ids)],
                        "tax_tag_ids": [Command.set(item.tax_tag_ids.ids)],
                        "tax_repartition_line_id": item.tax_repartition_line_id.id,
                        "analytic_distribution": item.analytic_distribution,
                    }
                )
                for item in items
            ],
        }
