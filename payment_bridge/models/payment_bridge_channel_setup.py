"""What a channel needs in the books and at the platform before it can pay."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..connector.errors import ConnectorError, Unsupported
from ..connector.types import Operation
from .refusal import refused

MONEY_PREFIX = "1012"  # 其他货币资金, other monetary funds, in the Chinese charts
FEE_PREFIX_CN = "6603"  # 财务费用, financial expenses


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _payable_accounts(self, accounts):
        """Those of ``accounts`` that this channel can pay to, in their own order."""
        self.ensure_one()
        capabilities = self.sudo()._capabilities()

        def payable(account):
            kind = capabilities.payee_kind(account.bridge_payee_kind or "")
            company = account.partner_id.commercial_partner_id.is_company
            return kind is not None and not (kind.persons_only and company)

        return accounts.filtered(payable)

    @api.private
    def _leaves_not_before(self):
        """When an order made now may leave: now (False), or the next day after the cut-off. UTC."""
        self.ensure_one()
        if not self.cut_off:
            return False
        zone = ZoneInfo(self._capabilities().zone)
        local = fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        if local.hour + local.minute / 60 < self.cut_off:
            return False
        next_day = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), tzinfo=zone)
        return next_day.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    def action_test_connection(self):
        """Try the settings with harmless real calls and show what each proves."""
        self.ensure_one()
        self._require_online()
        wizard = self.env["payment.bridge.channel.test"].create({"channel_id": self.id})
        wizard._run()
        return wizard._get_records_action(target="new", name=self.env._("Connection Test"))

    def action_read_balance(self):
        """Ask the platform for the balance, in the background."""
        self.check_access("read")
        if not any(self.env.user.has_group(f"payment_bridge.group_{role}") for role in ("clerk", "channel_admin")):
            words = self.env._("Only a clerk or a channel administrator asks for the balance.")
            raise refused(self, "no_role", UserError(words))
        self.env.ref("payment_bridge.cron_balance").sudo()._trigger()

    def action_set_up_accounts(self):
        """Create or complete journal, accounts and payment methods; safe to repeat."""
        self.check_access("write")
        for channel in self:
            channel._set_up_accounts()

    @api.private
    def _set_up_accounts(self):
        self.ensure_one()
        if not self.journal_id:
            self.journal_id = self.env["account.journal"].create(
                {
                    "name": self.name,
                    "type": "bank",
                    "code": self._free_journal_code(),
                    "company_id": self.company_id.id,
                    "default_account_id": self._make_account(MONEY_PREFIX, self.name, "asset_cash", reconcile=False).id,
                    "currency_id": self.currency_id.id if self.currency_id != self.company_id.currency_id else False,
                }
            )
        for direction, suffix in (
            ("outbound", self.env._("payments on their way")),
            ("inbound", self.env._("receipts on their way")),
        ):
            if not self.is_online:
                self._book_by_hand(direction, f"{self.name} · {suffix}")
            elif not self.journal_id._bridge_method_line(direction):
                self._add_method_line(direction, f"{self.name} · {suffix}")
        if not self.fee_account_id:
            self.fee_account_id = self._find_or_make_fee_account()

    def _add_method_line(self, direction, account_name):
        method = self.env.ref(f"payment_bridge.payment_method_{direction}")
        account = self._make_account(MONEY_PREFIX, account_name, "asset_current", reconcile=True)
        self.journal_id.write(
            {
                f"{direction}_payment_method_line_ids": [
                    Command.create(
                        {
                            "payment_method_id": method.id,
                            "name": method.name,
                            "payment_account_id": account.id,
                            "sequence": 1,
                        }
                    )
                ]
            }
        )

    def _book_by_hand(self, direction, account_name):
        """Payments that a person orders elsewhere are recorded by Odoo's manual method: they wait for the statement
        on an account of their own."""
        for line in self.journal_id[f"{direction}_payment_method_line_ids"]:
            if line.code == "manual" and not line.payment_account_id:
                line.payment_account_id = self._make_account(
                    MONEY_PREFIX, account_name, "asset_current", reconcile=True
                )

    def _make_account(self, prefix, name, account_type, reconcile):
        """A new account under ``prefix``, its code the next free one of the chart's usual length."""
        accounts = self.env["account.account"].with_company(self.company_id)
        length = max(
            (len(code) for code in accounts.search([("company_ids", "in", self.company_id.id)]).mapped("code") if code),
            default=6,
        )
        return accounts.create(
            {
                "name": name,
                "code": accounts._search_new_account_code(prefix.ljust(length, "0")),
                "account_type": account_type,
                "reconcile": reconcile,
                "company_ids": [Command.link(self.company_id.id)],
            }
        )

    def _find_or_make_fee_account(self):
        accounts = self.env["account.account"].with_company(self.company_id)
        domain = [
            ("company_ids", "in", self.company_id.id),
            ("code", "=like", f"{FEE_PREFIX_CN}%"),
            ("account_type", "=like", "expense%"),
        ]
        return accounts.search(domain, limit=1) or self._make_account(
            FEE_PREFIX_CN, self.env._("Payment platform fees"), "expense", reconcile=False
        )

    def _free_journal_code(self):
        used = set(
            self.env["account.journal"]
            .with_context(active_test=False)
            .search([("company_id", "=", self.company_id.id)])
            .mapped("code")
        )
        return next(code for number in range(1, 1000) if (code := f"PB{number}") not in used)

    @api.model
    def _cron_balance(self):
        """Read every active channel's balance and certificate dates."""
        for channel in self.search([("state", "=", "active")]):
            channel._read_balance()
            self.env["ir.cron"]._commit_progress(1)

    @api.private
    def _read_balance(self):
        """Read the balance; a failure is noted on the channel's health and hides nothing."""
        self.ensure_one()
        try:
            connector = self._connector()
        except UserError as error:
            self.health_id._note(0, 1, str(error)[:250])
            return
        self.env["ir.cron"]._commit_progress()
        with connector.transport.recorded() as exchanges:
            balance, failure = None, None
            if Operation.BALANCE in connector.capabilities.operations:
                try:
                    balance = connector.balance()
                except Unsupported:
                    balance = None  # not every merchant's contract has it
                except ConnectorError as error:
                    failure = error
        self.env["payment.bridge.exchange"]._keep(self, exchanges)
        values = {"certificate_expiry": connector.certificate_expiry()}
        if balance:
            values.update(balance_available=float(balance.available.amount), balance_at=balance.at.replace(tzinfo=None))
        self.health_id._write_quietly(values)
        self.health_id._note(1 if balance else 0, 1 if failure else 0, failure and failure.message)

    @api.private
    def _test_connection(self):
        """Run the connector's own test; answers its reports, or one that says why it could not run."""
        self.ensure_one()
        connector = self._connector()
        with connector.transport.recorded() as exchanges:
            reports = connector.test_connection()
        self.env["payment.bridge.exchange"]._keep(self, exchanges)
        expiry = connector.certificate_expiry()
        if expiry:
            self.health_id._write_quietly({"certificate_expiry": expiry})
        return reports
