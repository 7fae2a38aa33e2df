"""The port for e-CNY (数字人民币): a wallet whose money is moved at the operating institution's portal.

There is no unified public interface for merchants: each operating institution (运营机构) hands its own guide to
those who sign a contract with it. So this connector places no order and calls nobody; it reads the statement
that a person downloads from the portal.
"""

from __future__ import annotations

from typing import BinaryIO

from odoo.addons.payment_bridge.connector.base import Connector
from odoo.addons.payment_bridge.connector.declarations import Capabilities, ChannelSettings, PayeeKind, StatementKind
from odoo.addons.payment_bridge.connector.registry import register
from odoo.addons.payment_bridge.connector.statement_types import StatementReader
from odoo.addons.payment_bridge.connector.transport import Transport
from odoo.addons.payment_bridge.connector.types import Bilingual

from ...statement_file.statement import open_statement
from . import settings as settings_reader
from .settings import CURRENCY, SETTING_FIELDS, WALLET_DIGITS

WALLET_STATEMENT = "wallet"
ECNY_WALLET = PayeeKind(
    "ecny_wallet",
    Bilingual("e-CNY wallet", "数字人民币钱包"),
    Bilingual("Wallet number (16 digits)", "钱包编号（16 位数字）"),
    account_pattern=rf"[0-9]{{{WALLET_DIGITS}}}",
)
"""Personal and corporate (对公) wallets, parent and sub wallets: all have a number of 16 digits."""


@register
class EcnyConnector(Connector):
    """An e-CNY wallet at any operating institution: statements by upload, nothing online."""

    code = "ecny"
    label = Bilingual("e-CNY", "数字人民币")
    setting_fields = SETTING_FIELDS
    capabilities = Capabilities(
        operations=frozenset(),
        currencies=frozenset({CURRENCY}),
        payee_kinds=(ECNY_WALLET,),
        statement_kinds=(
            StatementKind(WALLET_STATEMENT, Bilingual("Wallet statement", "钱包交易明细"), covers_balance=True),
        ),
    )

    def __init__(self, settings: ChannelSettings, transport: Transport):
        super().__init__(settings, transport)
        self._settings = settings_reader.read(settings)

    @classmethod
    def allowed_hosts(cls, settings: ChannelSettings) -> frozenset[str] | None:
        """None of them, in either environment: there is nobody to call."""
        return frozenset()

    def parse_statement(self, stream: BinaryIO, name: str) -> StatementReader:
        return open_statement(stream, self._settings, WALLET_STATEMENT)
