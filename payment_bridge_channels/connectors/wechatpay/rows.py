"""One row of a bill as a statement line.

Source: WeChat Pay APIv3, trade bill and fund-flow bill; see :mod:`.columns` for the tables.
"""

from __future__ import annotations

import re
from datetime import UTC
from decimal import Decimal

from odoo.addons.payment_bridge.connector.redaction import mask_account
from odoo.addons.payment_bridge.connector.statement_types import LineKind, StatementLine

from ..bills import refuse
from . import columns
from .cells import Cells
from .checks import KEY_ALPHABET, KEY_MAX
from .money import CURRENCY, FEN
from .settings import WechatSettings
from .trades import KEY_MIN

ZERO = Decimal("0.00")
PAID = "SUCCESS"
GIVEN_BACK = "REFUND"
TAKEN_BACK = "REVOKED"
_OUR_KEY = re.compile(rf"[{KEY_ALPHABET}]{{{KEY_MIN},{KEY_MAX}}}")


def trade_row(cells: Cells, settings: WechatSettings) -> StatementLine:
    """交易账单: a payment brings 应结订单金额 less 手续费, a refund takes 退款金额 (less 充值券退款金额) and
    gives its fee back, which the bill writes as a negative fee."""
    if settings.mchid not in (cells.identifier(columns.MERCHANT), cells.identifier(columns.SUB_MERCHANT)):
        raise refuse(cells.row, "the row is of another merchant", "该行属于其他商户，与本通道不符")
    if cells.text(columns.CURRENCY_TITLE) != CURRENCY:
        raise refuse(cells.row, "the row is not in yuan", "该行币种不是人民币")
    state = cells.text(columns.TRADE_STATE) or ""
    trade, trade_key = cells.required(columns.TRANSACTION), cells.required(columns.TRADE_KEY)
    fee = _exact(cells.trade_amount(columns.FEE))
    given_back = _exact(cells.trade_amount(columns.REFUNDED) - cells.trade_amount(columns.REFUNDED_COUPON))
    reference, key = f"{trade}:{trade_key}", trade_key
    if state == PAID:
        kind, gross = LineKind.COLLECTION, _exact(cells.trade_amount(columns.SETTLED))
    elif state == GIVEN_BACK:
        refund = cells.required(columns.REFUND_NO)
        reference, key = refund, cells.identifier(columns.REFUND_KEY)
        kind, gross = LineKind.REFUND, -given_back
    elif state == TAKEN_BACK:
        reference = f"{reference}:{TAKEN_BACK}"
        kind, gross = LineKind.REFUND if given_back else LineKind.ADJUSTMENT, -given_back
    else:
        raise refuse(cells.row, "the row is neither payment, refund nor reversal", "交易状态不是支付、退款或撤销")
    local = cells.time(columns.TRADED)
    return StatementLine(
        row=cells.row,
        kind=kind,
        entry_reference=reference,
        amount=gross - fee,
        currency=CURRENCY,
        occurred_at=local.astimezone(UTC),
        settled_on=local.date(),
        gross=gross,
        fee=fee,
        key=key,
        platform_reference=trade,
        counterparty=mask_account(cells.text(columns.PAYER)) or None,
        description=cells.text(columns.GOODS),
        platform_kind=joined(cells.text(columns.TRADE_TYPE), state),
        raw=cells.all(),
    )


def fund_row(cells: Cells, settings: WechatSettings) -> StatementLine:
    """资金账单: each row moves the balance by 收支金额 in the direction of 收支类型."""
    direction = cells.text(columns.DIRECTION)
    if direction not in (columns.INCOME, columns.EXPENSE):
        raise refuse(cells.row, "the row is neither income nor expense", "收支类型不是“收入”或“支出”")
    told = cells.fund_amount(columns.FLOW_AMOUNT).quantize(FEN)
    came_in = direction == columns.INCOME
    amount = told if came_in else -told
    name = cells.text(columns.BUSINESS_NAME) or ""
    business_type = cells.text(columns.BUSINESS_TYPE) or ""
    local = cells.time(columns.BOOKED)
    return StatementLine(
        row=cells.row,
        kind=fund_kind(name, business_type, came_in, settings),
        entry_reference=cells.required(columns.FLOW_NO),
        amount=amount,
        currency=CURRENCY,
        occurred_at=local.astimezone(UTC),
        settled_on=local.date(),
        gross=amount,
        key=fund_key(
            cells.identifier(columns.VOUCHER), cells.identifier(columns.BUSINESS_NO), cells.text(columns.REMARK)
        ),
        platform_reference=cells.identifier(columns.BUSINESS_NO),
        balance=cells.fund_amount(columns.BALANCE).quantize(FEN),
        description=joined(business_type or name, cells.text(columns.REMARK)),
        platform_kind=joined(name, business_type),
        raw=cells.all(),
    )


def fund_kind(name: str, business_type: str, came_in: bool, settings: WechatSettings) -> LineKind:
    """By the channel's transfer words, else by 业务类型 or 业务名称 and the direction."""
    if any(word in name or word in business_type for word in settings.transfer_words):
        return LineKind.RETURN if came_in else LineKind.PAY_OUT
    for told in (business_type, name):
        kind = columns.FUND_KINDS.get((told, came_in))
        if kind is not None:
            return kind
    return LineKind.ADJUSTMENT


def fund_key(voucher: str | None, business_number: str | None, remark: str | None) -> str | None:
    """Our own number: 业务凭证号, unless it only repeats WeChat Pay's; payments then carry ours as remark."""
    if voucher and voucher != business_number:
        return voucher
    return remark if _OUR_KEY.fullmatch(remark or "") else None


def joined(*texts: str | None) -> str | None:
    """Texts that tell something, each once."""
    return " · ".join(dict.fromkeys(filter(None, texts))) or None


def _exact(amount: Decimal) -> Decimal:
    """In fen where that is exact; bills write five places."""
    return amount.quantize(FEN) if amount == amount.quantize(FEN) else amount
