"""/v3/fund-app/mch-transfer/transfer-bills and its queries and cancellation."""

from __future__ import annotations

from typing import Any

from . import signing
from .amounts import rfc3339
from .gateway import Call, Operation
from .merchants import Merchants
from .settings import WechatSettings
from .transfer_orders import read_order
from .transfers import CANCELLED, FAIL, WAITING, Transfer, Transfers

ROOT = "/v3/fund-app/mch-transfer/transfer-bills"


class TransferApi:
    """What merchants do with transfers."""

    def __init__(self, settings: WechatSettings, merchants: Merchants, transfers: Transfers) -> None:
        self._settings = settings
        self._merchants = merchants
        self._transfers = transfers

    def operations(self) -> list[Operation]:
        """The addresses."""
        return [
            Operation("transfer", "POST", ROOT, self.create),
            Operation("transfer.query", "GET", f"{ROOT}/out-bill-no/<out_bill_no>", self.query),
            Operation("transfer.query", "GET", f"{ROOT}/transfer-bill-no/<transfer_bill_no>", self.query),
            Operation("transfer.cancel", "POST", f"{ROOT}/out-bill-no/<out_bill_no>/cancel", self.cancel),
        ]

    def create(self, call: Call) -> dict[str, Any]:
        """Accept a transfer."""
        call.query.done()
        transfer = self._transfers.create(call.merchant, read_order(call, self._settings, self._merchants))
        answer = {**_numbers(transfer), "create_time": rfc3339(transfer.created), "state": transfer.state}
        if transfer.state == WAITING:
            answer["package_info"] = transfer.package
        return answer | _failure(transfer)

    def query(self, call: Call) -> dict[str, Any]:
        """Tell the state of a transfer; the payee's name comes encrypted for the merchant."""
        call.query.done()
        parts = call.parts
        transfer = self._transfers.find(call.merchant, parts.get("out_bill_no", ""), parts.get("transfer_bill_no", ""))
        order, merchant = transfer.order, transfer.merchant
        answer = {
            "mch_id": merchant.mchid,
            **_numbers(transfer),
            "appid": order.appid,
            "state": transfer.state,
            "transfer_amount": order.amount,
            "transfer_remark": order.remark,
            "openid": order.openid,
            "create_time": rfc3339(transfer.created),
            "update_time": rfc3339(transfer.updated),
            **_failure(transfer),
        }
        if order.name:
            answer["user_name"] = signing.hidden(merchant.identity.key.public_key(), order.name)
        return answer

    def cancel(self, call: Call) -> dict[str, Any]:
        """Take a transfer back that nobody confirmed."""
        call.query.done()
        call.body.done()
        transfer = self._transfers.cancel(call.merchant, call.parts["out_bill_no"])
        return {**_numbers(transfer), "state": transfer.state, "update_time": rfc3339(transfer.updated)}


def _numbers(transfer: Transfer) -> dict[str, str]:
    return {"out_bill_no": transfer.order.out_bill_no, "transfer_bill_no": transfer.bill_no}


def _failure(transfer: Transfer) -> dict[str, str]:
    shown = transfer.state in (FAIL, CANCELLED) and transfer.fail_reason
    return {"fail_reason": transfer.fail_reason} if shown else {}
