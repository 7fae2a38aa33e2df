"""Screening: names of a payee against every list that its company uses."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.translate import LazyGettext, LazyTranslate

from ..screening.matching import NameIndex
from ..tools.languages import text_in

_lt = LazyTranslate(__name__)
PASS, WARN, BLOCK = "pass", "warn", "block"
CACHED = 16
_indexes = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Screening:
    """What came out: a verdict, a sentence for the person who pays, and the evidence to keep."""

    verdict: str
    sentence: LazyGettext
    evidence: dict
    case_ids: tuple[int, ...] = ()


class PaymentBridgeScreening(models.AbstractModel):
    _name = "payment.bridge.screening"
    _description = "Screening of Names"

    @api.model
    @api.private
    def _screen(self, partner, company, names=()):
        """Screen a payee under its own name and further ones, such as account holders; answers a :class:`Screening`.

        A hit becomes a case, or finds the one that is there. An open case and a confirmed one block; a name that an
        officer has told apart passes until that decision expires or the listed party changes. A list that is too old
        warns, or blocks where it is set up so.
        """
        return self._screen_all(company, [(partner, names)])[0]

    @api.model
    @api.private
    def _screen_all(self, company, payees):
        """Screen many payees, each (partner, further names); answers a :class:`Screening` for each, in their order.

        What is read of the lists is read once.
        """
        lists = self._lists(company)
        if not lists:
            words = self.env._("No screening list is set up: nobody was screened.")
            return [Screening(WARN, words, {"lists": []}) for _payee in payees]
        indexes = [(one, self._index(one)) for one in lists]
        return [self._screen_one(company, lists, indexes, partner, names) for partner, names in payees]

    def _screen_one(self, company, lists, indexes, partner, names):
        wanted = self._names(partner, names)
        cases = self.env["payment.bridge.screening.case"].sudo()
        for one, index in indexes:
            for name in wanted:
                for hit in index.search(name, one.threshold):
                    cases |= cases._raise(partner, company, one, name, hit)
        return self._judge(lists, cases, wanted)

    @api.model
    @api.private
    def _judge(self, lists, cases, names=()):
        """What cases of a payee, and the age of lists, mean for paying it."""
        old = lists.filtered("is_old")
        waiting = cases.filtered(lambda case: case.state == "open")
        evidence = {
            "names": list(names),
            "lists": [
                {
                    "list": one.name,
                    "sha256": one.file_hash,
                    "loaded_at": str(one.loaded_at),
                    "age_days": one.age_days,
                    "parties": one.entry_count,
                    "threshold": one.threshold,
                }
                for one in lists
            ],
            "hits": [
                {"list": case.list_name, "reference": case.reference, "score": case.score, "state": case.state}
                for case in cases
            ],
        }
        ids = tuple(cases.ids)
        if confirmed := cases.filtered(lambda case: case.state == "confirmed"):
            sentence = _lt("The payee is on the list %s. It must not be paid.", confirmed[0].list_name)
            return Screening(BLOCK, sentence, evidence, ids)
        if waiting:
            sentence = _lt(
                "The payee's name is like one on the list %s. A screening officer has to decide first.",
                waiting[0].list_name,
            )
            return Screening(BLOCK, sentence, evidence, ids)
        if old:
            verdict = BLOCK if any(old.mapped("block_when_old")) else WARN
            worst = max(old, key=lambda one: (not one.loaded_at, one.age_days))
            if not worst.loaded_at:
                return Screening(verdict, _lt("The list %s has never been loaded.", worst.name), evidence, ids)
            sentence = _lt(
                "The list %(list)s is %(days)s days old. Load a new one.", list=worst.name, days=worst.age_days
            )
            return Screening(verdict, sentence, evidence, ids)
        sentence = _lt(
            "Nobody on %(count)s lists has a name like this; the oldest list is %(days)s days old.",
            count=len(lists),
            days=max(lists.mapped("age_days")),
        )
        return Screening(PASS, sentence, evidence, ids)

    @api.model
    @api.private
    def _lists(self, company):
        return self.env["payment.bridge.screening.list"].sudo().search([("company_id", "in", (False, company.id))])

    @api.model
    def _names(self, partner, names):
        """The names to screen, each once."""
        found = [partner.name, partner.commercial_company_name, partner.commercial_partner_id.name, *names]
        return list(dict.fromkeys(name.strip() for name in found if name and name.strip()))

    @api.model
    def _index(self, screening_list):
        """The list's names, ready to be searched; kept by this process as long as the list is the same."""
        span = self.env.execute_query(
            SQL(
                "SELECT min(id), max(id), count(*) FROM payment_bridge_screening_entry WHERE list_id = %s",
                screening_list.id,
            )
        )[0]
        key = (self.env.cr.dbname, screening_list.id, *span)  # rows are never changed, and their ids never used again
        with _lock:
            if key in _indexes:
                _indexes.move_to_end(key)
                return _indexes[key]
        entries = screening_list.sudo().entry_ids
        index = NameIndex((entry.id, entry.names or [entry.name]) for entry in entries)
        with _lock:
            _indexes[key] = index
            while len(_indexes) > CACHED:
                _indexes.popitem(last=False)
        return index

    @api.model
    def _cron_screen_payees(self):
        """Screen everybody who can be paid through a channel, and whose payment waits: daily, and after a list came."""
        cron = self.env["ir.cron"]
        accounts = self.env["res.partner.bank"].sudo().search([("bridge_payee_kind", "!=", False)])
        companies = self.env["payment.bridge.channel"].sudo().search([]).company_id
        for company in companies:
            for partner in accounts.partner_id:
                if partner.company_id and partner.company_id != company:
                    continue
                holders = accounts.filtered(lambda account, partner=partner: account.partner_id == partner)
                self._screen(partner, company, holders.mapped("acc_holder_name"))
            if not cron._commit_progress(1):
                return


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_bridge_screen(self):
        """Screen these partners now and show what came out."""
        self.env["payment.bridge.screening.case"].check_access("write")
        results = [self.env["payment.bridge.screening"]._screen(partner, self.env.company) for partner in self]
        case_ids = [case_id for result in results for case_id in result.case_ids]
        if case_ids:
            action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge.action_screening_case")
            return {**action, "domain": [("id", "in", case_ids)], "context": {}}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if all(result.verdict == PASS for result in results) else "warning",
                "message": " ".join(dict.fromkeys(text_in(result.sentence, self.env.lang) for result in results)),
            },
        }
