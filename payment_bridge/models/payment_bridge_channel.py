"""One merchant account on a platform, tied to one company and one journal."""

import threading
from datetime import timedelta
from secrets import token_urlsafe
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..connector import registry
from ..connector.declarations import ChannelSettings
from ..connector.errors import ConnectorError
from ..connector.transport import Transport
from .refusal import refused

_connectors_lock = threading.Lock()
_connectors = {}


class PaymentBridgeChannel(models.Model):
    """A configured merchant account. Its journal's balance is the money held at the platform."""

    _name = "payment.bridge.channel"
    _description = "Payment Channel"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    connector_code = fields.Selection(
        selection="_selection_connector_code", string="Platform", required=True, tracking=True
    )
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("production", "Production")],
        default="sandbox",
        required=True,
        tracking=True,
        help="A sandbox channel talks to a test gateway; a production channel only to the platform's own addresses.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("paused", "Paused")],
        default="draft",
        required=True,
        readonly=True,
        tracking=True,
    )
    pause_reason = fields.Char(readonly=True, copy=False, tracking=True)
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'bank')]",
        check_company=True,
        copy=False,
        tracking=True,
        help="The bank journal whose account holds the money at the platform.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        tracking=True,
        help="The currency in which the platform keeps this account.",
    )
    limit_per_payment = fields.Monetary(
        tracking=True, help="The largest single payment this channel may send. Zero: no own limit."
    )
    limit_per_day = fields.Monetary(
        tracking=True,
        help="What this channel may send in one day of the platform's calendar. Payments over it wait"
        " for the next day. Zero: no own limit.",
    )
    cut_off = fields.Float(
        tracking=True,
        help="Payments ordered after this time of the platform's day leave on the next one. Zero: none.",
    )
    fee_account_id = fields.Many2one(
        "account.account", check_company=True, tracking=True, help="Where the platform's fees are booked."
    )
    exchange_retention_days = fields.Integer(
        default=180,
        help="After so many days the text of requests and answers is removed; their hashes stay.",
    )
    max_concurrency = fields.Integer(default=8, help="How many requests may be under way at the platform at once.")
    credential_ids = fields.One2many("payment.bridge.credential", "channel_id", copy=False)
    notify_token = fields.Char(
        default=lambda self: token_urlsafe(24), required=True, copy=False, groups="base.group_system"
    )
    notify_url = fields.Char(
        compute="_compute_notify_url",
        help="Where the platform sends its notifications: enter it in the platform's console.",
    )
    health_id = fields.Many2one("payment.bridge.channel.health", string="Health Record", readonly=True, copy=False)
    last_success_at = fields.Datetime(related="health_id.last_success_at")
    last_error_at = fields.Datetime(related="health_id.last_error_at")
    last_error = fields.Char(related="health_id.last_error")
    circuit_open_until = fields.Datetime(related="health_id.circuit_open_until")
    balance_available = fields.Monetary(related="health_id.balance_available")
    balance_at = fields.Datetime(related="health_id.balance_at")
    certificate_expiry = fields.Date(related="health_id.certificate_expiry")
    ledger_balance = fields.Monetary(compute="_compute_ledger_balance")
    health = fields.Selection(
        [("good", "Healthy"), ("attention", "Needs attention"), ("down", "Down"), ("off", "Not active")],
        compute="_compute_health",
    )
    health_note = fields.Char(compute="_compute_health")
    waiting_count = fields.Integer(compute="_compute_counts")
    unknown_count = fields.Integer(compute="_compute_counts")
    oldest_unknown_at = fields.Datetime(compute="_compute_counts")
    today_count = fields.Integer(compute="_compute_counts")
    discrepancy_count = fields.Integer(compute="_compute_counts")
    currency_warning = fields.Char(compute="_compute_currency_warning")

    _journal_unique = models.UniqueIndex(
        "(journal_id) WHERE journal_id IS NOT NULL", "A journal belongs to one channel only."
    )
    _token_unique = models.UniqueIndex("(notify_token)")

    @api.model
    def _selection_connector_code(self):
        return [(connector.code, connector.label.in_language(self.env.lang)) for connector in registry.all_connectors()]

    @api.constrains("limit_per_payment", "limit_per_day", "max_concurrency", "cut_off")
    def _check_limits(self):
        for channel in self:
            if channel.limit_per_payment < 0 or channel.limit_per_day < 0:
                raise ValidationError(self.env._("A limit cannot be negative."))
            if not 1 <= channel.max_concurrency <= 32:
                raise ValidationError(self.env._("Between 1 and 32 requests may be under way at once."))
            if not 0 <= channel.cut_off < 24:
                raise ValidationError(self.env._("The cut-off is a time of day."))

    @api.constrains("currency_id", "connector_code")
    def _check_currency(self):
        for channel in self:
            connector = channel._connector_class()
            if connector and channel.currency_id.name not in connector.capabilities.currencies:
                raise ValidationError(
                    self.env._(
                        "%(platform)s does not keep accounts in %(currency)s.",
                        platform=connector.label.in_language(self.env.lang),
                        currency=channel.currency_id.name,
                    )
                )

    @api.depends("notify_token")
    def _compute_notify_url(self):
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url", "")
        for channel in self:
            channel.notify_url = f"{base}/payment_bridge/notify/{channel.sudo().notify_token}"

    @api.depends("journal_id", "currency_id")
    def _compute_currency_warning(self):
        for channel in self:
            journal_currency = channel.journal_id.currency_id or channel.journal_id.company_id.currency_id
            differs = channel.journal_id and journal_currency != channel.currency_id
            channel.currency_warning = differs and self.env._(
                "The journal keeps %(journal)s but the platform keeps %(channel)s.",
                journal=journal_currency.name,
                channel=channel.currency_id.name,
            )

    @api.depends("journal_id")
    def _compute_ledger_balance(self):
        accounts = self.journal_id.default_account_id
        totals = dict(
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [("account_id", "in", accounts.ids), ("parent_state", "=", "posted")],
                ["account_id"],
                ["amount_currency:sum"],
            )
        )
        for channel in self:
            channel.ledger_balance = totals.get(channel.journal_id.default_account_id, 0.0)

    def _compute_counts(self):
        instructions = self.env["payment.bridge.instruction"]
        since = fields.Datetime.now() - timedelta(days=1)
        by_state = {
            (channel, state): (count, oldest)
            for channel, state, count, oldest in instructions._read_group(
                [("channel_id", "in", self.ids), ("state", "in", ("queued", "sending", "uncertain", "processing"))],
                ["channel_id", "state"],
                ["__count", "sent_at:min"],
            )
        }
        recent = dict(
            instructions._read_group(
                [("channel_id", "in", self.ids), ("create_date", ">=", since)], ["channel_id"], ["__count"]
            )
        )
        discrepancies = dict(
            self.env["payment.bridge.discrepancy"]._read_group(
                [("channel_id", "in", self.ids), ("state", "=", "open")], ["channel_id"], ["__count"]
            )
        )
        for channel in self:
            unknown, oldest = by_state.get((channel, "uncertain"), (0, False))
            channel.unknown_count = unknown
            channel.oldest_unknown_at = oldest
            channel.waiting_count = sum(
                by_state.get((channel, state), (0, False))[0] for state in ("queued", "sending", "processing")
            )
            channel.today_count = recent.get(channel, 0)
            channel.discrepancy_count = discrepancies.get(channel, 0)

    @api.depends("state", "pause_reason", "health_id")
    def _compute_health(self):
        now = fields.Datetime.now()
        for channel in self:
            health = channel.health_id
            if channel.state == "paused":
                channel.health, channel.health_note = "down", channel.pause_reason
            elif channel.state == "draft":
                channel.health = "off"
                channel.health_note = self.env._("Not activated yet: finish the set-up and test it.")
            elif health.circuit_open_until and health.circuit_open_until > now:
                channel.health = "down"
                channel.health_note = self.env._(
                    "The platform does not answer. Payments wait and leave by themselves when it does."
                )
            elif channel.unknown_count:
                channel.health = "attention"
                channel.health_note = self.env._(
                    "%s payments with an unknown result are being asked about.", channel.unknown_count
                )
            elif health.certificate_expiry and health.certificate_expiry <= fields.Date.today() + timedelta(days=30):
                channel.health = "attention"
                channel.health_note = self.env._("A certificate ends on %s.", health.certificate_expiry)
            elif channel.discrepancy_count:
                channel.health = "attention"
                channel.health_note = self.env._(
                    "Differences that wait for an explanation: %s", channel.discrepancy_count
                )
            else:
                channel.health, channel.health_note = "good", self.env._("Working.")

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        for channel in channels:
            channel.health_id = self.env["payment.bridge.channel.health"].sudo().create({"channel_id": channel.id})
            channel._declare_credentials()
            self.env["payment.bridge.audit.event"]._record(
                "channel.created", channel, connector=channel.connector_code, environment=channel.environment
            )
        return channels

    def write(self, vals):
        guarded = {"connector_code", "journal_id", "company_id", "currency_id"} & set(vals)
        if guarded and self.env["payment.bridge.instruction"].sudo().search_count(
            [("channel_id", "in", self.ids)], limit=1
        ):
            words = self.env._(
                "This channel has already carried payments: its platform, company, journal and"
                " currency stay as they are. Create another channel instead."
            )
            raise refused(self, "channel_written", UserError(words))
        result = super().write(vals)
        if {"connector_code", "environment"} & set(vals):
            self._declare_credentials()
        audited = set(vals) & self._audited_fields()
        if audited:
            for channel in self:
                self.env["payment.bridge.audit.event"]._record("channel.changed", channel, fields=sorted(audited))
        return result

    @api.model
    def _audited_fields(self):
        return {
            "name", "connector_code", "environment", "journal_id", "currency_id", "limit_per_payment",
            "limit_per_day", "cut_off", "fee_account_id", "state", "active", "max_concurrency",
        }  # fmt: skip

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["payment.bridge.instruction"].sudo().search_count([("channel_id", "in", self.ids)], limit=1):
            words = self.env._("A channel that has carried payments is archived, not deleted.")
            raise refused(self, "deletion", UserError(words))

    def action_activate(self):
        """Open the channel once it is complete. One that talks to nobody needs no test, and no method to pay by."""
        self.check_access("write")
        for channel in self:
            if missing := channel.credential_ids.filtered("is_missing"):
                raise UserError(
                    self.env._(
                        "Before %(channel)s can be activated, enter: %(missing)s.",
                        channel=channel.name,
                        missing=", ".join(missing.mapped("label")),
                    )
                )
            has_method = not channel.is_online or channel.journal_id._bridge_method_line("outbound")
            if not channel.journal_id or not has_method:
                raise UserError(
                    self.env._("%s needs its journal and accounts first: use Set Up Accounts.", channel.name)
                )
            channel._connector()
            channel.write({"state": "active", "pause_reason": False})
        self.env["payment.bridge.instruction"]._wake_dispatcher()

    def action_pause(self):
        """Stop sending; what was sent goes on being followed."""
        self._pause(self.env._("Paused by %s.", self.env.user.name))

    @api.private
    def _pause(self, reason):
        self.write({"state": "paused", "pause_reason": reason})

    def action_open_instructions(self):
        """The channel's instructions."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge.action_instruction")
        return {**action, "domain": [("channel_id", "=", self.id)], "context": {}}

    def action_open_discrepancies(self):
        """The channel's open differences."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge.action_discrepancy")
        return {**action, "domain": [("channel_id", "=", self.id)]}

    @api.private
    def _speaking(self):
        """The channel in its company's language: what scheduled actions write for people is in it."""
        self.ensure_one()
        return self.with_context(lang=self.company_id.partner_id.lang or self.env.lang)

    @api.private
    def _connector_class(self):
        """The connector's class, or None where its add-on is not installed."""
        self.ensure_one()
        return registry.get(self.connector_code) if self.connector_code else None

    @api.private
    def _capabilities(self):
        """What the channel's connector can do; raises for a person when it is not installed."""
        connector = self._connector_class()
        if connector is None:
            raise UserError(self.env._("The add-on for the platform of %s is not installed.", self.display_name))
        return connector.capabilities

    @api.private
    def _connector(self):
        """The connector of this channel, ready to use; kept between calls until its settings change.

        :raises UserError: when a secret cannot be read or the settings cannot work.
        """
        self.ensure_one()
        channel = self.sudo()
        channel._capabilities()
        stamp = (channel.environment, channel.connector_code, channel.credential_ids._stamp())
        place = (self.env.cr.dbname, channel.id)
        with _connectors_lock:
            known = _connectors.get(place)
        if known and known[0] == stamp:
            return known[1]
        connector = channel._build_connector()
        with _connectors_lock:
            _connectors[place] = (stamp, connector)
        return connector

    def _build_connector(self, values=None):
        """A connector for the settings as they are stored, or for other ``values``."""
        connector_class = self._connector_class()
        settings = ChannelSettings(
            environment=self.environment,
            values=self.credential_ids._clear_values() if values is None else values,
            notify_url=self.notify_url,
        )
        transport = Transport(allowed_hosts=connector_class.allowed_hosts(settings))
        try:
            return connector_class(settings, transport)
        except ConnectorError as error:
            raise UserError(
                self.env._(
                    "%(channel)s cannot work with its settings: %(reason)s",
                    channel=self.name,
                    reason=error.advice.in_language(self.env.lang) if error.advice else error.message,
                )
            ) from error

    @api.private
    def _today(self):
        """Today in the platform's calendar."""
        zone = ZoneInfo(self._capabilities().zone)
        return fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()

    def _declare_credentials(self):
        """Make one credential record for each setting that the connector declares."""
        for channel in self:
            connector = channel._connector_class()
            declared = {
                field.name: place
                for place, field in enumerate(connector.setting_fields if connector else ())
                if channel.environment in field.environments
            }
            known = set(channel.credential_ids.mapped("name"))
            self.env["payment.bridge.credential"].create(
                [
                    {"channel_id": channel.id, "name": name, "sequence": place}
                    for name, place in declared.items()
                    if name not in known
                ]
            )
