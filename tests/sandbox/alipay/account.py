"""Balance and ledger queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..clock import STAMP, Clock, midnight
from ..ledger import Movement
from .apps import App
from .content import Content
from .errors import business

MAX_SPAN = timedelta(days=31)
PAGE_SIZE = 2000


class AccountMethods:
    """What the merchant's account holds and how it came to be so. Nothing is ever frozen here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def account(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """alipay.fund.account.query."""
        content = Content(values)
        content.choice("account_type", "ACCTRANS_ACCOUNT")
        owner = content.text("alipay_user_id", 32)
        if not owner and not content.text("alipay_open_id", 128):
            raise business("INVALID_PARAMETER", "alipay_user_id不能为空")
        if owner and owner != app.pid:
            raise business("INVALID_PARAMETER", "alipay_user_id与应用所属商户不一致")
        return {"available_amount": str(app.account.balance), "freeze_amount": "0.00"}

    def balance(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """alipay.data.bill.balance.query."""
        _own(app, Content(values))
        amount = str(app.account.balance)
        return {"total_amount": amount, "available_amount": amount, "freeze_amount": "0.00", "settle_amount": "0.00"}

    def balance_history(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """alipay.data.bill.balancehis.query: a past day or a past month."""
        content = Content(values)
        if content.text("biz_date", 10):
            start = content.moment("biz_date", "%Y-%m-%d")
            end = start + timedelta(days=1)
        else:
            start = content.moment("biz_month", "%Y-%m")
            end = (start + timedelta(days=32)).replace(day=1)
        if end > midnight(self._clock.now().date()):
            raise business("INVALID_PARAMETER", "仅支持查询历史日期")
        account = app.account
        return {"beginning_balance": str(account.balance_at(start)), "ending_balance": str(account.balance_at(end))}

    def log(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """alipay.data.bill.accountlog.query: pages of movements, the end of the span not included."""
        content = Content(values)
        _own(app, content)
        start, end = content.moment("start_time", STAMP), content.moment("end_time", STAMP)
        if not timedelta() < end - start <= MAX_SPAN:
            raise business("INVALID_PARAMETER", "时间跨度应在31天以内")
        page = content.number("page_no", 1, 1, 10**6)
        size = content.number("page_size", PAGE_SIZE, 1000, PAGE_SIZE)
        mine, theirs = content.text("merchant_order_no", 64), content.text("alipay_order_no", 64)
        if mine and theirs:
            raise business("INVALID_PARAMETER", "alipay_order_no与merchant_order_no只能传一个")
        rows = [
            row
            for row in app.account.between(start, end)
            if (not mine or row.words.merchant_no == mine) and (not theirs or row.words.business_no == theirs)
        ]
        detail = [_detail(row) for row in rows[(page - 1) * size : page * size]]
        return {"page_no": str(page), "page_size": str(size), "total_size": str(len(rows)), "detail_list": detail}


def _own(app: App, content: Content) -> None:
    if content.text("bill_user_id", 32) not in ("", app.pid):
        raise business("INVALID_PARAMETER", "bill_user_id与应用所属商户不一致")


def _detail(row: Movement) -> dict[str, str]:
    words = row.words
    return {
        "account_log_id": row.log_id,
        "alipay_order_no": words.business_no,
        "merchant_order_no": words.merchant_no,
        "trans_amount": str(row.amount),
        "balance": str(row.balance),
        "direction": "收入" if row.amount > 0 else "支出",
        "type": words.business_type,
        "trans_dt": row.time.strftime(STAMP),
        "trans_memo": words.memo,
        "other_account": words.counterparty,
        "biz_orig_no": words.base_no,
        "biz_nos": words.order_no,
        "biz_desc": words.description,
        "bill_source": words.source,
    }
