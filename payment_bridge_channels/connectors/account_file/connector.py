"""The port for an account whose statement is a file: a bank's, or a payment provider's that has no connector.

It places no order and calls nobody: it reads the CSV that a person downloads, by the columns that the settings name.
"""

from __future__ import annotations

from typing import BinaryIO

from odoo.addons.payment_bridge.connector.base import Connector
from odoo.addons.payment_bridge.connector.declarations import Capabilities, ChannelSettings, StatementKind
from odoo.addons.payment_bridge.connector.registry import register
from odoo.addons.payment_bridge.connector.statement_types import StatementReader
from odoo.addons.payment_bridge.connector.transport import Transport
from odoo.addons.payment_bridge.connector.types import Bilingual

from ...statement_file.statement import open_statement
from . import settings as settings_reader
from .settings import CURRENCIES, SETTING_FIELDS

ACCOUNT_STATEMENT = "account"


@register
class AccountFileConnector(Connector):
    """Any account, in any of several currencies: statements by upload, nothing online."""

    code = "account_file"
    label = Bilingual("Account by statement file", "对账单文件账户")
    setting_fields = SETTING_FIELDS
    capabilities = Capabilities(
        operations=frozenset(),
        currencies=frozenset(CURRENCIES),
        statement_kinds=(
            StatementKind(ACCOUNT_STATEMENT, Bilingual("Account statement", "账户对账单"), covers_balance=True),
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
        return open_statement(stream, self._settings, ACCOUNT_STATEMENT)
