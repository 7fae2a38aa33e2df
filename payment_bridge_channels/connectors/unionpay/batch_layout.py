"""The file inside a batch of pay-outs: an assumption about the contract with the acquirer.

UnionPay's file interface is not public. The layout here is that of the vendor's own sample file for batch
pay-outs (``DF…I.txt``) and of the result files that merchants read: a head, a line that names the columns,
then one line an order, all separated by ``|``. Since a file names its columns itself, results are read by
name and the columns that are sent are a setting (``batch_columns``).
"""

from __future__ import annotations

SEPARATOR = "|"
LINE_END = "\r\n"
FILE_VERSION = "5.0.0"
HEAD = ("version", "totalAmount", "totalNumber", "reqReserved1", "reqReserved2")
RESULT_HEAD = (*HEAD, "successAmount", "successCount", "unionpayReserved1", "unionpayReserved2")
MAX_ORDERS = 10_000
"""The file interface speaks of 100,000; a tenth keeps one answer small."""

KNOWN_COLUMNS = frozenset(
    {
        "merId",
        "orderId",
        "currencyCode",
        "txnAmt",
        "accType",
        "accNo",
        "customerNm",
        "bizType",
        "issInsName",
        "certifTp",
        "certifId",
        "phoneNo",
        "billNo",
        "postscript",
        "reqReserved1",
        "comDebitCardAccName",
        "businessLicenseRegNo",
    }
)
"""Columns that can be sent. Those we know nothing for stay empty."""
NEEDED_COLUMNS = frozenset({"orderId", "txnAmt", "accType", "accNo"})
RESULT_NEEDED = frozenset({"orderId", "txnAmt", "respCode"})
