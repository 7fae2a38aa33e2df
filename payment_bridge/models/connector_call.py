"""One call of a connector from a worker thread: plain values only, no record crosses a thread."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

from ..connector.base import Connector
from ..connector.errors import ConnectorError, Uncertain
from ..connector.transport import Exchange
from ..connector.types import (
    BatchOutcome,
    ChargeOrder,
    CollectOrder,
    Operation,
    OrderReference,
    Outcome,
    PayOutBatch,
    PayOutOrder,
    RefundOrder,
)

_logger = logging.getLogger(__name__)

Order = PayOutOrder | PayOutBatch | CollectOrder | ChargeOrder | RefundOrder | OrderReference


@dataclass(slots=True)
class Call:
    """An order on its way, or a question about one, and what came of it. ``method`` is the connector's;
    the record (``model``, ``record_id``) is the one that notes the result: an instruction or a batch. ``known`` is what
    was known of it when a question was asked: that the platform does not know it counts only while that holds."""

    model: str
    record_id: int
    channel_id: int
    connector: Connector
    method: str
    order: Order
    known: tuple = ()
    outcome: Outcome | BatchOutcome | None = None
    error: ConnectorError | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def reached(self) -> bool:
        """Whether the platform answered at all, with good news or bad."""
        return self.outcome is not None or any(one.status is not None for one in self.exchanges)

    def count_in(self, seen: Counter) -> None:
        """Add this call to what a run has met."""
        seen["answered" if self.reached else "unreachable"] += 1
        if self.error is not None and not self.reached:
            seen["last_error"] = self.error.message


def check(connector: Connector, operation: Operation, order: Order) -> None:
    """Check an order before it leaves.

    :raises InvalidOrder: naming the field.
    """
    getattr(connector, f"check_{operation.value}")(order)


def carry_out(call: Call) -> Call:
    """Perform the call in this thread; keeps what happened instead of raising it."""
    with call.connector.transport.recorded() as exchanges:
        try:
            call.outcome = getattr(call.connector, call.method)(call.order)
        except ConnectorError as error:
            call.error = error
        except Exception as error:  # a defect of a connector: what happened at the platform is unknown
            _logger.exception("the connector failed on %s", call.order.key)
            call.error = Uncertain(f"the connector failed ({type(error).__name__})")
    call.exchanges = exchanges
    return call
