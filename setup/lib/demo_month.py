"""The month of the demo, made inside Odoo: five channels, what the company ordered, and every statement taken in by the
clerk's own wizard, then matched, treated and posted by the scheduled actions.

The books' side is made in bulk; everything after it goes through the doors that people and the scheduler use.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from odoo import Command, fields

from odoo.addons.payment_bridge.connector.types import Money, Payee, PayOutOrder

import demo_month_books
import demo_platforms
from demo_month_files import CHARGEBACK_CODE, Download, downloads
from demo_month_plan import Month, month_until_yesterday
from demo_month_rows import ALIPAY, BANK, BEIJING, CHANNELS, UNIONPAY, USD, WECHATPAY, Account, Order
from sandbox.control import Control

USD_RATE = 7.1
KNOWN_PAYEE = ("alipay_logon_id", "finance@hzpaper.example", "杭州纸业有限公司")
STATEMENT_LINE = "payment.bridge.statement.line"


@dataclass(frozen=True)
class Shown:
    """The connector of an account's channel, the kind of account of its payees, and whether it posts by itself."""

    connector: str
    payee_kind: str
    auto_post: str = "never"


SHOWN = {
    ALIPAY: Shown("alipay", "alipay_logon_id", "complete"),
    WECHATPAY: Shown("wechatpay", "wechat_openid"),
    UNIONPAY: Shown("unionpay", "bank_account"),
    BANK: Shown("account_file", "bank_account"),
    USD: Shown("account_file", "bank_account"),
}
BANK_FILE = {
    "account_number": "755920018810901",
    "account_currency": "CNY",
    "column_time": "交易时间",
    "column_in": "收入",
    "column_out": "支出",
    "column_reference": "流水号",
    "column_key": "客户编号",
    "column_balance": "余额",
    "column_counterparty": "对方户名",
    "column_summary": "摘要",
    "words_deposit": "支付宝提现,微信提现,美元结汇",
}
USD_FILE = {
    "account_number": "HK70018842",
    "account_currency": "USD",
    "column_time": "Value date",
    "amounts": "signed",
    "column_amount": "Amount",
    "column_reference": "Bank reference",
    "column_key": "Customer reference",
    "column_balance": "Balance",
    "column_counterparty": "Counterparty",
    "column_summary": "Details",
    "column_arrived": "Converted amount",
    "column_arrived_currency": "Converted to",
    "words_withdrawal": "Conversion",
    "words_fee": "charge",
    "words_refund": "Refund",
}


def make(env, sandbox_url: str, sales: str = "4", days: str = "30") -> None:
    """Make the month's channels, books and statements, and let the scheduled actions work on them."""
    env = env(context={**env.context, "lang": "zh_CN", "tracking_disable": True})
    month, sandbox = month_until_yesterday(int(sales), int(days)), Control(sandbox_url)
    _rate_of_the_dollar(env, month)
    partners = _partners(env)
    files: list[tuple[datetime, object, Download]] = []
    for account in month.accounts.values():
        channel, owner = _channel(env, sandbox, account)
        _books(channel, account, partners)
        files += [(one.last, channel, one) for one in downloads(account, month.days, owner)]
    _invoices(env, month.accounts[BANK], partners["customer"])
    env.flush_all()
    clerk = env["res.users"].search([("login", "=", "clerk")])
    for _day, channel, download in sorted(files, key=lambda one: (one[0], one[1].sequence)):
        _upload(channel.with_user(clerk).with_context(lang=clerk.lang), download)
    _open_by_hand(env, clerk, month)
    _propose_rule(env, clerk)
    env.cr.commit()
    env["payment.bridge.instruction"]._cron_query()  # the two scheduled actions, without the scheduler's limit of time
    env["payment.bridge.statement"]._cron_post()


# -- the company ---------------------------------------------------------------------


def _rate_of_the_dollar(env, month: Month) -> None:
    env.ref("base.USD").active = True
    env["res.currency.rate"].create(
        {
            "currency_id": env.ref("base.USD").id,
            "name": month.days[0] - timedelta(days=60),
            "company_rate": 1 / USD_RATE,
            "company_id": env.company.id,
        }
    )


def _partners(env) -> dict[str, object]:
    """Whom the month's payments are from and to, with an account of each kind."""
    partners = env["res.partner"].create(
        [
            {"name": "网店顾客", "customer_rank": 1},
            {"name": "远航贸易有限公司", "customer_rank": 1, "is_company": True},
            {"name": "本月供应商", "supplier_rank": 1},
        ]
    )
    for place, partner in enumerate(partners):
        env["res.partner.bank"].create(
            [
                {
                    "partner_id": partner.id,
                    "acc_number": number.format(place),
                    "acc_holder_name": partner.name,
                    "bridge_payee_kind": kind,
                    "allow_out_payment": True,
                }
                for kind, number in (
                    ("alipay_logon_id", "month{}@example.cn"),
                    ("wechat_openid", "oMonth-{}-0000001"),
                    ("bank_account", "6229084112345{}0027"),
                )
            ]
        )
    return dict(zip(("buyer", "customer", "vendor"), partners, strict=True))


def _channel(env, sandbox: Control, account: Account):
    """The channel of an account, connected to a merchant of its own where its platform is in the sandbox. Answers it,
    and the number that its files name the account by."""
    shown = SHOWN[account.code]
    channel = env["payment.bridge.channel"].create(
        {
            "name": CHANNELS[account.code],
            "sequence": 1 + list(SHOWN).index(account.code),
            "connector_code": shown.connector,
            "company_id": env.company.id,
            "currency_id": env.ref("base.USD").id if account.code == USD else env.company.currency_id.id,
            "fee_rate": 0.6 if account.code in (ALIPAY, WECHATPAY, UNIONPAY) else 0,
            "auto_post": shown.auto_post,
            "difference_owner_id": env["res.users"].search([("login", "=", "clerk")]).id,
            "posting_mode": "daily_summary" if account.code == UNIONPAY else "settlement",
        }
    )
    channel._set_up_accounts()
    channel.action_propose_accounts()
    values, owner = _settings(sandbox, account, channel)
    for credential in channel.credential_ids.filtered(lambda one: one.name in values):
        credential.value = values[credential.name]
    channel.action_activate()
    _opening(env, channel, account)
    return channel, owner


def _settings(sandbox: Control, account: Account, channel) -> tuple[dict[str, str], str]:
    """What the channel is told, and the number of its account."""
    if account.code in (BANK, USD):
        values = BANK_FILE if account.code == BANK else USD_FILE
        return values, values["account_number"]
    platform = next(one for one in demo_platforms.PLATFORMS if one.code == account.code)
    # what is asked about is carried out by the sandbox today, and is on the statement already
    asked = sum((order.amount for order in account.orders if order.at_platform), Decimal("0.00"))
    money = str(account.closing + asked)
    opening = {"BASIC": money} if account.code == WECHATPAY else money
    made = sandbox.post(
        platform.merchants, **{**platform.make, "opening_balance": opening}, notify_url=channel.notify_url
    )
    values = dict(platform.settings(made))
    if account.code == WECHATPAY:
        values["purses"] = "BASIC"
    if account.code == UNIONPAY:
        values["transaction_codes"] = f"{CHARGEBACK_CODE}=chargeback"
    return values, values[{ALIPAY: "pid", WECHATPAY: "mchid", UNIONPAY: "mer_id"}[account.code]]


def _opening(env, channel, account: Account) -> None:
    """What was on the account before the month, in the books."""
    first = min(row.at for row in account.rows).date()
    channel.statements_from = first
    rate = USD_RATE if account.code == USD else 1
    amount = float(account.opening)
    env["account.move"].create(
        {
            "journal_id": channel.journal_id.id,
            "date": first - timedelta(days=1),
            "ref": f"{channel.name}: 期初余额",
            "line_ids": [
                Command.create(
                    {
                        "account_id": book.id,
                        "currency_id": channel.currency_id.id,
                        "amount_currency": sign * amount,
                        "balance": sign * amount * rate,
                    }
                )
                for book, sign in (
                    (channel.journal_id.default_account_id, 1),
                    (env.company.transfer_account_id, -1),
                )
            ],
        }
    ).action_post()


# -- what was ordered -----------------------------------------------------------------


def _books(channel, account: Account, partners) -> None:
    """The orders with their payments, and what the platform has got of those whose result is not known here."""
    kind = SHOWN[account.code].payee_kind

    def bank_of(partner):
        return partner.bank_ids.filtered(lambda one: one.bridge_payee_kind == kind)

    demo_month_books.fill(channel, account, partners, bank_of)
    _ask_for(channel, [order for order in account.orders if order.at_platform])


def _ask_for(channel, orders: list[Order]) -> None:
    """Carry orders out at the platform, which answers when it is asked."""
    kind, account, name = KNOWN_PAYEE
    for order in orders:
        channel._connector().pay_out(
            PayOutOrder(
                order.key,
                Money(order.amount, channel.currency_id.name),
                Payee(kind, account, name),
                "货款",
                placed_at=datetime.now(BEIJING),
            )
        )


def _invoices(env, account: Account, customer) -> None:
    """Open invoices that customers pay by bank transfer, with their number in its text."""
    product = env["product.product"].search([("name", "=", "设计服务")], limit=1)
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "name": name,
                "invoice_date": fields.Date.today() - timedelta(days=45),
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": product.id, "quantity": 1, "price_unit": float(amount), "tax_ids": []}
                    )
                ],
            }
            for name, amount in account.invoices.items()
        ]
    )
    invoices.action_post()


# -- the clerk -------------------------------------------------------------------------


def _upload(channel, download: Download) -> None:
    """Take a statement in as the clerk does.

    :raises RuntimeError: when it was not loaded, in the words that the clerk would read.
    """
    wizard = channel.env["payment.bridge.statement.import"].create(
        {
            "channel_id": channel.id,
            "source": "upload",
            "file": base64.b64encode(download.content),
            "file_name": download.name,
        }
    )
    wizard.action_import()
    if wizard.outcome != "loaded":
        raise RuntimeError(f"{download.name}: {wizard.outcome}: {wizard.message}")


def _open_by_hand(env, clerk, month: Month) -> None:
    """The clerk doubts some matches and opens those rows again."""
    keys = [key for account in month.accounts.values() for key in account.opened_by_hand]
    rows = env[STATEMENT_LINE].search([("key", "in", keys), ("kind", "=", "collection")])
    rows.with_user(clerk).action_undo()


def _propose_rule(env, clerk) -> None:
    """The clerk's rule for the power bill, to be tried on the month and approved by somebody else."""
    channel = env["payment.bridge.channel"].search([("name", "=", CHANNELS[BANK])])
    expense = env["account.account"].search(
        [("company_ids", "in", env.company.id), ("code", "=like", "6602%"), ("account_type", "=like", "expense%")],
        limit=1,
    )
    env["payment.bridge.match.rule"].with_user(clerk).create(
        {
            "name": "代扣电费 Power bill",
            "channel_ids": [Command.link(channel.id)],
            "direction": "out",
            "text_words": "代扣 电费",
            "effect": "account",
            "account_id": expense.id or channel.fee_account_id.id,
        }
    )
