"""What can be done about a difference, one way a file; see :mod:`.base`."""

from . import (  # noqa: F401
    arrival,
    book_fee,
    chargeback,
    claim,
    explain,
    give_back,
    ignore,
    match,
    query,
    repeat,
    round_off,
    suspense,
    write_off,
)
from .base import WAYS, Asked, Way

__all__ = ["WAYS", "Asked", "Way"]
