"""Free text that people write holds no card numbers: nobody asks for them here, and nobody may keep them."""

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

from ..connector.card_numbers import has_card_number
from .refusal import refused

TEXT_TYPES = frozenset({"char", "text", "html"})


class PaymentBridgePlainText(models.AbstractModel):
    """Refuses card numbers in the texts of a model and in what is written in its chatter.

    It is decided where records are made and written, so that a form, an import and RPC meet the same answer.
    :meth:`_plain_text_fields` says which fields of a model people write.
    """

    _name = "payment.bridge.plain.text"
    _description = "Text Without Card Numbers"

    @api.model
    def _plain_text_fields(self):
        """The names of the fields that are looked at: every text of the model that is kept."""
        return {name for name, field in self._fields.items() if field.type in TEXT_TYPES and field.store}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_card_numbers(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_card_numbers(vals)
        return super().write(vals)

    @api.model
    def _refuse_card_numbers(self, vals):
        """:raises UserError: naming the field, and never the number, when a text in ``vals`` holds a card's number."""
        for name in self._plain_text_fields() & set(vals):
            if isinstance(vals[name], str) and not _can_be_kept(vals[name]):
                raise UserError(
                    self.env._(
                        "“%s” holds a character that cannot be kept. Type it again. Nothing was saved.",
                        self._fields[name]._description_string(self.env),
                    )
                )
            if self._says_card_number(vals[name]):
                words = self.env._(
                    "“%s” holds what looks like a payment card number. Card numbers are not kept here: remove it,"
                    " or leave the last four digits only. Nothing was saved.",
                    self._fields[name]._description_string(self.env),
                )
                raise refused(self, "card_number", UserError(words), field=name)

    @api.model
    def _refuse_message(self, *texts):
        """:raises UserError: when what a person writes in a chatter holds a card's number."""
        if any(self._says_card_number(text) for text in texts):
            words = self.env._(
                "The message holds what looks like a payment card number. Card numbers are not kept here: remove"
                " it, or leave the last four digits only. Nothing was saved."
            )
            raise refused(self, "card_number", UserError(words))

    @api.model
    def _says_card_number(self, value):
        """Whether a text, plain or HTML, holds a card number."""
        if not isinstance(value, str) or not value:
            return False
        return has_card_number(value) or ("<" in value and has_card_number(Markup(value).striptags()))


def _can_be_kept(text):
    """Whether the database takes a text: it has no zero character and no half of a pair of surrogates."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
