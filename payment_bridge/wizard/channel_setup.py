"""A channel in a few questions, and its connection test."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector import registry


class PaymentBridgeChannelTest(models.TransientModel):
    """Shows what a connection test found, step by step."""

    _name = "payment.bridge.channel.test"
    _description = "Channel Connection Test"

    channel_id = fields.Many2one("payment.bridge.channel", required=True, ondelete="cascade")
    passed = fields.Boolean(readonly=True)
    report = fields.Html(readonly=True, sanitize=False)

    @api.private
    def _run(self):
        """Test the channel and render the reports."""
        self.ensure_one()
        try:
            reports = self.channel_id._test_connection()
        except UserError as error:
            self.report = Markup('<p class="text-danger">✗ {}</p>').format(error.args[0])
            return
        self.passed = bool(reports) and all(report.ok for report in reports)
        self.report = Markup("").join(
            Markup('<div class="mb-2 {tone}"><b>{mark} {step}</b><div class="small">{detail}</div></div>').format(
                tone="text-success" if report.ok else "text-danger",
                mark="✓" if report.ok else "✗",
                step=report.step.in_language(self.env.lang),
                detail=report.detail.in_language(self.env.lang),
            )
            for report in reports
        )

    def action_activate(self):
        """Activate the channel that has just passed."""
        self.ensure_one()
        if not self.passed:
            raise UserError(self.env._("The test has not passed: correct what it names, then test again."))
        self.channel_id.action_activate()
        return {"type": "ir.actions.act_window_close"}


class PaymentBridgeChannelSetup(models.TransientModel):
    """Asks what a channel needs, creates it with its journal and accounts, and leads on to the
    credentials."""

    _name = "payment.bridge.channel.setup"
    _description = "New Payment Channel"

    connector_code = fields.Selection(
        selection="_selection_connector_code",
        string="Platform",
        required=True,
        default=lambda self: next(iter(self._selection_connector_code()), (False,))[0],
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    name = fields.Char(
        required=True, compute="_compute_name", store=True, readonly=False, help="As accountants will see it."
    )
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("production", "Production")], required=True, default="sandbox"
    )
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    limit_per_payment = fields.Monetary()
    limit_per_day = fields.Monetary()

    @api.model
    def _selection_connector_code(self):
        return [(one.code, one.label.in_language(self.env.lang)) for one in registry.all_connectors()]

    @api.depends("connector_code")
    def _compute_name(self):
        labels = dict(self._selection_connector_code())
        for wizard in self:
            wizard.name = labels.get(wizard.connector_code, "")

    def action_create_channel(self):
        """Create channel, journal, accounts and payment methods, then open the channel."""
        self.ensure_one()
        channel = self.env["payment.bridge.channel"].create(
            {
                name: self[name].id if self._fields[name].type == "many2one" else self[name]
                for name in (
                    "connector_code",
                    "company_id",
                    "name",
                    "environment",
                    "currency_id",
                    "limit_per_payment",
                    "limit_per_day",
                )
            }
        )
        channel._set_up_accounts()
        return channel._get_records_action()
