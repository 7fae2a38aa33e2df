"""What a screening officer decides: made by checks, decided by buttons, kept for good."""

from odoo import api, models
from odoo.exceptions import UserError

from .refusal import refused


class PaymentBridgeOfficerCase(models.AbstractModel):
    """A case with a ``state``, open until an officer has decided.

    An officer writes ``_officer_fields``, and ``_reason_fields`` of them only while it is open.
    """

    _name = "payment.bridge.officer.case"
    _description = "Case of a Screening Officer"
    _officer_fields = frozenset()
    _reason_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        """Cases come from checks; nobody writes one by hand."""
        if not self.env.su:
            raise refused(self, "case_written", UserError(self._words_made_by_checks()))
        return super().create(vals_list)

    def write(self, vals):
        """An officer writes the reason of what is not decided yet; the buttons decide."""
        if not self.env.su:
            ours = {name for name, field in self._fields.items() if field._module == "payment_bridge"}
            if (ours & set(vals)) - self._officer_fields:
                raise refused(self, "case_written", UserError(self._words_found_for_good()), fields=sorted(vals))
            if self._reason_fields & set(vals) and self.filtered(lambda case: case.state != "open"):
                raise UserError(self.env._("Open the case again to decide otherwise."))
        return super().write(vals)

    def _words_made_by_checks(self):
        return self.env._("Checks make cases; they cannot be written by hand.")

    def _words_found_for_good(self):
        return self.env._("Decide with the buttons: what was found cannot be changed.")

    def _require_officer(self):
        """Only a person with the officer's role decides.

        :raises UserError: for anybody else; the attempt is noted.
        """
        self.check_access("write")
        if not self.env.user.has_group("payment_bridge.group_officer"):
            raise refused(self, "no_role", UserError(self.env._("Only a screening officer decides.")))
