"""Screening: nobody on a sanctions list, or on a list of the company's own, is paid."""

from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import Check, Mode, Policy, Stage, register

_lt = LazyTranslate(__name__)


@register
class ScreeningCheck(Check):
    """The payee's names and its account holder's against every list that the company uses.

    Before a payment is ordered each payee is screened once in a run, and a hit becomes a case. While it is sent, only
    what stands is read: cases that are open or confirmed, and how old the lists are.
    """

    code = "screening"
    label = Bilingual("Screening", "名单筛查")
    purpose = Bilingual(
        "The payee is on no sanctions list and on none of our own, and the lists are new enough.",
        "收款方不在制裁名单或自有名单上，且名单足够新。",
    )
    cheap = True
    default = Policy(Mode.BLOCK)

    def load(self, cases):
        screening = self.env["payment.bridge.screening"]
        self._results = {}
        payments = self.env["account.payment"].union(*(case.payment for case in cases))
        for company, of_company in payments.grouped("company_id").items():
            if not (lists := screening._lists(company)):
                continue
            standing = self.env["payment.bridge.screening.case"]._standing(company, of_company.partner_id)
            if self.batch.stage == Stage.SENDING:
                self._judge_standing(company, lists, of_company, standing)
            else:
                self._screen(company, lists, of_company, standing)

    def _judge_standing(self, company, lists, payments, standing):
        none = self.env["payment.bridge.screening.case"]
        for payee in payments.partner_id:
            found = standing.get(payee.commercial_partner_id.id, none)
            result = self.env["payment.bridge.screening"]._judge(lists, found)
            self._results[company.id, payee.id] = result

    def _screen(self, company, lists, payments, standing):
        """Screen each payee once, under the names of all its account holders. What an officer has confirmed holds
        also for a payee who has taken another name since."""
        screening = self.env["payment.bridge.screening"]
        payees = [(payee, paid.mapped(holder_name)) for payee, paid in payments.grouped("partner_id").items()]
        for (payee, _names), result in zip(payees, screening._screen_all(company, payees), strict=True):
            confirmed = standing.get(payee.commercial_partner_id.id)
            confirmed = confirmed and confirmed.filtered(lambda case: case.state == "confirmed")
            if confirmed:
                result = screening._judge(lists, confirmed, result.evidence["names"])
            self._results[company.id, payee.id] = result

    def judge(self, case):
        result = self._results.get((case.payment.company_id.id, case.payment.partner_id.id))
        if result is None:
            return self.fine(_lt("No screening list is set up: nobody was screened."), lists=[])
        finding = {"pass": self.fine, "warn": self.doubt, "block": self.fault}[result.verdict]
        return finding(result.sentence, **result.evidence, cases=list(result.case_ids))


def holder_name(payment):
    """The name of a payment's account holder; empty where the account names none."""
    return payment.partner_bank_id.acc_holder_name or ""
