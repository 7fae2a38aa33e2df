"""queryTrans.do: what became of an order (channels_china.md 4.6), and the encryption certificate (95)."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from datetime import datetime, timedelta

from ..core import Core
from .codes import NOT_FOUND, SUCCESS, TOO_OFTEN, Refusal, words
from .merchants import Merchant, Merchants
from .messages import Messages
from .orders import Orders
from .settings import UnionPaySettings


class Queries:
    """Answers questions."""

    def __init__(
        self, core: Core, settings: UnionPaySettings, merchants: Merchants, orders: Orders, messages: Messages
    ) -> None:
        self._core = core
        self._settings = settings
        self._merchants = merchants
        self._orders = orders
        self._messages = messages
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, str, str], deque[datetime]] = defaultdict(deque)

    def order(self, merchant: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """00/00: by orderId and txnTime of the original. Raises Refusal: 34 not found, 37 too often."""
        self._count(merchant.mer_id, fields)
        order = self._orders.find(merchant.mer_id, fields["orderId"], fields["txnTime"])
        now = self._core.clock.now()
        if order is None or now < order.history[0][1] + timedelta(milliseconds=merchant.terms.query_blind_ms):
            raise Refusal(NOT_FOUND)
        with self._orders.lock:
            code = self._settings.unpaid_code if order.waits_for_payer else order.code
            if code == NOT_FOUND:
                raise Refusal(NOT_FOUND)
            return {
                **self._messages.told(order),
                "origRespCode": code,
                "origRespMsg": words(code),
                "origTxnType": order.fields["txnType"],
                "origTxnSubType": order.fields["txnSubType"],
                "respCode": SUCCESS,
                **({"reqReserved": order.fields["reqReserved"]} if order.fields.get("reqReserved") else {}),
            }

    def encryption_certificate(self, _: Merchant, fields: dict[str, str]) -> dict[str, str]:
        """95/00: the certificate to encrypt sensitive fields with."""
        return {"certType": fields["certType"], "encryptPubKeyCert": self._merchants.authority.encryption.pem}

    def _count(self, mer_id: str, fields: dict[str, str]) -> None:
        limit = self._settings.queries_per_minute
        now = self._core.clock.now()
        with self._lock:
            asked = self._asked[mer_id, fields["orderId"], fields["txnTime"]]
            while asked and now - asked[0] >= timedelta(minutes=1):
                asked.popleft()
            if limit is not None and len(asked) >= limit:
                raise Refusal(TOO_OFTEN)
            asked.append(now)
