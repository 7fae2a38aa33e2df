"""What can be set on Alipay's side: for all apps, and for one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass
class AlipaySettings:
    """What holds for every app. Words that no source gives for sure are settings, so that tests can vary them."""

    timestamp_window_seconds: int = 600
    """How far a request's timestamp may be from real time; 0 does not look."""
    money_out_needs_certificate: bool = True
    """Transfers are refused in public-key mode."""
    sign_unknown_app: bool = False
    """Sign the refusal of an unknown app_id too."""
    sign_rejections: bool = True
    """Sign the refusal of a request whose signature is wrong."""
    rejection_node: str = "method"
    """Node of refusals before routing: the method's ("method") or always "error_response"."""
    unknown_payees: str = "reject"
    """Alipay accounts that nobody registered: "reject" or "accept"."""
    wallet_minimum: Decimal = Decimal("0.10")
    schema_maximum: Decimal = Decimal("100000000.00")
    memo_from: Decimal = Decimal("50000.00")
    bank_identity_types: str = "BANKCARD_ACCOUNT"
    """Comma separated; older documents also show BANKCARD_NO."""
    return_business_type: str = "转账"
    """业务类型 of money that comes back from a bank."""
    link_seconds: float = 30.0
    """Life of a download link, by the sandbox clock."""
    bill_ready_hour: int = 0
    """Bills of a day can be had from this hour of the next day on."""
    bill_not_ready_code: str = "BILL_NOT_EXIST"
    bill_too_early_code: str = "INVAILID_ARGUMENTS"
    empty_bill: str = "NO_BILL_DATA"
    """A day without rows: "NO_BILL_DATA" or "EMPTY_DATA_WITH_BILL_FILE"."""
    receipt_ms: int = 500
    """From applying for a receipt to its being ready."""
    receipt_file_hours: int = 48
    qr_seconds: int = 7200
    """A QR code cannot be scanned after so long, whatever the order says."""
    payment_code_seconds: int = 60
    """Life of a payment code that a customer presents."""
    trade_minutes: int = 180
    """A trade that is not paid within so long closes, where its order does not say."""
    trade_status_code: str = "ACQ.TRADE_STATUS_ERROR"
    """Answer to closing a trade that does not wait for its buyer; ACQ.REASON_TRADE_STATUS_INVALID is seen too."""
    cancel_voids_codes: bool = False
    """Cancelling a code that nobody has scanned makes it unusable; no source says so."""
    trade_messages: str = "TRADE_SUCCESS,TRADE_CLOSED,TRADE_FINISHED,REFUND"
    """Events that are told to the notify_url of a trade, comma separated; they depend on the product."""
    notification_keeps_sign_type: bool = False
    """Leave sign_type in the signed text of messages."""
    notification_cert_sn: bool = False
    """Add alipay_cert_sn to messages of apps in certificate mode."""


@dataclass
class Terms:
    """What holds for one app: where its messages go and what its contract says."""

    notify_url: str | None = None
    wallet_dealing_ms: int = 0
    """0 answers SUCCESS at once; else DEALING for so long."""
    bank_dealing_ms: int | None = 2000
    """From DEALING to SUCCESS; null waits for the admin API."""
    bank_returns_after_ms: int | None = None
    """From SUCCESS to REFUND; null never."""
    wallet_fee: Decimal = Decimal("0.00")
    bank_fee: Decimal = Decimal("0.00")
    fee_returned: bool = False
    """Give the fee back when the money comes back."""
    transfer_scene: str = "optional"
    """"optional" or "required"."""
    aes_required: bool = False
    single_limit: Decimal | None = None
    personal_limit: Decimal | None = None
    corporate_limit: Decimal | None = None
    daily_limit: Decimal | None = None
    monthly_limit: Decimal | None = None
    trade_rate: Decimal = Decimal("0.006")
    """Fee of a collected trade, rounded half up to the fen."""
    trade_finishes_after_ms: int | None = None
    """From TRADE_SUCCESS to TRADE_FINISHED, which cannot be refunded; null never."""
    refund_confirmed_after_ms: int = 0
    """0 answers a refund with fund_change Y; else N, and refund_status appears only so long after."""
    cancel_retries: int = 0
    """So many cancels of a trade answer retry_flag Y and do nothing."""
    products_missing: str = ""
    """Methods that are not contracted, comma separated (40006)."""
