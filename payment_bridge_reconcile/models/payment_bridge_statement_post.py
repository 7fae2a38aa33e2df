"""From matched rows to journal entries: first the plan, which people see, then exactly that."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from odoo import api, models
from odoo.exceptions import UserError


@dataclass(slots=True)
class PlannedItem:
    """One journal item to be made. ``amount`` is in the channel's currency, debit positive.

    ``settles`` are the open journal items that it is reconciled with; ``lines`` the rows it stands for.
    """

    account: models.Model
    partner: models.Model
    label: str
    amount: float
    lines: models.Model
    settles: models.Model


@dataclass(slots=True)
class PlannedEntry:
    """One statement entry: the rows of one day, or one row in suspense."""

    day: date
    date: date
    lines: models.Model
    items: list[PlannedItem]
    suspense: bool = False


@dataclass(slots=True)
class Plan:
    """What posting a statement now would do."""

    entries: list[PlannedEntry] = field(default_factory=list)
    blocked: dict[int, str] = field(default_factory=dict)  # row id -> why it cannot be posted

    @property
    def digest(self):
        """Changes whenever anything that would be posted changes."""
        told = [
            (str(entry.date), item.account.id, f"{item.amount:.6f}", item.lines.ids, item.settles.ids)
            for entry in self.entries
            for item in entry.items
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()

    @property
    def net(self):
        """What the account's balance changes by."""
        return -sum(item.amount for entry in self.entries for item in entry.items)


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    # -- the plan -------------------------------------------------------------------

    @api.private
    def _plan(self, with_suspense=False):
        """What would be posted now: the matched rows by day, and with ``with_suspense`` each unmatched
        row against the suspense account.

        :raises UserError: when the channel cannot post at all, saying what is missing.
        :rtype: Plan
        """
        self.ensure_one()
        self._check_can_post(with_suspense)
        statement = self.sudo().with_company(self.company_id)
        plan = Plan()
        matched = statement.line_ids.filtered(lambda line: line.state == "matched").sorted("row")
        settles = statement._open_items(matched)
        for day, lines in sorted(matched.grouped("settled_on").items()):
            items = statement._plan_day(lines, settles, plan)
            if items:
                posted = statement._lines_of(items)
                plan.entries.append(PlannedEntry(day, statement._entry_date(day), posted, items))
        if with_suspense:
            for line in statement.line_ids.filtered(lambda line: line.state == "unmatched").sorted("row"):
                plan.entries.append(statement._plan_suspense(line))
        return plan

    def _check_can_post(self, with_suspense):
        journal = self.channel_id.journal_id.sudo()
        currency = journal.currency_id or journal.company_id.currency_id
        if not self.covers_balance:
            raise UserError(
                self.env._(
                    "This statement is for information: its rows do not explain the balance. Post the other"
                    " kind of statement of %s instead.",
                    self.channel_id.name,
                )
            )
        if self.state not in ("loaded", "posted"):
            raise UserError(self.env._("Only a loaded statement can be posted."))
        if not journal.default_account_id:
            raise UserError(self.env._("%s needs its journal and accounts first.", self.channel_id.name))
        if currency != self.currency_id:
            raise UserError(
                self.env._(
                    "The statement is in %(statement)s but the journal is kept in %(journal)s. Give the"
                    " channel a journal in its own currency.",
                    statement=self.currency_id.name,
                    journal=currency.name,
                )
            )
        if with_suspense and not self._suspense_account():
            raise UserError(
                self.env._("The journal %s has no suspense account. Choose one on the journal.", journal.name)
            )

    def _suspense_account(self):
        journal = self.channel_id.journal_id.sudo()
        return journal.suspense_account_id or journal.company_id.account_journal_suspense_account_id

    def _entry_date(self, day):
        """The statement's own day, or the first open one after it when the books of that day are closed."""
        locks = self.company_id._get_violated_lock_dates(day, False, self.channel_id.journal_id)
        return locks[-1][0] + timedelta(days=1) if locks else day

    def _lines_of(self, items):
        lines = self.env["payment.bridge.statement.line"]
        return lines.union(*(item.lines for item in items))

    def _open_items(self, lines):
        """The open journal items that rows settle, as {(row's pass, payment): items}."""
        payments = lines.payment_id | lines.share_ids.payment_id
        moves = payments.move_id | payments.bridge_reversal_id
        found = defaultdict(self.env["account.move.line"].browse)
        open_items = self.env["account.move.line"].search(
            [("move_id", "in", moves.ids), ("parent_state", "=", "posted"), ("reconciled", "=", False)]
        )
        by_move = open_items.grouped("move_id")
        for payment in payments:
            for leg, move in (("payment", payment.move_id), ("return", payment.bridge_reversal_id)):
                items = by_move.get(move, open_items.browse())
                found[leg, payment] = items.filtered(
                    lambda item, account=payment.outstanding_account_id: item.account_id == account
                )
        return found

    def _plan_day(self, lines, settles, plan):
        """The items of one day's entry, the platform's fees together in one."""
        items, fees = [], []
        for line in lines:
            planned = getattr(self, f"_plan_{line.match_pass}")(line, settles)
            if isinstance(planned, str):
                plan.blocked[line.id] = planned
                continue
            fee = line.currency_id.round(-line.amount - sum(item.amount for item in planned))
            if fee and not self.channel_id.fee_account_id:
                plan.blocked[line.id] = self.env._("the channel has no account for fees")
                continue
            items += planned
            if fee:
                fees.append((line, fee))
        return items + self._plan_fees(fees)

    def _plan_fees(self, fees):
        """One item for the fees charged, one for those given back."""
        charged = [(line, fee) for line, fee in fees if fee > 0]
        returned = [(line, fee) for line, fee in fees if fee < 0]
        items = []
        if charged:
            items.append(self._fee_item(self.env._("Platform fees, %s rows", len(charged)), charged))
        if returned:
            items.append(self._fee_item(self.env._("Platform fees given back, %s rows", len(returned)), returned))
        return items

    def _fee_item(self, label, fees):
        return self._item(
            self.channel_id.fee_account_id,
            label,
            self.currency_id.round(sum(fee for _line, fee in fees)),
            self.env["payment.bridge.statement.line"].union(*(line for line, _fee in fees)),
        )

    def _item(self, account, label, amount, lines, partner=None, settles=None):
        return PlannedItem(
            account,
            partner if partner is not None else self.env["res.partner"],
            label,
            amount,
            lines,
            settles if settles is not None else self.env["account.move.line"],
        )

    def _plan_payment(self, line, settles):
        amount = line.instruction_id.amount
        return self._plan_leg(line, settles, "payment", amount if line.amount < 0 else -amount)

    def _plan_part(self, line, settles):
        """The row's part of the payment's item, which is paid off with the last part."""
        payment = line.payment_id
        items = settles["payment", payment]
        open_amount = abs(sum(items.mapped("amount_residual_currency")))
        if line.currency_id.compare_amounts(open_amount, abs(line.gross)) < 0:
            return self.env._(
                "the item of %s on its outstanding account is reconciled with something else already",
                payment.display_name,
            )
        return [self._item(items.account_id, line._entry_label(), -line.gross, line, payment.partner_id, items)]

    def _plan_batch(self, line, settles):
        """An item for each payment that the row stands for."""
        items = []
        for share in line.share_ids:
            planned = self._plan_leg(line, settles, "payment", -share.amount, share.payment_id)
            if isinstance(planned, str):
                return planned
            items += planned
        return items

    def _plan_settlement(self, line, settles):
        return self._plan_transfer(line, settles)

    def _plan_return(self, line, settles):
        return self._plan_leg(line, settles, "return", -line.instruction_id.amount)

    def _plan_leg(self, line, settles, leg, amount, payment=None):
        """The row's item on the payment's outstanding account, to be reconciled with the payment's own."""
        payment = payment or line.payment_id
        items = settles[leg, payment]
        open_amount = abs(sum(items.mapped("amount_residual_currency")))
        if not items or line.currency_id.compare_amounts(open_amount, abs(amount)):
            return self.env._(
                "the item of %s on its outstanding account is reconciled with something else already",
                payment.display_name,
            )
        return [self._item(items.account_id, line._entry_label(), amount, line, payment.partner_id, items)]

    def _plan_out_and_back(self, line, _settles):
        """The two rows of a failed payment meet on its outstanding account."""
        payment = line.payment_id
        other_leg = line.search(
            [
                ("instruction_id", "=", line.instruction_id.id),
                ("match_pass", "=", "out_and_back"),
                ("id", "!=", line.id),
                ("state", "=", "posted"),
            ],
            limit=1,
        )
        account = payment.outstanding_account_id
        amount = -line.gross
        return [
            self._item(
                account,
                line._entry_label(),
                amount,
                line,
                payment.partner_id,
                other_leg.move_line_id.filtered(lambda item: not item.reconciled),
            )
        ]

    def _plan_fee(self, _line, _settles):
        return []  # the whole amount is a fee

    def _plan_transfer(self, line, _settles):
        account = self.company_id.transfer_account_id
        if not account:
            return self.env._("the company has no account for internal transfers")
        return [self._item(account, line._entry_label(), -line.amount, line)]

    def _plan_account(self, line, _settles):
        return [self._item(line.account_id, line._entry_label(), -line.amount, line, line.partner_id)]

    def _plan_suspense(self, line):
        item = self._item(self._suspense_account(), line._entry_label(), -line.amount, line)
        return PlannedEntry(line.settled_on, self._entry_date(line.settled_on), line, [item], suspense=True)

    # -- doing it ---------------------------------------------------------------------

    @api.private
    def _post(self, with_suspense=False, expected=None):
        """Post what :meth:`_plan` says, as one run that can be undone. Answers the run, empty when there
        was nothing to post.

        :param expected: the digest of the plan that a person has seen
        :raises UserError: when the plan is not that one any more.
        """
        self.ensure_one()
        self._require_clerk()
        self._lock_channel(self.channel_id)
        plan = self._plan(with_suspense)
        if expected is not None and plan.digest != expected:
            raise UserError(self.env._("Something changed since this was shown. Nothing was posted: look at it again."))
        postings = self.env["payment.bridge.posting"].sudo()
        if not plan.entries:
            return postings
        posting = postings.create({"statement_id": self.id, "posted_by_id": self.env.uid})
        posting._make_entries(plan)
        self._refresh_state()
        self.env["payment.bridge.audit.event"]._record(
            "statement.posted",
            posting,
            statement=self.name,
            rows=sum(len(entry.lines) for entry in plan.entries),
            net=f"{plan.net:.2f}",
            suspense=bool(with_suspense),
            entries=posting.entry_ids.move_id.mapped("name"),
        )
        return posting

    @api.model
    def _cron_post(self):
        """Match again what is open, and post for the channels that post by themselves."""
        cron = self.env["ir.cron"]
        channels = self.env["payment.bridge.channel"].with_context(active_test=False).search([])
        for channel in channels:
            channel._match_lines()
            if not cron._commit_progress():
                return
            if channel.auto_post == "never":
                continue
            due = self.search(
                [("channel_id", "=", channel.id), ("state", "=", "loaded"), ("covers_balance", "=", True)],
                order="last_day, id",
            )
            for statement in due:
                if not statement._post_by_itself():
                    break
                if not cron._commit_progress(1):
                    return

    def _post_by_itself(self):
        """Post as the channel says. Answers False when this channel must wait for a person."""
        if self.channel_id.auto_post == "complete" and self.unmatched_count or not self.matched_count:
            return True
        try:
            with self.env.cr.savepoint():
                lang = self.company_id.partner_id.lang
                self.with_company(self.company_id).with_context(lang=lang)._post()
        except UserError as error:
            self.message = self.env._("It could not be posted by itself: %s", error)
            return False
        return True


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    @api.private
    def _entry_label(self):
        """How the row reads on its journal item."""
        what = self.payment_id.name or self.description or self.platform_kind or ""
        return f"{what} · {self.entry_reference}".strip(" ·")
