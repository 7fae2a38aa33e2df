"""Open invoices, bills and credit notes as values, found set by set for the rows that may pay them."""

from odoo import api, models
from odoo.tools import SQL

from ..documents import references
from ..documents.values import Document, OpenItem, Row
from .payment_bridge_known_payer import payer_key, payer_name

MOST_ROWS = 20_000
"""Rows that one run looks at, the newest first."""
KINDS = ("collection", "pay_out", "refund", "return", "adjustment")
"""Kinds of row that may pay a document."""
DOCUMENT_TYPES = ("out_invoice", "in_invoice", "out_refund", "in_refund")


def folded(text):
    """``text``, SQL, in one width and case, as :func:`.references.fold` has it."""
    plain = SQL("translate(normalize(%s, NFKC), %s, %s)", text, references.DASHES, "-" * len(references.DASHES))
    return SQL("upper(replace(%s, 'ß', 'ss'))", plain)


def last_number(text):
    """The last number in folded ``text``, SQL, without leading zeros."""
    return SQL("ltrim(substring(%s from '([0-9]+)[^0-9]*$'), '0')", text)


def compact(text):
    """Folded ``text``, SQL, without its separators."""
    return SQL("regexp_replace(%s, '[^A-Z0-9]', '', 'g')", text)


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _has_open_documents(self):
        """Whether anything of this channel's company and currency is open at all."""
        return bool(self.env.execute_query(SQL("SELECT EXISTS (%s)", self._open_items_query()))[0][0])

    def _open_items_query(self):
        """What is open, and not held by payments or rows already, item by item."""
        return SQL(
            """
            SELECT m.id AS document_id, m.commercial_partner_id AS partner_id,
                   a.amount_residual_currency > 0 AS incoming, a.id AS item_id,
                   COALESCE(a.date_maturity, a.date) AS due,
                   abs(a.amount_residual_currency) - COALESCE(a.bridge_held, 0) AS open
              FROM account_journal j
              JOIN account_move m ON m.journal_id = j.id AND m.state = 'posted'
               AND m.payment_state IN ('not_paid', 'partial') AND m.move_type = ANY(%s)
              JOIN account_move_line a ON a.move_id = m.id AND a.display_type = 'payment_term' AND NOT a.reconciled
             WHERE j.type IN ('sale', 'purchase') AND m.company_id = %s AND m.currency_id = %s
               AND a.currency_id = m.currency_id
               AND abs(a.amount_residual_currency) - COALESCE(a.bridge_held, 0) > 0
            """,
            list(DOCUMENT_TYPES),
            self.company_id.id,
            self.currency_id.id,
        )

    @api.private
    def _rows_that_may_pay(self, scope=None):
        """This channel's rows that nothing explains, as values; ``scope`` is a condition on ``l``."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id, l.amount > 0, abs(l.gross), l.settled_on, l.occurred_at, l.entry_reference,
                       concat_ws(' | ', l.description, l.key, l.counterparty), l.counterparty,
                       l.only_by_hand IS NOT TRUE AND d.similar_id IS NULL
                       AND NOT (l.kind = 'pay_out' AND l.amount < 0)
                  FROM payment_bridge_statement_line l
                  LEFT JOIN payment_bridge_difference d ON d.line_id = l.id AND d.state = 'open'
                 WHERE l.channel_id = %s AND l.state = 'unmatched' AND l.candidate_id IS NULL AND l.gross != 0
                   AND l.difference IN ('platform_only_in', 'platform_only_out', 'opened') AND l.kind = ANY(%s) AND %s
                 ORDER BY l.settled_on DESC, l.occurred_at DESC, l.entry_reference LIMIT %s
                """,
                self.id,
                list(KINDS),
                scope or SQL("TRUE"),
                MOST_ROWS,
            )
        )
        keys = {row[0]: payer_key(self.company_id.id, row[7]) for row in rows}
        known = self.env["payment.bridge.known.payer"]._partners_of(self.company_id, set(filter(None, keys.values())))
        named = self._partners_named({payer_name(row[7]) for row in rows} - {""})
        certain = self.document_matching == "certain"
        return [
            Row(
                id=line_id,
                incoming=incoming,
                amount=self._minor(amount),
                day=day,
                order=(occurred_at, entry),
                text=text,
                party=payer_name(counterparty),
                payers=known.get(keys[line_id]) or named.get(payer_name(counterparty), frozenset()),
                may_match=may_match and certain,
            )
            for line_id, incoming, amount, day, occurred_at, entry, text, counterparty, may_match in rows
        ]

    def _partners_named(self, names):
        """Partners with something open whose name is one of these, as {folded name: set of their ids}."""
        if not names:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT named.name, array_agg(named.id)
                  FROM (SELECT %s AS name, p.id FROM res_partner p
                         WHERE p.id IN (SELECT partner_id FROM (%s) items)) named
                 WHERE named.name = ANY(%s) GROUP BY 1
                """,
                folded(SQL("p.name")),
                self._open_items_query(),
                sorted(names),
            )
        )
        return {name: frozenset(ids) for name, ids in rows}

    @api.private
    def _documents_for(self, rows):
        """The open documents that any of ``rows`` may pay: those whose number a text may mean, all of the partners of
        these and of known payers, and those of the same amount."""
        numbers = {mention.number for row in rows for mention in references.mentions(row.text)}
        compacts = {run for row in rows for run in references.compacts(row.text)}
        return self._load_documents(
            SQL(
                """
                WITH item AS MATERIALIZED (%(items)s),
                     document AS (SELECT document_id, partner_id, sum(open) AS open FROM item GROUP BY 1, 2),
                     named AS (
                        SELECT DISTINCT d.document_id, d.partner_id
                          FROM document d
                          JOIN account_move m ON m.id = d.document_id
                         CROSS JOIN LATERAL (
                               SELECT %(folded)s AS told FROM unnest(ARRAY[m.name, m.ref, m.payment_reference]) AS r) r
                         WHERE %(number)s = ANY(%(numbers)s) OR %(compact)s = ANY(%(compacts)s))
                SELECT * FROM item
                 WHERE partner_id IN (SELECT partner_id FROM named) OR partner_id = ANY(%(payers)s)
                    OR document_id IN (SELECT document_id FROM document WHERE open = ANY(%(amounts)s::numeric[]))
                """,
                items=self._open_items_query(),
                folded=folded(SQL("r")),
                number=last_number(SQL("r.told")),
                compact=compact(SQL("r.told")),
                numbers=sorted(numbers),
                compacts=sorted(compacts),
                payers=sorted({partner_id for row in rows for partner_id in row.payers}),
                amounts=sorted({self._major(row.amount) for row in rows}),
            )
        )

    @api.private
    def _documents_by_id(self, document_ids):
        """Chosen documents as values, as far as they are open."""
        query = self._open_items_query()
        return self._load_documents(
            SQL("SELECT * FROM (%s) item WHERE document_id = ANY(%s)", query, list(document_ids))
        )

    def _load_documents(self, items):
        for model in ("account.move", "account.move.line", "res.partner"):
            self.env[model].flush_model()  # not everything: a form may be computing this
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.document_id, i.partner_id, i.incoming, p.name, COALESCE(m.invoice_date, m.date),
                       ARRAY[m.name, m.ref, m.payment_reference],
                       array_agg(i.item_id ORDER BY i.due, i.item_id), array_agg(i.due ORDER BY i.due, i.item_id),
                       array_agg(i.open ORDER BY i.due, i.item_id)
                  FROM (%s) i
                  JOIN account_move m ON m.id = i.document_id
                  LEFT JOIN res_partner p ON p.id = i.partner_id
                 GROUP BY i.document_id, i.partner_id, i.incoming, p.name, m.id ORDER BY i.document_id
                """,
                items,
            )
        )
        return [
            Document(
                id=document_id,
                incoming=incoming,
                partner_id=partner_id,
                partner_name=references.fold(name),
                day=day,
                items=tuple(
                    OpenItem(item_id, due, self._minor(part))
                    for item_id, due, part in zip(item_ids, dues, parts, strict=True)
                ),
                references=tuple(filter(None, map(references.reference, dict.fromkeys(filter(None, told))))),
            )
            for document_id, partner_id, incoming, name, day, told, item_ids, dues, parts in rows
        ]

    @api.private
    def _minor(self, amount):
        """A money amount in whole minor units of the channel's currency."""
        return round(amount * 10**self.currency_id.decimal_places)

    @api.private
    def _major(self, amount):
        """Minor units as the currency counts."""
        return self.currency_id.round(amount / 10**self.currency_id.decimal_places)
