"""Trade notifications: the state of a trade, or a refund of it, as Alipay tells it by itself.

Source: Alipay open platform, asynchronous notification ``trade_status_sync``. A refund comes as the
message of its trade once more, with ``gmt_refund``, ``refund_fee`` (of all refunds so far) and, where it was
asked for with a number, that number in ``out_biz_no``.
"""

from __future__ import annotations

from collections.abc import Mapping

from odoo.addons.payment_bridge.connector.types import Operation, Outcome, OutcomeStatus

from . import trade
from .clock import moment

KIND = "trade_status_sync"


def translate(fields: Mapping[str, str]) -> tuple[Operation, Outcome] | None:
    """What the message is about; None for one that names no trade or no status that we know.

    :raises ValueError: for an amount that is none.
    """
    charged = fields.get("passback_params") == Operation.CHARGE.value
    operation = Operation.CHARGE if charged else Operation.COLLECT
    outcome = trade.translate(fields, operation, None)
    if outcome is None or not outcome.key:
        return None
    refund = fields.get("out_biz_no", "").strip()
    if refund and fields.get("gmt_refund"):
        return Operation.REFUND, Outcome(
            OutcomeStatus.SUCCEEDED,
            key=refund,
            platform_status=outcome.platform_status,
            executed_at=moment(fields["gmt_refund"].partition(".")[0]),
            counterparty=outcome.counterparty,
        )
    return operation, outcome
