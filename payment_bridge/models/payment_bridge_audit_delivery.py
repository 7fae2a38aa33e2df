"""How a signed root left the database: to a folder that is written once, by mail, or as a download."""

import os
from contextlib import suppress
from pathlib import Path

from odoo import api, fields, models
from odoo.tools import SQL, config

from ..tools.trail import SignedRoot, trail_lines
from ..tools.worm import FOLDER_OPTION, AlreadyDifferent, write_once

LINKS_BATCH = 10000


class PaymentBridgeAuditDelivery(models.Model):
    """One root, sent one way, once."""

    _name = "payment.bridge.audit.delivery"
    _description = "Delivery of a Signed Root"
    _order = "id desc"
    _log_access = False

    root_id = fields.Many2one("payment.bridge.audit.root", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="root_id.company_id", store=True, index=True)
    way = fields.Selection(
        [("folder", "Folder"), ("mail", "E-mail"), ("download", "Download")], required=True, readonly=True
    )
    at = fields.Datetime(required=True, readonly=True)
    target = fields.Char(readonly=True, help="The file, the address, or who took it.")

    @api.model
    @api.private
    def _note(self, root, way, target):
        return self.sudo().create({"root_id": root.id, "way": way, "at": fields.Datetime.now(), "target": target})

    # -- what an exported trail says ----------------------------------------

    @api.model
    @api.private
    def _lines(self, company, first, root, roots):
        """The lines of a trail from the event ``first`` to the last that ``root`` covers."""
        before = self.env["payment.bridge.audit.event"]._hash_at(company.id, first - 1)
        peaks = self.env["payment.bridge.audit.root"]._tree(company.id).peaks(first - 1)
        head = {
            "company": company.id,
            "company_name": company.name,
            "database": root._signed().says["database"],
            "first": first,
            "last": root.size,
            "peaks": [peak.hex() for peak in peaks],
            "previous": before,
        }
        links = self._links(company.id, first, root.size)
        return trail_lines(head, links, [(one.size, one._signed().to_json()) for one in roots])

    @api.model
    def _links(self, company_id, first, last):
        while first <= last:
            until = min(first + LINKS_BATCH - 1, last)
            yield from self.env.execute_query(
                SQL(
                    """
                    SELECT previous_hash, position, content FROM payment_bridge_audit_event
                     WHERE company_id = %s AND position BETWEEN %s AND %s ORDER BY position
                    """,
                    company_id,
                    first,
                    until,
                )
            )
            first = until + 1

    @api.model
    @api.private
    def _whole_trail(self, root):
        """The lines of everything up to a root, with every root on the way."""
        company = root.company_id
        roots = root.sudo().search([("company_id", "=", company.id), ("id", "<=", root.id)], order="size, id")
        return self._lines(company, 1, root, roots)

    # -- the folder ---------------------------------------------------------

    @api.model
    def _folder(self, company):
        """The company's folder outside the database, or None where the server has none.

        Only the server's administrator says where, in the environment or the server configuration.
        """
        chosen = os.environ.get(FOLDER_OPTION.upper()) or config.options.get(FOLDER_OPTION)
        if not chosen:
            return None
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return Path(chosen) / database / f"company-{company.id}"

    @api.model
    @api.private
    def _to_folder(self, root):
        """Write the events since the last root in the folder, then the root; never over a file."""
        company = root.company_id
        folder = self._folder(company)
        before = self._delivered("folder", company)
        first = (before.size if before else 0) + 1
        if first <= root.size:
            name = f"trail-{first:010d}-{root.size:010d}.txt"
            write_once(folder / name, self._lines(company, first, root, [*before, root]))
        path = folder / f"root-{root.size:010d}-{root.signed_at:%Y%m%dT%H%M%SZ}.json"
        write_once(path, [root._signed().to_json()])
        self._note(root, "folder", str(path))

    @api.model
    def _delivered(self, way, company):
        """The newest root of a company that has gone this way."""
        found = self.sudo().search([("way", "=", way), ("company_id", "=", company.id)], order="id desc", limit=1)
        return found.root_id

    @api.model
    @api.private
    def _newest_in_folder(self, company):
        """The root over most events that the folder holds, as a list of one or none; what cannot be read is
        raised."""
        folder = self._folder(company)
        files = sorted(folder.glob("root-*.json")) if folder else []
        if not files:
            return []
        with suppress(OSError, ValueError):
            return [SignedRoot.from_json(files[-1].read_text(encoding="utf-8"))]
        self._raise_folder(company, self.env._("%s cannot be read", files[-1]))
        return []

    def _raise_folder(self, company, reason):
        self.env["payment.bridge.discrepancy"]._raise(
            "audit_root",
            company=company,
            key="audit-root-folder",
            summary=self.env._(
                "The audit trail could not be exported to its folder: %s. Look at the folder and at who can"
                " write to it.",
                reason,
            ),
        )

    # -- mail ---------------------------------------------------------------

    @api.model
    @api.private
    def _to_mail(self, root):
        """Queue a message with the root for whoever shall keep it."""
        company = root.company_id
        signed = root._signed()
        address = company.bridge_trail_email
        attachment = self.env["ir.attachment"].create(
            {"name": f"root-{root.size:010d}.json", "raw": f"{signed.to_json()}\n".encode()}
        )
        self.env["mail.mail"].create(
            {
                "subject": self.env._(
                    "%(company)s: signed root over %(size)s payment events", company=company.name, size=root.size
                ),
                "body_html": self.env._(
                    "<p>Keep the attached file where nobody who runs Odoo can change it. With it and an exported"
                    " trail, setup/verify-trail tells for ever whether one of these events was changed or"
                    " removed.</p><p>Key: %s</p>",
                    root.fingerprint,
                ),
                "email_to": address,
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "attachment_ids": [(4, attachment.id)],
            }
        )
        self._note(root, "mail", address)

    # -- all ways -----------------------------------------------------------

    @api.model
    @api.private
    def _send_out(self, root):
        """Send a root every way that is set up and that it has not gone yet."""
        company = root.company_id
        gone = set(root.delivery_ids.mapped("way"))
        if self._folder(company) and "folder" not in gone:
            try:
                self._to_folder(root)
            except AlreadyDifferent as error:
                self._raise_folder(company, self.env._("%s is there and says something else", error))
            except OSError as error:
                self._raise_folder(company, str(error))
        if company.bridge_trail_email and "mail" not in gone:
            self._to_mail(root)
