"""Rules that the engine proposes, from decisions that people have made alike several times."""

import hashlib

from odoo import api, fields, models

from ..documents.references import fold
from ..rules.wording import words

LOOKED_AT = 500
"""How many of the last decisions about such rows are looked at."""
FEWEST_LETTERS = 4
"""Words of so many letters together say something; Chinese ones are shorter."""


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    equal_decisions = fields.Integer(
        string="Propose a Rule After",
        default=3,
        required=True,
        tracking=True,
        help="After how many equal decisions about rows of one kind a rule is proposed. Zero: never.",
    )

    @api.model
    def _audited_fields(self):
        return super()._audited_fields() | {"equal_decisions"}


class PaymentBridgeMatchRule(models.Model):
    _inherit = "payment.bridge.match.rule"

    @api.model
    @api.private
    def _propose_from(self, lines):
        """Propose a rule, once, where a decision about one of ``lines`` repeats earlier ones. Answers the drafts."""
        rules = self.sudo()
        for line in lines.sudo():
            needed = line.channel_id.equal_decisions
            outcome = self._outcome(line)
            if needed < 1 or not outcome:
                continue
            others = self._decisions_like(line)
            same = others.filtered(lambda one, outcome=outcome: self._outcome(one) == outcome)
            alike = same[:needed]
            if line not in alike or len(alike) < needed:
                continue
            told = self._in_common(alike, others - same)
            if told and not self._is_known(line, outcome, same, told):
                rules |= self._make_draft(line, outcome, alike, told)
        return rules

    def _outcome(self, line):
        """What a person decided about a row, if a rule could do the same."""
        if line.rule_id or not line.decided_by_id:
            return None
        if line.state == "ignored":
            return ("ignore", False, False)
        if line.match_pass == "account" and line.found_by == "hand":
            return ("account", line.account_id.id, line.partner_id.id)
        return None

    def _decisions_like(self, line):
        """The last decisions about rows of the same channel, kind and direction."""
        return line.search(
            [
                ("channel_id", "=", line.channel_id.id),
                ("kind", "=", line.kind),
                ("amount", ">" if line.amount > 0 else "<", 0),
                ("decided_by_id", "!=", False),
                ("rule_id", "=", False),
                "|",
                ("state", "=", "ignored"),
                ("match_pass", "=", "account"),
            ],
            order="decided_at desc, id desc",
            limit=LOOKED_AT,
        )

    def _in_common(self, alike, against):
        """Conditions that all of these rows meet and none of the others, as values; None when there are none.

        Words count first; a payer or payee where there are no words; both where one alone would take in others.
        """
        shared = [word for word in words(alike[0].description) if all(word in words(one.description) for one in alike)]
        has_words = sum(map(len, shared)) >= FEWEST_LETTERS or any(not word.isascii() for word in shared)
        parties = {fold(one.counterparty).strip() for one in alike}
        party = parties.pop() if len(parties) == 1 else ""
        choices = []
        if has_words:
            choices.append((tuple(shared), ""))
        if party:
            choices.append(((), party))
        if has_words and party:
            choices.append((tuple(shared), party))
        for chosen, counterparty in choices:
            if not any(self._fits_too(one, chosen, counterparty) for one in against):
                return {"text_words": " ".join(chosen) or False, "counterparty": counterparty or False}
        return None

    def _fits_too(self, line, chosen, counterparty):
        told = words(line.description)
        return all(word in told for word in chosen) and counterparty in fold(line.counterparty)

    def _is_known(self, line, outcome, same, told):
        """Whether it was proposed already, also in other words and also if it was archived since."""
        key = self._key_of(line, outcome, told)
        chosen, counterparty = (told["text_words"] or "").split(), told["counterparty"] or ""
        fitting = same.filtered(lambda one: self._fits_too(one, chosen, counterparty))
        return bool(
            self.sudo()
            .with_context(active_test=False)
            .search_count(
                [
                    ("company_id", "=", line.company_id.id),
                    "|",
                    ("proposal_key", "=", key),
                    "&",
                    ("origin", "=", "decisions"),
                    ("evidence_line_ids", "in", fitting.ids),
                ],
                limit=1,
            )
        )

    def _key_of(self, line, outcome, told):
        text = repr((line.channel_id.id, line.kind, line.amount > 0, outcome, sorted(told.items(), key=str)))
        return hashlib.sha256(text.encode()).hexdigest()

    def _make_draft(self, line, outcome, alike, told):
        effect, account_id, partner_id = outcome
        account = self.env["account.account"].sudo().browse(account_id or [])
        what = told["text_words"] or line.counterparty
        if effect == "account":
            name = self.env._("%(what)s to %(account)s", what=what, account=account.display_name)
        else:
            name = self.env._("Leave out %(what)s", what=what)
        rule = self.sudo().create(
            {
                "name": name,
                "company_id": line.company_id.id,
                "channel_ids": [fields.Command.set(line.channel_id.ids)],
                "direction": "in" if line.amount > 0 else "out",
                "kind": line.kind,
                "effect": effect,
                "account_id": account_id,
                "partner_id": partner_id,
                "ignore_reason": line.note if effect == "ignore" else False,
                "origin": "decisions",
                "proposal_key": self._key_of(line, outcome, told),
                "evidence_line_ids": [fields.Command.set(alike.ids)],
                **told,
            }
        )
        rule.message_post(
            body=self.env._(
                "Proposed because %(count)s rows were decided alike. Look at them, try the rule on history, and ask a"
                " second person to approve it.",
                count=len(alike),
            )
        )
        return rule
