"""WeChat Pay put together: its state, its operations and its addresses."""

from __future__ import annotations

from ..core import Core
from ..ledger import Ledger
from ..router import Router
from .admin import WechatAdmin
from .balance_api import BalanceApi, CertificateApi
from .bill_api import BillApi
from .codes import Codes
from .downloads import Downloads
from .gateway import Gateway
from .merchants import Merchants
from .messages import Messages
from .outsiders import Outsiders
from .payees import Payees
from .receipts import ReceiptApi
from .refunds import Refunds
from .settings import WechatSettings
from .trade_api import TradeApi
from .trades import Trades
from .transfer_api import TransferApi
from .transfers import Transfers


class WechatPay(Outsiders):
    """The platform. Tests in the same process may read its parts; others use the admin API."""

    def __init__(self, core: Core) -> None:
        settings = WechatSettings()
        self.ledger = Ledger(core.clock)
        self.payees = Payees(settings)
        merchants = Merchants(core, settings, self.ledger)
        self.messages = Messages(core, merchants)
        codes = Codes(core, settings)
        trades = Trades(core, settings, codes, self.messages.trade_paid)
        refunds = Refunds(core, settings, trades, self.messages.refund_ended)
        transfers = Transfers(core, settings, self.payees, self.messages.transfer_ended)
        super().__init__(settings, merchants, codes, trades, refunds, transfers)
        self._core = core

    def routes(self, router: Router) -> None:
        """Register the API and the admin addresses."""
        gateway = Gateway(self._core, self.settings, self.merchants)
        downloads = Downloads(self._core)
        for api in (
            TransferApi(self.settings, self.merchants, self.transfers),
            TradeApi(self._core.clock, self.settings, self.trades, self.refunds),
            BalanceApi(self._core.clock, self.settings),
            CertificateApi(self.merchants, self.settings),
            BillApi(self._core, self.settings, self.trades, self.refunds, downloads),
            ReceiptApi(self._core, self.settings, self.transfers, downloads),
            downloads,
        ):
            for operation in api.operations():
                gateway.add(router, operation)
        WechatAdmin(self, self._core).routes(router)
