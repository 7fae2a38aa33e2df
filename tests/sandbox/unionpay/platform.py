"""UnionPay put together: its state, its transactions and its addresses."""

from __future__ import annotations

from ..core import Core
from ..ledger import Ledger
from ..router import Router
from .admin import UnionPayAdmin
from .batches import Batches
from .books import Books
from .cashier import PATH, Cashier
from .collects import Collects
from .desk import Desk
from .files import Files
from .gateway import Gateway
from .merchants import Merchants
from .messages import Messages
from .orders import Orders
from .payees import Payees
from .payouts import Payouts
from .persons import UnionPayPersons
from .queries import Queries
from .refunds import Refunds
from .rules import Rules
from .sensitive import Sensitive
from .settings import UnionPaySettings
from .settlement import Settlement

API = "/gateway/api"
FILES = "/filedownload/"


class UnionPay:
    """The platform. Tests in the same process may read its parts; others use the admin API."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.settings = UnionPaySettings()
        self.ledger = Ledger(core.clock)
        self.merchants = Merchants(core, self.settings, self.ledger)
        self.payees = Payees()
        self.orders = Orders(core, self.settings)
        self.books = Books(self.orders)
        self.messages = Messages(core, self.merchants, self.orders)
        self.desk = Desk(core, self.settings, self.orders, self.books, self.payees, self.messages)
        self.settlement = Settlement(core, self.settings, self.merchants, self.orders, self.books)
        rules = Rules(core.clock, self.settings)
        self.payouts = Payouts(self.orders, self.desk, self.payees, Sensitive(self.merchants))
        self.batches = Batches(self.settings, self.payouts)
        self.collects = Collects(core, self.settings, rules, self.orders, self.desk)
        self._gateway = Gateway(core, self.settings, self.merchants, rules, self.messages)
        self.cashier = Cashier(core, self._gateway, self.collects, self.messages)
        self.persons = UnionPayPersons(self.merchants, self.orders, self.collects, self.cashier)
        self.settlement.plan()

    def routes(self, router: Router) -> None:
        """Register the gateway, the cashier, the file host and the admin addresses."""
        refunds = Refunds(self.core, self.orders, self.desk)
        queries = Queries(self.core, self.settings, self.merchants, self.orders, self.messages)
        files = Files(self.core, self.settings, self.orders, self.books)
        back = {
            "12/00": self.payouts.pay,
            "01/07": self.collects.qr,
            "01/06": self.collects.charge,
            "04/00": refunds.refund,
            "31/00": refunds.void,
            "99/01": refunds.reverse,
            "95/00": queries.encryption_certificate,
        }
        batch = {"21/03": self.batches.accept, "22/03": self.batches.query}
        endpoint = self._gateway.endpoint
        router.add("POST", f"{API}/backTransReq.do", endpoint(back))
        router.add("POST", f"{API}/queryTrans.do", endpoint({"00/00": queries.order}))
        router.add("POST", f"{API}/batchTrans.do", endpoint(batch))
        router.add("POST", FILES, endpoint({"76/01": files.download}))
        router.add("POST", f"{API}/frontTransReq.do", self.cashier.show)
        router.add("GET POST", f"{PATH}<token>", self.cashier.act)
        UnionPayAdmin(self).routes(router)
