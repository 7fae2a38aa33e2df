"""What we know about a payee as a person: handed out when asked for, and erased as far as the law allows."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .instruction_states import FINAL
from .refusal import refused

OFFICER = "payment_bridge.group_officer"
ORDER_FIELDS = (
    "payee_account", "payee_name", "payee_registration", "payee_bank_name", "payee_bank_code", "payee_bank_province",
    "payee_bank_city", "payee_bank_branch", "counterparty", "payer_ip",
)  # fmt: skip
ACCOUNT_FIELDS = (
    "acc_number", "acc_holder_name", "bridge_payee_kind", "clearing_number", "bridge_bank_province", "bridge_bank_city",
    "bridge_bank_branch", "bridge_evidence",
)  # fmt: skip
CONTACT_FIELDS = ("name", "email", "phone", "street", "street2", "city", "zip", "vat", "company_registry")


class ResPartner(models.Model):
    """Books, approvals and trail keep their sums, days, numbers and hashes: what names the person is replaced.

    The audit trail itself holds no names. Until the company's term is over, what vouchers need stays; only what passed
    over the wire goes.
    """

    _inherit = "res.partner"

    def action_bridge_personal_data(self):
        """Open the form that hands out or erases what is known about this payee."""
        self.ensure_one()
        self._bridge_require_officer()
        wizard = self.env["payment.bridge.personal.data"].create({"partner_id": self.commercial_partner_id.id})
        return wizard._get_records_action(target="new", name=self.env._("Personal Data"))

    def _bridge_require_officer(self):
        if not self.env.user.has_group(OFFICER):
            words = self.env._("Handing out or erasing personal data needs the role Screening Officer.")
            raise refused(self, "no_role", UserError(words))
        self.check_access("read")

    # -- what there is -------------------------------------------------------------

    @api.private
    def _bridge_person(self):
        """The contacts that are this payee, as superuser: the partner and everybody under it."""
        self.ensure_one()
        people = self.sudo().with_context(active_test=False)
        return people.search([("commercial_partner_id", "=", self.commercial_partner_id.id)])

    @api.private
    def _bridge_orders(self):
        """The instructions that name this payee or payer."""
        people = self._bridge_person()
        return self.env["payment.bridge.instruction"].sudo().search([("partner_id", "in", people.ids)])

    @api.private
    def _bridge_personal_data(self):
        """Everything that Payment Bridge keeps about this payee, as plain values for JSON."""
        self._bridge_require_officer()
        people, orders = self._bridge_person(), self._bridge_orders()
        accounts = self.env["res.partner.bank"].sudo().with_context(active_test=False)
        data = {
            "contacts": _rows(people, CONTACT_FIELDS),
            "accounts": _rows(accounts.search([("partner_id", "in", people.ids)]), ACCOUNT_FIELDS),
            "orders": _rows(
                orders, ("key", "operation", "amount", "state", "executed_at", "title", "remark", *ORDER_FIELDS)
            ),
            "messages": _rows(
                orders.exchange_ids, ("operation", "started_at", "request_text", "response_text", "request_hash")
            ),
            "screening": _rows(
                self._bridge_cases(people), ("screened_name", "listed_name", "score", "state", "reason")
            ),
            "money_laundering": _rows(
                self.env["payment.bridge.aml.signal"].sudo().search([("case_id.partner_id", "in", people.ids)]),
                ("code", "sentence", "amount", "found_at"),
            ),
        }
        self.env["payment.bridge.audit.event"]._record(
            "personal_data.exported", self, **{name: len(rows) for name, rows in data.items()}
        )
        return data

    def _bridge_cases(self, people):
        return self.env["payment.bridge.screening.case"].sudo().search([("partner_id", "in", people.ids)])

    # -- erasing -------------------------------------------------------------------

    @api.private
    def _bridge_kept_until(self):
        """Until when vouchers keep this payee's data, by the term of each company that dealt with it; False when no
        term holds any more."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, max(date) FROM account_move
                 WHERE commercial_partner_id = %s AND state = 'posted' GROUP BY company_id
                """,
                self.commercial_partner_id.id,
            )
        )
        ends = [
            day + relativedelta(years=self.env["res.company"].sudo().browse(company).bridge_retention_years)
            for company, day in rows
        ]
        last = max(ends, default=False)
        return last if last and last >= fields.Date.today() else False

    @api.private
    def _bridge_erase(self, reason):
        """Erase what no law keeps: what passed over the wire at once, the rest when the term of the vouchers is over.

        Answers the day until which the rest stays, or False when all is erased.

        :raises UserError: while something about this payee is under way or undecided.
        """
        self._bridge_require_officer()
        if not (reason or "").strip():
            raise UserError(self.env._("Write down who asked for it, and why."))
        orders = self._bridge_orders()
        self._bridge_require_settled(orders)
        until = self._bridge_kept_until()
        counts = {"messages": self._bridge_erase_messages(orders)}
        if not until:
            counts |= self._bridge_erase_person(orders)
        self.env["payment.bridge.audit.event"]._record(
            "personal_data.erased", self.sudo(), reason=reason.strip(), kept_until=until or None, **counts
        )
        return until

    def _bridge_require_settled(self, orders):
        people = self._bridge_person()
        open_cases = self._bridge_cases(people).filtered(lambda one: one.state != "false_positive")
        open_signals = self.env["payment.bridge.aml.case"].sudo().search_count(
            [("partner_id", "in", people.ids), ("state", "=", "open")], limit=1
        )  # fmt: skip
        waiting = self.env["account.payment"].sudo().search_count(
            [("partner_id", "in", people.ids), ("bridge_approval_state", "in", ("waiting", "changed"))], limit=1
        )  # fmt: skip
        if orders.filtered(lambda one: one.state not in FINAL) or waiting:
            raise UserError(self.env._("A payment to or from this partner is under way. Nothing was erased."))
        if open_cases or open_signals:
            raise UserError(
                self.env._(
                    "This partner is on a list or under investigation: the law keeps these data. Nothing was erased."
                )
            )

    def _bridge_erase_messages(self, orders):
        """The texts that went over the wire; their hashes stay. Answers how many there were."""
        texts = self.env.execute_query(
            SQL(
                """
                UPDATE payment_bridge_exchange SET request_text = NULL, response_text = NULL
                 WHERE instruction_id = ANY(%s) AND (request_text IS NOT NULL OR response_text IS NOT NULL)
                RETURNING id
                """,
                orders.ids,
            )
        )
        bodies = self.env.execute_query(
            SQL(
                """
                UPDATE payment_bridge_notification SET body = NULL, headers = NULL, query_string = NULL
                 WHERE instruction_id = ANY(%s) AND body IS NOT NULL AND state != 'new' RETURNING id
                """,
                orders.ids,
            )
        )
        orders._set(payer_ip=False)
        self.env["payment.bridge.exchange"].invalidate_model()
        self.env["payment.bridge.notification"].invalidate_model()
        return len(texts) + len(bodies)

    def _bridge_erase_person(self, orders):
        """Names, accounts and addresses: replaced by the record's own number where something has to stand there."""
        people = self._bridge_person()
        accounts = self.env["res.partner.bank"].sudo().with_context(active_test=False)
        accounts = accounts.search([("partner_id", "in", people.ids)])
        holders = accounts.mapped("acc_holder_name")
        orders._set(**dict.fromkeys(ORDER_FIELDS, False), title=self.env._("Erased"), remark=False)
        for account in accounts:
            account.allow_out_payment = False
            gone = dict.fromkeys(set(ACCOUNT_FIELDS) - {"acc_number", "bridge_evidence"}, False)
            account.write({**gone, "acc_number": f"ERASED{account.id}", "active": False})
            account._bridge_keep({"bridge_evidence": False})
        cases = self._bridge_cases(people)
        for case in cases:
            case.write({"screened_name": self.env._("Erased %s", case.id), "reason": False})
        self.env.execute_query(
            SQL(
                """
                UPDATE payment_bridge_check SET evidence = evidence::jsonb - 'names'
                 WHERE code = 'screening' AND payment_id IN (SELECT id FROM account_payment WHERE partner_id = ANY(%s))
                RETURNING id
                """,
                people.ids,
            )
        )
        self._bridge_erase_names({*people.mapped("name"), *holders} - {False, ""})
        for person in people:
            gone = dict.fromkeys(set(CONTACT_FIELDS) - {"name"}, False)
            person.write({**gone, "name": self.env._("Erased %s", person.id), "active": False})
        return {"contacts": len(people), "accounts": len(accounts), "orders": len(orders), "cases": len(cases)}

    def _bridge_erase_names(self, names):
        """Take names out of what checks have found, also about payments to others who share an account."""
        for name in names:
            self.env.execute_query(
                SQL(
                    """
                    UPDATE payment_bridge_check
                       SET sentence_texts = (SELECT jsonb_object_agg(key, replace(value, %(name)s, '…'))
                                               FROM jsonb_each_text(sentence_texts))
                     WHERE EXISTS (SELECT FROM jsonb_each_text(sentence_texts) WHERE strpos(value, %(name)s) > 0)
                    RETURNING id
                    """,
                    name=name,
                )
            )
        self.env["payment.bridge.check"].invalidate_model()


def _rows(records, names):
    """Records as plain rows; what is empty is left out."""
    return [
        {name: value if isinstance(value, (int, float)) else str(value) for name in names if (value := record[name])}
        for record in records
    ]
