"""What every dialog of ours has in common: it is about records that whoever opens it may see."""

from odoo import api, models


class PaymentBridgeDialog(models.AbstractModel):
    """A dialog shows parts of the records that it is about, read with more rights than its user has. So nobody opens
    one about a record that the user may not read: another company's, by its number."""

    _name = "payment.bridge.dialog"
    _description = "Dialog About a Record"

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(vals_list)
        dialogs._check_subjects()
        return dialogs

    def write(self, vals):
        result = super().write(vals)
        if any(self._fields[name].relational for name in vals if name in self._fields):
            self._check_subjects()
        return result

    def _check_subjects(self):
        """:raises AccessError: when one of the records that these dialogs name may not be read."""
        if self.env.su:
            return
        for name, field in self._fields.items():
            if field.store and field.relational and not field.related and name not in ("create_uid", "write_uid"):
                self.sudo()[name].with_env(self.env).check_access("read")
