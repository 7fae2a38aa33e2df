"""alipay.fund.trans.uni.transfer and alipay.fund.trans.common.query."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..clock import STAMP
from .apps import App
from .content import Content
from .errors import business
from .orders import OUT_BIZ_NO, SCENE_DIRECT, TO_BANK, TO_WALLET, read_order
from .payouts import FAIL, REFUND, Payout, Payouts
from .settings import AlipaySettings

T0_PROMISE = timedelta(hours=2)


class TransferMethods:
    """The methods that move money and tell what became of it."""

    def __init__(self, settings: AlipaySettings, payouts: Payouts) -> None:
        self._settings = settings
        self._payouts = payouts

    def transfer(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """Pay an Alipay account or a bank account."""
        payout = self._payouts.execute(app, read_order(values, self._settings))
        answer = _identified(payout)
        answer["status"] = payout.status
        if payout.paid:
            answer["trans_date"] = payout.paid_text
        return answer

    def query(self, app: App, values: dict[str, Any]) -> dict[str, Any]:
        """Tell the state of a transfer."""
        content = Content(values)
        out_biz_no = content.text("out_biz_no", 64, OUT_BIZ_NO)
        number = content.text("order_id", 64) or content.text("pay_fund_order_id", 64)
        if out_biz_no and not number:
            product = content.choice("product_code", TO_WALLET, TO_BANK)
            content.choice("biz_scene", SCENE_DIRECT)
        elif number:
            product = ""
        else:
            raise business("INVALID_PARAMETER", "out_biz_no、order_id、pay_fund_order_id不能同时为空")
        payout = self._payouts.find(app, out_biz_no, number)
        if payout is None or (product and payout.order.product_code != product):
            raise business("ORDER_NOT_EXIST")
        return _told(payout)


def _identified(payout: Payout) -> dict[str, Any]:
    return {
        "out_biz_no": payout.order.out_biz_no,
        "order_id": payout.order_id,
        "pay_fund_order_id": payout.fund_id,
    }


def _told(payout: Payout) -> dict[str, Any]:
    """The answer of a query; fields without a value are left out."""
    order = payout.order
    answer = _identified(payout)
    answer |= {
        "status": payout.status,
        "trans_amount": str(order.amount),
        "pay_date": payout.paid_text,
        "passback_params": order.passback_params,
    }
    if order.to_bank:
        answer["order_fee"] = str(payout.fee)
        answer["arrival_time_end"] = (payout.created + T0_PROMISE).strftime(STAMP)
    if order.payee.identity_type == "ALIPAY_USER_ID":
        answer["receiver_user_id"] = order.payee.identity
    if order.payee.identity_type == "ALIPAY_OPEN_ID":
        answer["receiver_open_id"] = order.payee.identity
    if payout.status in (FAIL, REFUND):
        answer |= {"error_code": payout.error_code, "fail_reason": payout.fail_reason}
    if payout.status == REFUND:
        answer |= {
            "fail_inst_name": order.payee.bank,
            "fail_inst_reason": payout.fail_reason,
            "fail_inst_error_code": payout.error_code,
        }
    return {name: value for name, value in answer.items() if value != ""}
