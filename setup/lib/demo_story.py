"""What the parts of the walk-through share: who plays it, and how one waits."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rpc import Person

if TYPE_CHECKING:
    from demo import DemoContext

DEADLINE_SECONDS = 240
POLL_SECONDS = 0.5


class NotReached(RuntimeError):
    """A step did not come to its end."""


@dataclass(frozen=True)
class Story:
    """What the walk-through works with."""

    context: "DemoContext"
    clerk: Person

    def say(self, text: str) -> None:
        print(f"· {text}", file=sys.stderr, flush=True)

    def wait(self, what: str, reached: Callable[[], Any]) -> Any:
        """Look again and again until `reached` answers something true.

        :raises NotReached: after the deadline.
        """
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not (found := reached()):
            if time.monotonic() > deadline:
                raise NotReached(f"{what} did not come in {DEADLINE_SECONDS} s")
            time.sleep(POLL_SECONDS)
        return found


def register(clerk: Person, channel: dict[str, Any], bills: list[int]) -> None:
    """Pay bills through a channel with Odoo's own wizard, as a clerk does with a selection of them."""
    journal = channel["journal_id"][0]
    method = clerk.search(
        "account.payment.method.line",
        [("journal_id", "=", journal), ("payment_type", "=", "outbound"), ("code", "=", "payment_bridge")],
    )
    selection = {"active_model": "account.move", "active_ids": bills}
    values = {"journal_id": journal, "payment_method_line_id": method[0], "group_payment": False}
    wizard = clerk.call("account.payment.register", "create", [values], context=selection)
    clerk.call("account.payment.register", "action_create_payments", wizard, context=selection)
