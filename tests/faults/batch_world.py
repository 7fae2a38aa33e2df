"""The same company where its pay-outs leave in batches: UnionPay instead of Alipay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .stage import Stage
from .world import World

SEND, ASK = "21/03", "22/03"
NOT_FOUND = "34"


@dataclass(frozen=True)
class Batch:
    """A row of the batches, with the numbers of its orders."""

    key: str
    number: int
    txn_time: str
    orders: tuple[str, ...]


class BatchWorld(World):
    """A world whose platform takes files of pay-outs, and is asked about files. The worlds of a session have one
    merchant in common and count its batches on, as two systems of one merchant have to."""

    def __init__(self, stage: Stage, database: str, logs: Path) -> None:
        super().__init__(stage, database, logs)
        used = [int(batch["batch_no"]) for batch in self.platform.get("unionpay/batches")]
        first = max(used, default=0) + 1
        self._rows("UPDATE payment_bridge_channel SET first_batch_number = %s RETURNING id", first)

    def _quiet_platform(self) -> None:
        self.relay.mend()
        self.relay.flow()
        self.relay.lose()
        self.platform.delete("faults")
        self.platform.post("settings", latency_ms=0)
        self.platform.post("unionpay/settings", queries_per_minute=None)
        self.mer_id = self.platform.get("unionpay/merchants")[0]["mer_id"]
        self.platform.patch(f"unionpay/merchants/{self.mer_id}", payout_dealing_ms=300)
        self.platform.delete("requests")

    def _all_orders(self) -> list[dict[str, Any]]:
        shown = self.platform.get("unionpay/transfers")["transfers"]
        return [{**order, "out_biz_no": order["order_id"]} for order in shown]

    def asked(self, method: str = SEND) -> int:
        return self.platform.get("requests")["methods"].get("unionpay", {}).get(method, 0)

    def _unknown(self) -> Counter[str]:
        orders = {f"{batch.number:04d}": batch.orders for batch in self.batches()}
        asked = self.platform.get("requests")["last"]
        unknown = (one["out_biz_no"] for one in asked if (one["method"], one["answer"]) == (ASK, NOT_FOUND))
        return Counter(key for number in unknown for key in orders[number])

    def batches(self) -> list[Batch]:
        """What Odoo calls a batch, oldest first."""
        rows = self._rows(
            """SELECT b.key, b.number, to_char(b.placed_at + interval '8 hours', 'YYYYMMDDHH24MISS'),
                      array_agg(i.key ORDER BY i.id)
                 FROM payment_bridge_batch b JOIN payment_bridge_instruction i ON i.batch_id = b.id
             GROUP BY b.id ORDER BY b.id"""
        )
        return [Batch(key, number, moment, tuple(orders)) for key, number, moment, orders in rows]

    def taken(self) -> list[tuple[int, str, tuple[str, ...]]]:
        """The batches that the platform has taken since this world began: number, moment, orders."""
        shown = [
            (int(batch["batch_no"]), batch["txn_time"], tuple(line["orderId"] for line in batch["lines"]))
            for batch in self.platform.get("unionpay/batches")
        ]
        return [one for one in shown if not set(one[2]) & self._foreign]

    def make_older(self, minutes: int) -> None:
        """As if the batches had been sent so many minutes earlier: for that long the platform may say that it does
        not know one before it is believed."""
        earlier = "placed_at = placed_at - make_interval(mins => %s)"
        self._rows(f"UPDATE payment_bridge_batch SET {earlier} RETURNING id", minutes)
        self._rows(f"UPDATE payment_bridge_instruction SET {earlier} RETURNING id", minutes)
