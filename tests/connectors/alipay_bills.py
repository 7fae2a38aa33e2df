"""Bills as Alipay writes them, for tests that bend them."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path

from alipay_world import PID

DATA = Path(__file__).parent / "data"
ACCOUNT = (DATA / "alipay_account_bill.csv").read_text(encoding="utf-8")
TRADE = (DATA / "alipay_trade_bill.csv").read_text(encoding="utf-8")
SUMMARY = ACCOUNT.replace("账务明细查询", "账务汇总查询")
NAME = f"{PID}0156_20260115_账务明细.csv"
SUMMARY_NAME = f"{PID}0156_20260115_账务明细(汇总).csv"


def csv_bytes(text: str) -> bytes:
    """Text as in the file: GBK, CRLF."""
    return text.replace("\n", "\r\n").encode("gb18030")


def packed(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with GBK names and no UTF-8 flag, as Alipay makes it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in entries:
            archive.writestr(_Info(name), content, method)
    return made.getvalue()


class _Info(zipfile.ZipInfo):
    def _encodeFilenameFlags(self):  # noqa: N802  (zipfile's own name)
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


def zipped(text: str = ACCOUNT) -> bytes:
    return packed((SUMMARY_NAME, csv_bytes(SUMMARY)), (NAME, csv_bytes(text)))


def line(number: int, amount: str, balance: str = "0.00", kind: str = "转账", **cells: str) -> str:
    """One row of an account bill with 12 columns."""
    income, expense = ("0.00", amount) if amount.startswith("-") else (amount, "0.00")
    made = {
        "entry": f"20260115{number:012d}",
        "fund": f"2026011511007{number:019d}",
        "key": f"PO{number}",
        "goods": "货款",
        "time": "2026-01-15 10:15:02",
        "other": "某某(pay***@example.cn)",
        "in": income,
        "out": expense,
        "balance": balance,
        "channel": "支付宝",
        "kind": kind,
        "remark": "",
        **cells,
    }
    return ",".join(made.values())


def account_bill(*rows: str, totals: str | None = None) -> str:
    """A 12-column account bill around rows; totals are computed unless given."""
    head, first, rest = ACCOUNT.partition("账务流水号")
    rows_and_titles = first + rest
    titles = ",".join(rows_and_titles.partition("\n")[0].split(",")[:12])
    if totals is None:
        ins = [Decimal(row.split(",")[6]) for row in rows]
        outs = [abs(Decimal(row.split(",")[7])) for row in rows]
        totals = (
            f"#支出合计：{sum(1 for x in outs if x)}笔，共{sum(outs, Decimal('0.00'))}元\n"
            f"#收入合计：{sum(1 for x in ins if x)}笔，共{sum(ins, Decimal('0.00'))}元"
        )
    end = "#-----------------------------------------账务明细列表结束------------------------------------"
    return head + "\n".join((titles, *rows, end, totals, "#导出时间：[2026年01月16日 05:51:02]", ""))
