"""A statement line as a row of text: what readers of large files hand over, and how any line is written so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from decimal import Decimal

from .statement_types import StatementLine

TextFields = tuple[str, ...]
"""A line's fields in the order of ``TEXT_COLUMNS``, empty where there is none."""
TextRow = tuple[TextFields, Sequence[str] | Mapping[str, str]]
"""Such fields with the row as the file has it: its cells, or a mapping where it has titles of its own."""


def fields_of(line: StatementLine) -> TextFields:
    """The fields of a line as text, in the order of ``TEXT_COLUMNS``: amounts and dates as ISO writes them, times in
    UTC."""
    at = line.occurred_at
    return (
        str(line.row),
        line.kind.value,
        line.entry_reference,
        str(line.amount),
        str(line.gross),
        str(line.fee),
        _number(line.balance),
        (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(),
        line.settled_on.isoformat(),
        line.key or "",
        line.platform_reference or "",
        line.original_key or "",
        line.original_reference or "",
        line.batch_reference or "",
        line.settlement_currency or "",
        _number(line.settlement_amount),
        _number(line.settlement_rate),
        line.counterparty or "",
        line.description or "",
        line.platform_kind or "",
    )


def _number(value: Decimal | None) -> str:
    return "" if value is None else str(value)
