"""Electronic receipts (电子回单): each pay-out that succeeded gets the platform's own document."""

import hashlib
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.payment_bridge.connector.errors import ConnectorError, Rejected
from odoo.addons.payment_bridge.connector.types import Operation

_logger = logging.getLogger(__name__)

PDF_MAGIC = b"%PDF-"
SMALLEST, LARGEST = 64, 16 * 1024 * 1024
"""Bytes that a receipt may have: less is no document, more is no receipt."""
LEASE = timedelta(minutes=10)
ASK_AGAIN = timedelta(minutes=2)
FIRST_RETRY = timedelta(minutes=30)
LONGEST_RETRY = timedelta(days=1)
LOOK_BACK = timedelta(days=90)
"""Older pay-outs are not asked for by themselves any more; people can still ask."""


class PaymentBridgeReceipt(models.Model):
    """The receipt of one pay-out: expected, asked for, there. The document is an attachment of the payment."""

    _name = "payment.bridge.receipt"
    _description = "Electronic Receipt"
    _order = "day desc, id desc"
    _rec_name = "payment_id"

    instruction_id = fields.Many2one("payment.bridge.instruction", required=True, readonly=True, ondelete="cascade")
    payment_id = fields.Many2one("account.payment", readonly=True, index=True)
    partner_id = fields.Many2one(related="instruction_id.partner_id")
    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="instruction_id.currency_id")
    amount = fields.Monetary(related="instruction_id.amount")
    day = fields.Date(readonly=True, index=True)
    state = fields.Selection(
        [("waiting", "Asked For"), ("refused", "Not Usable"), ("fetched", "There")],
        string="Status",
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    handle = fields.Char(readonly=True, help="What the platform is asked with while it makes the document.")
    tries = fields.Integer(string="Times Asked", readonly=True)
    next_try_at = fields.Datetime(string="Asked Next", readonly=True, index="btree_not_null")
    message = fields.Char(readonly=True)
    attachment_id = fields.Many2one("ir.attachment", string="Document", readonly=True, ondelete="set null")
    file_hash = fields.Char(string="SHA-256", readonly=True)
    fetched_at = fields.Datetime(readonly=True)

    _order_once = models.UniqueIndex("(instruction_id)")

    # -- what people do ------------------------------------------------------------

    def action_fetch(self):
        """Ask for it again, in the background and at once."""
        self.env["payment.bridge.statement"]._require_clerk(self)
        self.check_access("read")
        self.sudo().write({"state": "waiting", "handle": False, "next_try_at": fields.Datetime.now(), "message": False})
        self.env.ref("payment_bridge_reconcile.cron_receipt").sudo()._trigger()
        return self.env["payment.bridge.statement"]._notice(self.env._("The platform is being asked for it now."))

    def action_open_payment(self):
        """The payment that it proves."""
        self.ensure_one()
        return self.payment_id._get_records_action()

    # -- fetching ------------------------------------------------------------------

    @api.model
    def _cron_fetch(self):
        """Expect a receipt for every pay-out that succeeded, and ask for those that are due, until time is used up."""
        channels = self.env["payment.bridge.channel"].search([("state", "in", ("active", "paused"))])
        for channel in channels.filtered(lambda one: one._gives_receipts()):
            self._expect(channel)
            if not self.env["ir.cron"]._commit_progress():
                return
            while due := self._claim_due(channel):
                due._fetch()
                if not self.env["ir.cron"]._commit_progress(1):
                    return

    @api.model
    @api.private
    def _expect(self, channel, instructions=None):
        """A record for each pay-out of the channel that succeeded lately, or for these."""
        self.env.flush_all()
        chosen = (
            SQL("i.id = ANY(%s)", instructions.ids)
            if instructions is not None
            else SQL("i.finished_at >= %s", fields.Datetime.now() - LOOK_BACK)
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_receipt
                       (instruction_id, payment_id, channel_id, company_id, day, state, tries, next_try_at,
                        create_uid, create_date, write_uid, write_date)
                SELECT i.id, i.payment_id, i.channel_id, i.company_id, COALESCE(i.executed_at, i.finished_at)::date,
                       'waiting', 0, %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM payment_bridge_instruction i
                 WHERE i.channel_id = %(channel)s AND i.operation = 'pay_out' AND i.state = 'succeeded'
                   AND i.payment_id IS NOT NULL AND %(chosen)s
                    ON CONFLICT (instruction_id) DO NOTHING
                """,
                channel=channel.id,
                chosen=chosen,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )

    @api.model
    @api.private
    def _claim_due(self, channel):
        """Take the oldest due one and put its next time forward, so that another worker leaves it."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM payment_bridge_receipt
                 WHERE channel_id = %s AND state != 'fetched' AND next_try_at <= %s
                 ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
                """,
                channel.id,
                fields.Datetime.now(),
            )
        )
        due = self.browse(row[0] for row in rows)
        if due:
            due.write({"next_try_at": fields.Datetime.now() + LEASE, "tries": due.tries + 1})
            due.flush_recordset()
        return due

    @api.private
    def _fetch(self):
        """Ask the platform, with nothing held in the database meanwhile, and keep what it gave."""
        self.ensure_one()
        channel, instruction = self.channel_id, self.instruction_id
        connector, reference, handle = channel._connector(), instruction._reference(), self.handle or None
        self.env["ir.cron"]._commit_progress()
        with connector.transport.recorded() as exchanges:
            given, failure = None, None
            try:
                given = connector.receipt(reference, handle)
            except ConnectorError as error:
                failure = error
        self.env["payment.bridge.exchange"]._keep(channel, exchanges)
        if failure is not None:
            self._note_failure(failure)
        elif given.content is None:
            pause = ASK_AGAIN * 2 ** min(self.tries, 8)
            self.write({"handle": given.handle, "next_try_at": fields.Datetime.now() + min(pause, LONGEST_RETRY)})
        else:
            self._keep(given)

    def _note_failure(self, error):
        """Wait longer each time, and say why. What the platform refused is applied for anew."""
        words = error.advice.in_language(self.channel_id.company_id.partner_id.lang) if error.advice else str(error)
        self.write(
            {
                "message": words,
                "handle": False if isinstance(error, Rejected) else self.handle,
                "next_try_at": self._later(),
            }
        )

    def _later(self):
        return fields.Datetime.now() + min(FIRST_RETRY * 2 ** min(max(self.tries - 1, 0), 10), LONGEST_RETRY)

    def _keep(self, given):
        """Attach the document to the payment, once; what is no document is refused and asked for again."""
        if problem := self._problem_of(given.content):
            self.write({"state": "refused", "message": problem, "handle": False, "next_try_at": self._later()})
            return
        digest = hashlib.sha256(given.content).hexdigest()
        twin = self.search([("file_hash", "=", digest), ("id", "!=", self.id)], limit=1)
        if twin and twin.payment_id != self.payment_id:
            problem = self.env._("The platform gave the document of %s for this payment.", twin.payment_id.display_name)
            self.write({"state": "refused", "message": problem, "handle": False, "next_try_at": self._later()})
            return
        attachment = self.attachment_id.exists()
        if not attachment or self.file_hash != digest:
            attachment = self.env["ir.attachment"].create(
                {
                    "name": given.name or f"{self.instruction_id.key}.pdf",
                    "raw": given.content,
                    "mimetype": "application/pdf",
                    "res_model": "account.payment",
                    "res_id": self.payment_id.id,
                }
            )
        self.write(
            {
                "state": "fetched",
                "attachment_id": attachment.id,
                "file_hash": digest,
                "fetched_at": fields.Datetime.now(),
                "handle": False,
                "message": False,
                "next_try_at": False,
            }
        )
        self.env["payment.bridge.audit.event"]._record(
            "receipt.fetched", self.payment_id, key=self.instruction_id.key, sha256=digest, bytes=len(given.content)
        )

    def _problem_of(self, content):
        """Why this is no receipt, or nothing."""
        if not content.startswith(PDF_MAGIC):
            return self.env._("What the platform gave is no PDF document.")
        if not SMALLEST <= len(content) <= LARGEST:
            return self.env._("The document has %s bytes, which no receipt has.", len(content))
        return None


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _gives_receipts(self):
        """Whether the platform hands out receipts of pay-outs."""
        connector = self._connector_class()
        return bool(connector and Operation.RECEIPT in connector.capabilities.operations)


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_receipt_ids = fields.One2many("payment.bridge.receipt", "payment_id", readonly=True)
    bridge_receipt_state = fields.Selection(related="bridge_receipt_ids.state", string="Electronic Receipt")
    bridge_can_have_receipt = fields.Boolean(compute="_compute_bridge_can_have_receipt")

    def _compute_bridge_can_have_receipt(self):
        for payment in self:
            instruction = payment.sudo().bridge_instruction_id
            payment.bridge_can_have_receipt = (
                instruction.operation == "pay_out"
                and instruction.state == "succeeded"
                and instruction.channel_id._gives_receipts()
            )

    def action_bridge_fetch_receipt(self):
        """Ask for the electronic receipt, also a second time."""
        receipts = self.env["payment.bridge.receipt"]
        self.env["payment.bridge.statement"]._require_clerk(self)
        for payment in self.filtered("bridge_can_have_receipt"):
            instruction = payment.sudo().bridge_instruction_id
            receipts.sudo()._expect(instruction.channel_id, instruction)
        self.invalidate_recordset(["bridge_receipt_ids"])
        return self.bridge_receipt_ids.action_fetch()
