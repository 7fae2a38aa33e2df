"""A signed answer that refuses an order: what it says about the money, as one of the port's errors."""

from __future__ import annotations

from typing import NoReturn

from odoo.addons.payment_bridge.connector.errors import ConnectorError, Misconfigured, Rejected, Uncertain
from odoo.addons.payment_bridge.connector.types import Bilingual

from . import codes
from .answer import Answer
from .codes import Effect


def raise_refusal(answer: Answer, effect: Effect | None, unknown: Bilingual = codes.UNKNOWN) -> NoReturn:
    """An order that was answered with a code instead of a status. ``unknown`` is the advice where the code is
    in no table; ``effect`` None stands for such a code.

    :raises Rejected: certainly not executed.
    :raises Misconfigured: certainly not executed; contract or settings are wrong.
    :raises Uncertain: everything else.
    """
    message = f"{answer.told_code}: {answer.told}"
    advice = codes.explain(answer.sub_code) or unknown
    error: ConnectorError
    if effect is Effect.FINAL:
        error = Rejected(message, code=answer.told_code, advice=advice)
    elif effect is Effect.RETRY_SAME_KEY:
        error = Rejected(message, code=answer.told_code, advice=advice, retry_same_key=True)
    elif effect is Effect.MISCONFIGURED:
        error = Misconfigured(message, code=answer.told_code, advice=advice)
    else:
        error = Uncertain(message, code=answer.told_code, advice=advice)
    raise error
