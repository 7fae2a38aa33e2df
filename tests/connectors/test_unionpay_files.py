"""A bill is asked for when it can be there, and taken only when it is that day's and proved."""

import base64
import io
import zlib
from datetime import UTC, date, datetime, timedelta

import pytest
from unionpay_bills import (
    ZM_NAME,
    archive,
    content,
    lines,
    zm,
)
from unionpay_world import FILES, MER_ID, Clock, connector, ok

from odoo.addons.payment_bridge.connector.errors import (
    Misconfigured,
    Throttled,
    Uncertain,
    Unsupported,
    Untrusted,
)
from odoo.addons.payment_bridge_channels.connectors.unionpay import UnionPayConnector

DAY = date(2026, 1, 15)
NEXT_DAY_AT_11 = datetime(2026, 1, 16, 3, tzinfo=UTC)


def fetched(*replies, at=NEXT_DAY_AT_11, day=DAY):
    made, gateway = connector(*replies, clock=Clock(at))
    return made.statement(day, "settlement"), gateway


def test_a_bill_is_asked_for_by_its_settlement_day():
    raw = archive({ZM_NAME: lines(zm())})
    found, gateway = fetched(ok(fileName="x.zip", fileContent=content(raw)))
    sent = {name: value for name, value in gateway.calls[0].items() if name not in ("signature", "certId")}
    assert sent == {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "signMethod": "01",
        "accessType": "0",
        "merId": MER_ID,
        "txnType": "76",
        "txnSubType": "01",
        "bizType": "000000",
        "fileType": "00",
        "settleDate": "0115",
        "txnTime": "20260116110000",
    }
    assert gateway.requests[0].url == FILES and not gateway.requests[0].keep_answer
    assert (found.content, found.name, found.empty, found.kind) == (raw, "x.zip", False, "settlement")
    rows = list(connector()[0].parse_statement(io.BytesIO(found.content), found.name))
    assert len(rows) == 1


def test_a_day_that_is_not_over_is_not_asked_for():
    found, gateway = fetched(at=datetime(2026, 1, 15, 14, 59, tzinfo=UTC))
    assert not gateway.requests
    assert found.content is None and not found.empty
    assert found.retry_at == datetime(2026, 1, 16, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "empty"),
    [
        (datetime(2026, 1, 16, 2, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 16, 3, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 16, 4, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 1, 0, 0, tzinfo=UTC), True),
    ],
)
def test_a_missing_file_is_late_in_the_morning_and_empty_after_noon(at, empty):
    found, _gateway = fetched(ok("98"), at=at)
    assert found.empty is empty and found.content is None
    assert (found.retry_at is None) == empty
    if not empty:
        assert found.retry_at == at + timedelta(minutes=30)


@pytest.mark.parametrize(
    "file_content",
    [
        None,
        "",
        "%",
        base64.b64encode(b"x").decode(),
        content(b"no zip"),
        content(archive({"x.txt": b""})),
        content(archive({ZM_NAME.replace("260115", "250115"): b""})),
        content(archive({ZM_NAME: b""}))[:-8],
        base64.b64encode(zlib.compress(bytes(70 * 1024 * 1024))).decode(),
    ],
)
def test_what_is_not_the_days_file_is_not_taken(file_content):
    with pytest.raises(Uncertain):
        fetched(ok(fileName="x.zip", fileContent=file_content))


@pytest.mark.parametrize(
    ("code", "error"), [("99", Uncertain), ("32", Misconfigured), ("37", Throttled), ("13", Misconfigured)]
)
def test_a_refused_question_for_a_bill_says_why(code, error):
    with pytest.raises(error):
        fetched(ok(code))


def test_an_unsigned_bill_is_not_taken():
    with pytest.raises(Untrusted):
        fetched(ok(fileContent=content(archive({ZM_NAME: b""})), signature="x"))
    with pytest.raises(Untrusted):
        fetched(ok("98", signature="x"), at=datetime(2026, 3, 1, tzinfo=UTC))
    with pytest.raises(Uncertain):
        fetched(ok("98", settleDate="0114"), at=datetime(2026, 3, 1, tzinfo=UTC))


def test_days_and_kinds_that_cannot_be_named_are_not_asked_for():
    made, gateway = connector(clock=Clock(NEXT_DAY_AT_11))
    with pytest.raises(Unsupported):
        made.statement(DAY - timedelta(days=330), "settlement")
    with pytest.raises(Unsupported):
        made.statement(DAY, "trade")
    assert not gateway.requests
    (offered,) = UnionPayConnector.capabilities.statement_kinds
    assert offered.covers_balance
