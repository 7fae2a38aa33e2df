"""What a check finds, in words."""

from odoo import api, fields, models

from ..tools.languages import in_language, search_texts


class PaymentBridgeFinding(models.AbstractModel):
    """A record of something that was found, told to each reader in his language."""

    _name = "payment.bridge.finding"
    _description = "Finding of a Check"
    _rec_name = "sentence"

    sentence = fields.Char(string="What Was Found", compute="_compute_sentence", search="_search_sentence")
    sentence_texts = fields.Json(required=True, readonly=True, help="The sentence in each language.")

    @api.depends("sentence_texts")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for finding in self:
            finding.sentence = in_language(finding.sentence_texts, self.env.lang)

    @api.model
    def _search_sentence(self, operator, value):
        return search_texts(self, "sentence_texts", operator, value)
