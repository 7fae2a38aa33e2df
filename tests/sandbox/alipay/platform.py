"""Alipay put together: its state, its methods and its addresses."""

from __future__ import annotations

import base64
from typing import Any

from ..core import Core
from ..ledger import Ledger
from ..router import Router
from . import bills, receipts
from .account import AccountMethods
from .admin import AlipayAdmin
from .apps import App, Apps
from .bills import BillMethods
from .certificates import certificate_pem
from .content import Content
from .errors import invalid
from .gateway import Gateway, Method, Methods, TellingMethod
from .links import Links
from .messages import Messages
from .payees import Payees
from .payouts import Payouts
from .persons import AlipayPersons
from .receipts import ReceiptMethods
from .settings import AlipaySettings
from .trade_messages import TradeMessages
from .trades import Trades
from .trading import TradeMethods
from .transfer import TransferMethods
from .wallets import Wallets

GATEWAY = "/gateway.do"


class Alipay:
    """The platform. Tests in the same process may read its parts; others use the admin API."""

    def __init__(self, core: Core) -> None:
        self.settings = AlipaySettings()
        self.ledger = Ledger(core.clock)
        self.apps = Apps(core, self.ledger)
        self.payees = Payees()
        self.messages = Messages(core, self.settings)
        self.payouts = Payouts(core, self.settings, self.payees, self.messages.changed)
        self.trades = Trades(core, self.settings, TradeMessages(core, self.settings, self.messages).changed)
        self.wallets = Wallets(core, self.settings)
        self.persons = AlipayPersons(self.apps, self.payouts, self.trades, self.wallets)
        self._links = Links(core)
        self._core = core

    def routes(self, router: Router) -> None:
        """Register the gateway, the downloads and the admin addresses."""
        gateway = Gateway(self._core, self.settings, self.apps, self._methods())
        router.add("GET POST", GATEWAY, gateway.serve)
        router.add("GET", bills.PATH, self._links.fetch)
        router.add("GET", receipts.PATH, self._links.fetch)
        AlipayAdmin(self, self._core, GATEWAY).routes(router)

    def _methods(self) -> Methods:
        transfer = TransferMethods(self.settings, self.payouts)
        account = AccountMethods(self._core.clock)
        bill = BillMethods(self._core, self.settings, self.trades, self._links)
        trade = TradeMethods(self._core, self.settings, self.trades, self.wallets)
        receipt = ReceiptMethods(self._core, self.settings, self._links)
        return {
            "alipay.fund.trans.uni.transfer": Method(transfer.transfer, money_out=True),
            "alipay.fund.trans.common.query": Method(transfer.query),
            "alipay.trade.precreate": TellingMethod(trade.precreate),
            "alipay.trade.pay": TellingMethod(trade.pay),
            "alipay.trade.query": Method(trade.query),
            "alipay.trade.close": Method(trade.close),
            "alipay.trade.cancel": Method(trade.cancel),
            "alipay.trade.refund": Method(trade.refund),
            "alipay.trade.fastpay.refund.query": Method(trade.refund_query),
            "alipay.fund.account.query": Method(account.account),
            "alipay.data.bill.balance.query": Method(account.balance),
            "alipay.data.bill.balancehis.query": Method(account.balance_history),
            "alipay.data.bill.accountlog.query": Method(account.log),
            "alipay.data.dataservice.bill.downloadurl.query": Method(bill.download_url),
            "alipay.data.bill.ereceipt.apply": Method(receipt.apply),
            "alipay.data.bill.ereceipt.query": Method(receipt.query),
            "alipay.open.app.alipaycert.download": Method(self._certificate),
        }

    def _certificate(self, app: App, values: dict[str, Any]) -> dict[str, str]:
        """alipay.open.app.alipaycert.download: the certificate with an SN, base64 of its PEM."""
        identity = self.apps.issued(Content(values).text("alipay_cert_sn", 64, required=True))
        if identity is None:
            raise invalid("isv.alipay-cert-not-exist")
        pem = certificate_pem(identity.certificate)
        return {"alipay_cert_content": base64.b64encode(pem.encode()).decode()}
