"""What can be set on WeChat Pay's side: for all merchants, and for one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass
class WechatSettings:
    """What holds for every merchant. What no source gives for sure is a setting, so that tests can vary it."""

    timestamp_window_seconds: int = 300
    """How far a request's timestamp may be from real time."""
    stamps: str = "real"
    """The time of signatures, of requests as of answers and messages: "real", or "sandbox" for a caller whose clock is
    moved with ours."""
    reject_replays: bool = True
    """Refuse a nonce that the merchant used within the timestamp window."""
    sign_errors: bool = True
    """Sign 4xx and 5xx answers too, where the merchant is known."""
    missing_accept_status: int = 406
    missing_agent_status: int = 403
    no_certificates_code: str = "RESOURCE_NOT_EXISTS"
    """What /v3/certificates says to a merchant in public-key mode."""
    notify_url_https: bool = False
    """Insist on https in notify_url, as the platform does; tests receive over http."""

    accepted_ms: int = 0
    """Transfers stay ACCEPTED for so long; with processing_ms 0 too the first answer is WAIT_USER_CONFIRM."""
    processing_ms: int = 0
    transfering_ms: int = 200
    """From the payee's confirmation to SUCCESS or FAIL."""
    canceling_ms: int = 100
    confirm_hours: int = 24
    """Unconfirmed transfers, and those that wait for money, fail with OVERDUE_CLOSE after this."""
    shortage: str = "refuse"
    """A short operating purse: "refuse" (403 NOT_ENOUGH, no bill) or "wait" (PROCESSING until money comes)."""
    query_blind_ms: int = 0
    """The query says NOT_FOUND of a transfer as young as this."""
    query_days: int = 30
    retry_days: int = 30
    """A transfer's number cannot be sent again after this."""
    unknown_payees: str = "accept"
    """openids that nobody registered: "accept" or "reject"."""
    auto_confirm_ms: int | None = 300
    """Unregistered payees confirm after this; null: never by themselves."""
    strict_perceptions: bool = True
    """Refuse a user_recv_perception that the scene's page does not list."""
    name_from_fen: int = 200000
    name_not_below_fen: int = 30

    code_url_hours: int = 2
    order_days: int = 7
    """An unpaid order is closed after this, or at time_expire."""
    auth_code_seconds: int = 60
    """Life of a payment code."""
    asking_seconds: int = 45
    """A charge that waits for the payer's password is revoked after this."""
    asking_answer: str = "state"
    """A charge that asks the payer: "state" (200 with USERPAYING) or "error" (400 with code USERPAYING)."""
    reverse_while_asking: str = "revoke"
    """Reversing a charge that asks the payer: "revoke" or "refuse" (400 USERPAYING)."""
    auth_code_error: str = "AUTH_CODE_INVALID"
    """What an unknown, used or expired payment code is refused with."""

    refund_ms: int | None = 200
    """From PROCESSING to the end of a refund; null waits for the admin API."""
    refund_days: int = 365
    refund_gap_seconds: int = 0
    """Least time between two refunds of an order (the platform says 60)."""

    bill_ready_hour: int = 10
    bill_months: int = 3
    link_seconds: int = 300
    """Life of a bill's download link, by the sandbox clock."""
    bill_bom: bool = False
    transfer_business_name: str = "商家转账"
    return_business_name: str = "商家转账退回"
    move_business_name: str = "账户间转账"
    receipt_ms: int = 500
    """From applying for a receipt to FINISHED."""
    receipt_link_seconds: int = 600
    receipt_needs_name: bool = True
    """Only transfers whose name was checked have a receipt."""

    migrating_signer: str = "alternate"
    """Who signs in mode "migrating" when the request does not say: "certificate", "public_key" or "alternate"."""


@dataclass
class Terms:
    """What holds for one merchant: where messages go that carry no address, and what the contract says."""

    notify_url: str | None = None
    """For orders without a notify_url of their own."""
    fee_rate: Decimal = Decimal("0.006")
    balance_api: bool = False
    """Whether the balance can be asked for; else NO_AUTH."""
    scenes: str = ""
    """Granted transfer scenes, comma separated; empty: all."""
    single_limit: Decimal | None = None
    daily_limit: Decimal | None = None
    products_missing: str = ""
    """Operations that are not contracted, comma separated (NO_AUTH)."""
    refund_outcome: str = "SUCCESS"
    """How refunds end: SUCCESS, ABNORMAL or CLOSED."""
