"""Sharing an amount out among open items."""

from .values import Allotment


def in_due_order(documents):
    """The open items of documents, the first that falls due first, as (document, item)."""
    pairs = ((document, item) for document in documents for item in document.items)
    return sorted(pairs, key=lambda pair: (pair[1].due, pair[0].id, pair[1].id))


def allot(amount, documents):
    """Pay ``documents`` with ``amount``, the first that falls due first, none more than is open.

    Answers the allotments and what is left of the amount.
    """
    allotments = []
    for document, item in in_due_order(documents):
        part = min(item.open, amount)
        if part > 0:
            allotments.append(Allotment(document.id, item.id, part))
            amount -= part
    return tuple(allotments), amount


def without(document, allotments):
    """The document after ``allotments`` have paid their part of it."""
    paid = {}
    for one in allotments:
        paid[one.item_id] = paid.get(one.item_id, 0) + one.amount
    items = (item._replace(open=item.open - paid.get(item.id, 0)) for item in document.items)
    return tuple(item for item in items if item.open > 0)
