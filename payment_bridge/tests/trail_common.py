"""What the tests of the trail share: chains to look at, and the hands of someone who owns the database."""

from .common import BridgeCommon, ObedientConnector

TABLE = "payment_bridge_audit_event"


class TrailCommon(BridgeCommon):
    """Payments whose trail is sealed, and ways to change it behind the application."""

    def setUp(self):
        super().setUp()
        ObedientConnector.reset()
        self.events = self.env["payment.bridge.audit.event"].sudo()

    def seal(self):
        self.run_job("payment.bridge.audit.event", "_cron_seal")

    def behind(self, statement, *values):
        """Do what only the owner of the database can: change it with the guards switched off."""
        self.env.cr.execute("ALTER TABLE payment_bridge_audit_event DISABLE TRIGGER USER")
        self.env.cr.execute("ALTER TABLE payment_bridge_audit_root DISABLE TRIGGER USER")
        self.env.cr.execute(statement, values)
        self.env.cr.execute("ALTER TABLE payment_bridge_audit_event ENABLE TRIGGER USER")
        self.env.cr.execute("ALTER TABLE payment_bridge_audit_root ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def make_chain(self, bills=3):
        """A company's chain over a few payments; answers its newest position."""
        for amount in range(bills):
            self.pay(self.make_bill(100 + amount))
        self.seal()
        self.assertIsNone(self.events._verify_chain())
        return self.events._head(self.company.id)[0]

    def assertBroken(self, position):
        """The chain is broken, and the place where one sees it first is told to a person."""
        broken = self.events._verify_company(self.company.id)
        self.assertEqual(broken and broken.position, position)
        self.events._cron_verify()
        told = self.env["payment.bridge.discrepancy"].search([("kind", "=", "audit_chain")])
        self.assertIn(str(position), " ".join(told.mapped("summary")))
