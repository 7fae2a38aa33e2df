"""What a later day brought."""

from .base import Way, register


@register
class Arrival(Way):
    """A payment that was carried over, or counted as missing, and that the statement of a later day shows after all; or
    a row whose payment became known later. It is only noted: the match itself is the engine's."""

    code = "arrival"
    keeps_closed = True

    def refusal(self, difference, asked):
        return difference.env._("Nothing has arrived yet.")
