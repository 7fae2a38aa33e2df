"""Which of several amounts add up to another one, and whether only one choice of them does."""

from itertools import accumulate

MOST_AMOUNTS = 60
"""So many amounts are looked at, at most: with more, some choice adds up to nearly anything."""
NODES = 20_000
"""How many steps a search may take before it is given up."""


def unique_subset(amounts, target, *, nodes=NODES):
    """The indexes of the amounts that add up to ``target``, when exactly one choice of them does.

    Amounts are whole numbers above zero (minor units of one currency). Two equal amounts of which only one is needed
    are two choices. Answers None when there is no choice, a second one, or no end within ``nodes`` steps: what was not
    searched to the end is not known to be unique. The answer names the same amounts in whatever order they come.
    """
    order = sorted((index for index, amount in enumerate(amounts) if 0 < amount <= target), key=lambda i: -amounts[i])
    if target <= 0 or len(order) > MOST_AMOUNTS:
        return None
    values = [amounts[index] for index in order]
    rest = [*accumulate(reversed(values))][::-1] + [0]  # what all from here on add up to
    found = []
    steps = 0
    stack = [(0, target, ())]
    while stack:
        steps += 1
        if steps > nodes:
            return None
        place, missing, chosen = stack.pop()
        if missing == 0:
            found.append(chosen)
            if len(found) > 1:
                return None
            continue
        if place == len(values) or rest[place] < missing:
            continue
        stack.append((place + 1, missing, chosen))
        if values[place] <= missing:
            stack.append((place + 1, missing - values[place], (*chosen, place)))
    return tuple(sorted(order[place] for place in found[0])) if found else None
