"""What can be set on UnionPay's side: for all merchants, and for one. What no source gives for sure is a setting."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass
class UnionPaySettings:
    """What holds for every merchant."""

    txn_time_window_seconds: int = 900
    """How far txnTime may be from now; 0 does not look."""
    txn_time_clock: str = "either"
    """The clock txnTime is compared with: "real" (the caller's clock does not move with ours), "sandbox" (it does), or
    "either" is right."""
    missing_field_code: str = "10"
    """respCode for a mandatory field that is missing; the table also has 13."""
    order_id_maximum: int = 32
    sign_rejections: bool = True
    """Sign the refusal of a request whose signature is wrong."""
    signer_organisation: str = "00040000:SIGN"
    """Third part of the signing certificate's CN; production has 中国银联股份有限公司."""
    forgotten_codes: str = "02,06,39,90"
    """Refusals of an order after which a query says 34 and the order may be sent again."""
    queries_per_minute: int | None = 60
    """Queries of one order within a minute of the sandbox clock, then 37; null never says 37."""
    unpaid_code: str = "05"
    """What a query says of an order that its payer has not paid yet: an origRespCode, or 34 as respCode."""
    expired_code: str = "69"
    """origRespCode of an order that its payer did not pay in time."""
    reversed_code: str = "46"
    """origRespCode of an order after a reversal (冲正)."""
    bad_qr_code: str = "86"
    """respCode for a payment code that is unknown, used or too old."""
    qr_seconds: float = 7200.0
    """How long an order without payTimeout may be paid."""
    code_seconds: float = 60.0
    """Life of a payment code that a payer presents, and how long he may take to confirm."""
    day_cut_hour: int = 23
    """From this hour on a payment belongs to the next settlement day."""
    file_ready_hour: int = 9
    """Files of a settlement day can be had from this hour of the next day on."""
    purchase_code: str = "S22"
    refund_code: str = "S30"
    payout_code: str = "S56"
    """交易代码 in ZM and ZME; only S22 and S30 are known for sure."""
    void_code: str = "S31"
    reversal_code: str = "S99"
    return_code: str = "S57"
    returns_in: str = "ZM"
    """The file in which a returned pay-out (退票) shows up: "ZM" or "ZME"."""
    batch_maximum: int = 1000
    """Orders in one batch file."""
    batch_charset: str = "utf-8"
    """Of the text in batch files, as Python calls it."""
    batch_unfinished: str = "41"
    """respCode of a batch query while orders of it are open; 00 gives the file as it stands."""
    settle_hour: int = 10
    """When the net of the day before is paid to merchants with daily settlement."""


@dataclass
class Terms:
    """What holds for one merchant: where its notifications go and what its contract says."""

    notify_url: str | None = None
    """For requests without backUrl."""
    encryption_required: bool = False
    """accNo, phoneNo, cvn2 and expired must come encrypted."""
    payout_dealing_ms: int | None = 2000
    """From the acceptance of a pay-out to its end; null waits for the admin API."""
    payout_returns_after_ms: int | None = None
    """From success to 退票; null never."""
    refund_dealing_ms: int | None = 0
    charge_dealing_ms: int = 0
    query_blind_ms: int = 0
    """For so long after an order was placed a query still says 34."""
    payout_fee: Decimal = Decimal("0.00")
    payout_fee_returned: bool = False
    """Give the fee back with a returned pay-out."""
    rate: Decimal = Decimal("0.006")
    """Fee of a collection, rounded half up to the fen per trade."""
    refund_fee_returned: bool = True
    single_limit: Decimal | None = None
    products_missing: str = ""
    """Transactions that are not contracted ("12/00"), comma separated (32)."""
    settlement: str = "off"
    """"off" keeps the money at the platform; "daily" pays each settlement day's net out on the next day."""
    merchant_name: str = "沙箱商户"
