"""Statements as an operating institution's portal could write them, and channels set up to read them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.transport import Transport
from odoo.addons.payment_bridge_channels.connectors.ecny import EcnyConnector

WALLET = "0022000000123456"
OTHER_WALLET = "0022000000999999"
SETTINGS = {
    "wallet_id": WALLET,
    "column_time": "交易时间",
    "amounts": "two_columns",
    "column_in": "收入",
    "column_out": "支出",
    "column_reference": "流水号",
    "column_key": "商户订单号",
    "column_balance": "余额",
    "column_counterparty": "对方",
    "column_summary": "摘要",
    "column_wallet": "钱包编号",
}
TITLES = ("交易时间", "钱包编号", "流水号", "商户订单号", "收入", "支出", "余额", "对方", "摘要")
ROWS = (
    ("2026-01-15 09:30:11", WALLET, "EC0001", "SO1", "1,100.00", "", "1,200.00", "张三", "消费"),
    ("2026-01-15 10:00:00", WALLET, "EC0002", "", "", "200.00", "1,000.00", f"某某纸业({OTHER_WALLET})", "货款"),
    ("2026-01-15 11:00:00", WALLET, "EC0003", "SO1", "", "30.50", "969.50", "张三", "消费退款"),
    ("2026-01-16 00:00:01", WALLET, "EC0004", "", "", "500.00", "469.50", "", "存银行"),
    ("2026-01-16 08:00:00", WALLET, "EC0005", "", "50.00", "", "519.50", "", "充钱包"),
    ("2026-01-16 09:00:00", WALLET, "EC0006", "", "", "1.00", "518.50", "", "手续费"),
)


def connector(environment: str = "production", **changes: str | None) -> EcnyConnector:
    """A channel with :data:`SETTINGS`; None takes a setting away."""
    values = {name: value for name, value in {**SETTINGS, **changes}.items() if value is not None}
    settings = ChannelSettings(environment, values)
    return EcnyConnector(settings, Transport(allowed_hosts=EcnyConnector.allowed_hosts(settings)))


def text(
    rows: Sequence[Sequence[str]] = ROWS,
    titles: Sequence[str] = TITLES,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    separator: str = ",",
) -> str:
    """The file as text; cells with a comma are quoted, as spreadsheets do."""
    lines = [separator.join(f'"{cell}"' if "," in cell else cell for cell in cells) for cells in (titles, *rows)]
    return "\r\n".join((*before, *lines, *after, ""))


def read(content: bytes | str, channel: EcnyConnector | None = None):
    """The reader and its lines; text is written as GBK."""
    raw = content.encode("gb18030") if isinstance(content, str) else content
    statement = (channel or connector()).parse_statement(io.BytesIO(raw), "wallet.csv")
    return statement, list(statement)


def changed(place: int, **cells: str) -> list[tuple[str, ...]]:
    """The rows with some cells of one of them changed, by title."""
    rows = [list(row) for row in ROWS]
    for title, cell in cells.items():
        rows[place][TITLES.index(title)] = cell
    return [tuple(row) for row in rows]
