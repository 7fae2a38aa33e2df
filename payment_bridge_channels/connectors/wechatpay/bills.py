"""Bills, asked for by day and fetched by a short-lived address.

Source: WeChat Pay APIv3, ``/v3/bill/tradebill``, ``/v3/bill/fundflowbill`` and ``/v3/billdownload/file``: made
from 09:00 of the next day on, three months back; the download is signed by us and not by WeChat Pay, and
proved by the SHA-1 of the unpacked bytes, which the signed first answer told.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from odoo.addons.payment_bridge.connector.declarations import StatementKind
from odoo.addons.payment_bridge.connector.errors import NotSent, Rejected, Uncertain, Untrusted
from odoo.addons.payment_bridge.connector.statement_types import StatementFile
from odoo.addons.payment_bridge.connector.types import Bilingual

from .answer import UNCERTAIN_ADVICE, refusal, text
from .client import WechatClient
from .clock import BEIJING, beijing
from .container import together, unpacked
from .settings import WechatSettings
from .table import FUNDS, TRADE

TRADE_BILL = "/v3/bill/tradebill"
FUND_BILL = "/v3/bill/fundflowbill"
DOWNLOAD = "/v3/billdownload/file"
STATEMENT_KINDS = (
    StatementKind(FUNDS, Bilingual("Fund flow", "资金账单"), covers_balance=True),
    StatementKind(TRADE, Bilingual("Trades", "交易账单"), covers_balance=False),
)
READY_AT = time(10, 0)
CERTAIN_AT = time(12, 0)
"""From this time of the next day on, no bill means no movement."""
ASK_AGAIN_AFTER = timedelta(minutes=30)
KEPT_FOR = timedelta(days=90)
"""Three months; for an older day "no bill" would say nothing."""
NO_SUCH_ACCOUNT = Bilingual(
    "WeChat Pay refused the fund bill. Where the merchant has no operating account, choose only the basic "
    "account in the channel's settings.",
    "微信支付拒绝了资金账单申请；如商户未开通运营账户，请在通道设置中仅选择基本账户。",
)
MAX_PACKED_BYTES = 128 * 1024 * 1024
MAX_BILL_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One file to ask for."""

    path: str
    query: dict[str, str]


def statement(client: WechatClient, settings: WechatSettings, day: date, kind: str, now: datetime) -> StatementFile:
    """Fetch the bill of one Beijing day; see :meth:`Connector.statement`.

    The fund bill of a channel that keeps two accounts is one archive of both files; an account without
    movement is absent from it.
    """
    today = now.astimezone(BEIJING).date()
    if today <= day:
        return StatementFile(day, kind, retry_at=beijing(day + timedelta(days=1), READY_AT))
    if today - day > KEPT_FOR:
        raise Rejected(
            f"bills are kept for {KEPT_FOR.days} days",
            code="NO_STATEMENT_EXIST",
            advice=Bilingual(
                "WeChat Pay offers bills of the last three months only. Download it in the merchant platform.",
                "接口仅提供近三个月账单，请在商户平台下载后上传。",
            ),
        )
    stem = f"wechatpay_{kind}_{day:%Y%m%d}"
    if kind == TRADE:
        wanted = {"": _Wanted(TRADE_BILL, {"bill_date": day.isoformat(), "bill_type": "ALL", "tar_type": "GZIP"})}
    else:
        wanted = {
            purse: _Wanted(FUND_BILL, {"bill_date": day.isoformat(), "account_type": purse, "tar_type": "GZIP"})
            for purse in settings.purses
        }
    found: dict[str, bytes] = {}
    for purse, one in wanted.items():
        content = _fetch(client, one)
        if content is None:
            continue
        if isinstance(content, timedelta):
            return StatementFile(day, kind, retry_at=_again(now, day, content))
        found[purse] = content
    if len(found) < len(wanted) and now < beijing(day + timedelta(days=1), CERTAIN_AT):
        return StatementFile(day, kind, retry_at=_again(now, day, ASK_AGAIN_AFTER))
    if not found:
        return StatementFile(day, kind, empty=True)
    if len(wanted) > 1:
        return StatementFile(day, kind, name=f"{stem}.zip", content=together(found, stem))
    return StatementFile(day, kind, name=f"{stem}.csv", content=next(iter(found.values())))


def _again(now: datetime, day: date, pause: timedelta) -> datetime:
    return max(now + pause, beijing(day + timedelta(days=1), READY_AT))


def _fetch(client: WechatClient, wanted: _Wanted) -> bytes | timedelta | None:
    """The plain bytes of a bill; None where there is none; a pause where it is still being made.

    An address that expired or a file that is not the promised one is asked for once more.
    :raises ConnectorError: saying why it cannot be had.
    """
    wrong: NotSent | Untrusted | None = None
    for _attempt in (1, 2):
        answer = client.get(wanted.path, wanted.path, wanted.query)
        if answer.code == "STATEMENT_CREATING":
            return ASK_AGAIN_AFTER
        if answer.code == "NO_STATEMENT_EXIST":
            if not answer.signed:
                raise Untrusted(f"{answer.told} (not signed)", code=answer.code, advice=UNCERTAIN_ADVICE)
            return None
        if answer.code == "INVALID_REQUEST" and wanted.path == FUND_BILL:
            raise Rejected(answer.told, code=answer.code, advice=NO_SUCH_ACCOUNT)
        if not answer.succeeded:
            raise refusal(answer, moves_money=False)
        url, told = text(answer.node, "download_url"), text(answer.node, "hash_value")
        if url is None or told is None or text(answer.node, "hash_type") != "SHA1":
            raise Uncertain("the answer names no download address or no hash", code="body", advice=UNCERTAIN_ADVICE)
        response = client.download(url, DOWNLOAD, MAX_PACKED_BYTES)
        if response.status != 200:
            wrong = _expired(response.status, url)
            continue
        try:
            plain = unpacked(response.body, MAX_BILL_BYTES)
        except ValueError as error:
            wrong = Untrusted(str(error), code="hash", advice=_changed())
            continue
        if hashlib.sha1(plain, usedforsecurity=False).hexdigest() == told.lower():
            return plain
        wrong = Untrusted("the bill is not the one that was promised: its hash differs", code="hash", advice=_changed())
    raise wrong


def _expired(status: int, url: str) -> NotSent:
    return NotSent(
        f"the download at {urlsplit(url).hostname} answered HTTP {status} instead of the file",
        code="download",
        advice=Bilingual(
            "WeChat Pay's download address expired before the file came. It is asked for again later.",
            "微信支付下载地址已失效，系统稍后重新获取。",
        ),
    )


def _changed() -> Bilingual:
    return Bilingual(
        "The bill was changed or cut on its way and is not used. It is asked for again later.",
        "账单文件在传输中被改动或不完整，已弃用，系统稍后重新获取。",
    )
