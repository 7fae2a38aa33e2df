"""What an auditor, or the other party, takes home to check without this software."""

import tempfile

from werkzeug.exceptions import NotFound
from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import Response, content_disposition, request

IN_MEMORY = 4 * 1024 * 1024  # a longer trail waits on the disk while it is sent


class TrailController(http.Controller):
    """Downloads of roots, trails and proofs; each checks the rights of whoever asks, and leaves an event."""

    @http.route("/payment_bridge/root/<int:root_id>", type="http", auth="user", methods=["GET"], readonly=False)
    def root(self, root_id):
        """One signed root."""
        root = self._readable("payment.bridge.audit.root", root_id)
        self._note(root, "root")
        return self._file(f"root-{root.size}.json", [root._signed().to_json()])

    @http.route("/payment_bridge/trail/<int:root_id>", type="http", auth="user", methods=["GET"], readonly=False)
    def trail(self, root_id):
        """Every event up to a root, with all roots on the way."""
        root = self._readable("payment.bridge.audit.root", root_id)
        self._readable("payment.bridge.audit.event")
        self._note(root, "trail")
        return self._file(f"trail-{root.size}.txt", request.env["payment.bridge.audit.delivery"]._whole_trail(root))

    @http.route("/payment_bridge/consistency/<int:root_id>", type="http", auth="user", methods=["GET"], readonly=False)
    def consistency(self, root_id):
        """A proof that a root continues the one before it."""
        root = self._readable("payment.bridge.audit.root", root_id)
        self._note(root, "consistency")
        return self._file(f"consistency-{root.size}.json", [root._consistency_proof()])

    @http.route("/payment_bridge/proof/<int:payment_id>", type="http", auth="user", methods=["GET"], readonly=False)
    def proof(self, payment_id):
        """The proofs of one payment's events, for the other party."""
        payment = self._readable("account.payment", payment_id)
        self._readable("payment.bridge.audit.event")
        proof = payment._bridge_proof()
        request.env["payment.bridge.audit.event"]._record("proof.handed_out", payment, payment=payment.name)
        return self._file(f"proof-{(payment.name or str(payment_id)).replace('/', '-')}.json", [proof])

    @staticmethod
    def _readable(model, record_id=None):
        """A record that the user may read; one that does not exist answers 404."""
        records = request.env[model]
        records.check_access("read")
        if record_id is None:
            return records
        record = records.browse(record_id).exists()
        if not record:
            raise NotFound
        record.check_access("read")
        return record

    @staticmethod
    def _note(root, what):
        request.env["payment.bridge.audit.delivery"]._note(root, "download", f"{request.env.user.login}: {what}")
        request.env["payment.bridge.audit.event"]._record(
            "trail.downloaded", root, what=what, size=root.size, root=root.root_hash
        )

    @staticmethod
    def _file(name, lines):
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # closed with the answer
        for line in lines:
            file.write(f"{line}\n".encode())
        length = file.tell()
        file.seek(0)
        return Response(
            wrap_file(request.httprequest.environ, file),
            direct_passthrough=True,
            headers=[
                ("Content-Type", "application/octet-stream"),
                ("Content-Length", str(length)),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
