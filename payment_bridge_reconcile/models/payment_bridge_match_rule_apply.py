"""Applying the rules in force to what is left, from the top, each row by the first rule that fits it."""

from contextlib import contextmanager
from decimal import Decimal
from functools import partial

import psycopg2

from odoo import api, models
from odoo.tools import SQL

from ..documents import certain
from .match_conditions import conditions, tolerance
from .match_words import HAS_MOVED, KIND, NUMBERS_ALLOW, SIGNED, leg_taken, may_be_meant

SECONDS = 10
"""How long one rule may take over the open rows of one channel."""
WITH_CANDIDATE = ("amount", "rounding", "fee")
"""Classes of rows that name a payment whose amount is another."""
FOR_PEOPLE = ("duplicate", "status", "currency")
"""Classes of rows that no rule decides by itself."""
ALIKE = ("account", "ignore")
"""Ways in which all rows of a rule are decided alike."""


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _apply_rules(self):
        """Decide by rule what the engine has left.

        Answers how many rows each rule explained, as {"rule N": count}, and what rules only propose, as values of
        proposals. A row that a rule proposes something for is not looked at by the rules after it.
        """
        counts, proposals, claimed = {}, [], set()
        for rule in self._rules_in_force():
            try:
                with rule._limited():
                    matched, proposed = rule._apply(self, claimed)
            except psycopg2.errors.QueryCanceled:
                rule._fail(self.env._("It took more than %s seconds: its pattern is too hard to look for.", SECONDS))
                continue
            claimed |= {values["line_id"] for values in proposed}
            proposals += proposed
            if matched:
                counts[f"rule {rule.id}"] = matched
        return counts, proposals

    def _rules_in_force(self):
        """The rules that are as they were approved, in their order."""
        rules = (
            self.env["payment.bridge.match.rule"]
            .sudo()
            .search([("company_id", "=", self.company_id.id), ("state", "=", "active")])
        )
        return rules.filtered(
            lambda rule: (not rule.channel_ids or self in rule.channel_ids) and rule._digest() == rule.approved_digest
        )


class PaymentBridgeMatchRule(models.Model):
    _inherit = "payment.bridge.match.rule"

    @contextmanager
    def _limited(self):
        """A part of the transaction that is undone when it takes too long."""
        ((before,),) = self.env.execute_query(SQL("SELECT current_setting('statement_timeout')"))
        with self.env.cr.savepoint():
            self.env.cr.execute(SQL("SELECT set_config('statement_timeout', %s, true)", f"{SECONDS}s"))
            yield
            self.env.cr.execute(SQL("SELECT set_config('statement_timeout', %s, true)", before))

    @api.private
    def _apply(self, channel, claimed):
        """Decide the rows of ``channel`` that this rule fits. Answers how many, and what is only proposed.

        No rule books away what an order of ours may explain, nor a pay-out that nobody ordered, nor a row that may
        stand on the statement twice: there it proposes, and a person decides.
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id, l.kind = 'pay_out' AND l.difference = 'platform_only_out'
                       OR (l.candidate_id IS NOT NULL OR d.similar_id IS NOT NULL) AND %s OR l.difference = ANY(%s)
                  FROM payment_bridge_statement_line l
                  LEFT JOIN payment_bridge_difference d ON d.line_id = l.id AND d.state = 'open'
                 WHERE l.channel_id = %s AND l.state = 'unmatched' AND l.only_by_hand IS NOT TRUE
                   AND l.gross != 0 AND l.id != ALL(%s) AND %s ORDER BY l.id
                """,
                self.effect != "match",
                list(FOR_PEOPLE),
                channel.id,
                sorted(claimed),
                conditions(self),
            )
        )
        if not rows:
            return 0, []
        for_people = {line_id for line_id, needs_person in rows if needs_person}
        found = getattr(self, f"_find_{self.effect}")(channel, [row[0] for row in rows])
        decided = {} if self.only_propose else {key: one for key, one in found.items() if key not in for_people}
        proposed = [
            {"line_id": line_id, **self._proposal_of(one)} for line_id, one in found.items() if line_id not in decided
        ]
        if decided:
            self._decide_rows(channel, decided)
        return len(decided), proposed

    # -- what it would do with each row ---------------------------------------------------

    def _find_account(self, _channel, line_ids):
        return dict.fromkeys(line_ids, {"way": "account"})

    def _find_ignore(self, _channel, line_ids):
        return dict.fromkeys(line_ids, {"way": "ignore"})

    def _find_match(self, channel, line_ids):
        """For each row that has one: the payment, or the documents that its text names."""
        found = {
            line_id: {"way": "payment", "instruction_id": instruction_id, "payment_id": payment_id, "rest": rest}
            for line_id, instruction_id, payment_id, rest in self._payments_within(channel, line_ids)
        }
        left = [line_id for line_id in line_ids if line_id not in found]
        if left and channel._has_open_documents():
            found.update(self._documents_within(channel, left))
        return found

    def _payments_within(self, channel, line_ids):
        """Rows and the payments that they name, or whose amount and day nothing else has, within the tolerance: no
        other missing payment, and none of which nobody knows yet whether it has moved its money."""
        return self.env.execute_query(
            SQL(
                """
                WITH pair AS (
                    SELECT l.id, i.id AS instruction_id, i.payment_id, abs(l.gross) - i.amount AS rest
                      FROM payment_bridge_statement_line l
                      JOIN payment_bridge_instruction i ON i.id = l.candidate_id
                     WHERE l.id = ANY(%(ids)s) AND l.difference = ANY(%(classes)s) AND %(has_moved)s AND %(fits)s
                     UNION ALL
                    SELECT l.id, i.id, i.payment_id, abs(l.gross) - i.amount
                      FROM payment_bridge_statement_line l
                      JOIN payment_bridge_difference d
                        ON d.channel_id = l.channel_id AND d.side = 'books' AND d.state = 'open'
                       AND d.day BETWEEN l.settled_on - %(days)s AND l.settled_on + %(days)s
                      JOIN payment_bridge_instruction i ON i.id = d.instruction_id
                     WHERE l.id = ANY(%(ids)s) AND %(has_no_number)s AND %(has_moved)s AND %(fits)s
                     UNION ALL
                    SELECT l.id, i.id, NULL, NULL
                      FROM payment_bridge_statement_line l
                      JOIN payment_bridge_instruction i
                        ON %(may_be_meant)s
                     WHERE l.id = ANY(%(ids)s) AND %(has_no_number)s AND %(fits)s
                       AND NOT EXISTS (SELECT FROM payment_bridge_statement_line o
                                        WHERE o.channel_id = i.channel_id AND o.candidate_id = i.id
                                          AND o.state = 'unmatched')
                )
                SELECT id, instruction_id, payment_id, rest
                  FROM (SELECT *, count(*) OVER (PARTITION BY id) AS payments,
                               count(*) OVER (PARTITION BY instruction_id) AS rows FROM pair) counted
                 WHERE payments = 1 AND rows = 1 AND payment_id IS NOT NULL ORDER BY id
                """,
                ids=line_ids,
                classes=list(WITH_CANDIDATE),
                days=self.days,
                has_moved=HAS_MOVED,
                may_be_meant=may_be_meant(self.days),
                has_no_number=SQL("l.candidate_id IS NULL AND l.key IS NULL AND %s", NUMBERS_ALLOW),
                fits=SQL(
                    """
                    i.channel_id = l.channel_id AND i.currency_id = l.currency_id AND l.kind = %s
                    AND sign(l.gross) = sign(%s) AND abs(abs(l.gross) - i.amount) <= %s AND NOT %s
                    """,
                    KIND,
                    SIGNED,
                    tolerance(self, SQL("i.amount")),
                    leg_taken(SQL("i.id")),
                ),
            )
        )

    def _documents_within(self, channel, line_ids):
        rows = channel._rows_that_may_pay(SQL("l.id = ANY(%s)", line_ids))
        matches = certain.match_within(rows, channel._documents_for(rows), partial(self._tolerated, channel))
        amounts = {row.id: row.amount for row in rows}
        return {
            one.row_id: {
                "way": "document",
                "allotments": one.allotments,
                "documents": list(dict.fromkeys(part.document_id for part in one.allotments)),
                "rest": channel._major(amounts[one.row_id] - sum(part.amount for part in one.allotments)),
            }
            for one in matches
        }

    def _tolerated(self, channel, expected):
        """By how much, in minor units, an amount may differ from ``expected``, in minor units as well."""
        limits = []
        if self.tolerance_amount:
            limits.append(channel._minor(self.tolerance_amount))
        if self.tolerance_percent:
            limits.append(int(expected * Decimal(str(self.tolerance_percent)) / 100))
        return min(limits, default=0)

    def _proposal_of(self, found):
        return {
            "way": found["way"],
            "documents": found.get("documents", []),
            "instruction_id": found.get("instruction_id") or False,
            "account_id": self.account_id.id,
            "partner_id": self.partner_id.id,
            "rule_id": self.id,
            "kind": "rule",
            "score": 1.0,
            "reasons": {},
            "rest": float(found.get("rest") or 0.0),
        }

    # -- doing it -------------------------------------------------------------------------

    def _decide_rows(self, channel, decided):
        lines = self.env["payment.bridge.statement.line"]
        by_way = {}
        for line_id, one in decided.items():
            by_way.setdefault(one["way"], {})[line_id] = one
        told = {"found_by": "rule", "rule_id": self.id, "difference": False}
        for way, of_way in by_way.items():
            values = getattr(self, f"_values_{way}")
            if way in ALIKE:
                lines.browse(of_way).sudo().write({**told, **values(None)})
                continue
            for line_id, one in of_way.items():
                lines.browse(line_id).sudo().write({**told, **values(one)})
            if way == "document":
                paying = lines.browse(of_way).sudo()
                paying._allot({line_id: one["allotments"] for line_id, one in of_way.items()})
                paying._learn_payers()
        net = sum(lines.browse(decided).mapped("amount"))
        self.env["payment.bridge.audit.event"]._record(
            "match_rule.applied", self, channel=channel.id, rows=len(decided), net=f"{net:.2f}"
        )

    def _values_account(self, _found):
        return {
            "state": "matched",
            "match_pass": "account",
            "account_id": self.account_id.id,
            "partner_id": self.partner_id.id,
            "tax_id": self.tax_id.id,
            "analytic_distribution": self.analytic_distribution,
        }

    def _values_ignore(self, _found):
        return {"state": "ignored", "note": self.ignore_reason}

    def _values_payment(self, found):
        return {
            "state": "matched",
            "match_pass": "payment",
            "instruction_id": found["instruction_id"],
            "candidate_id": found["instruction_id"],
            "payment_id": found["payment_id"],
            "account_id": self.account_id.id if found["rest"] else False,
            "evidence": {"rest": f"{found['rest']:.2f}"},
        }

    def _values_document(self, found):
        partners = self.env["account.move"].sudo().browse(found["documents"]).commercial_partner_id
        return {
            "state": "matched",
            "match_pass": "document",
            "partner_id": partners.id if len(partners) == 1 else False,
            "account_id": self.account_id.id if found["rest"] else False,
            "evidence": {"documents": len(found["documents"]), "rows": 1, "rest": f"{found['rest']:.2f}"},
        }
