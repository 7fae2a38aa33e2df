"""The company that the crash tests and the benchmarks work with: the demo's, with vendors of their own.

Runs inside Odoo:  python -m faults.company DATABASE load WALLETS [PLATFORM]
                                              | connect SANDBOX_URL ODOO_URL GATEWAY_URL [PLATFORM] | dispatch
                                              | let_approve LOGIN

Amounts are all different, so that no two payments can be mistaken for each other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import demo_people
import demo_platforms
from demo_people import ACCOUNT, ALIPAY, LOGON, UNIONPAY, Vendor

WALLET_VENDORS = 40
BANK = "招商银行"
PLAIN, REFUSED, FAILS_LATE, RETURNED = "plain", "refused", "fails late", "returned"

SPECIAL_VENDORS = (
    Vendor("远方工艺有限公司", LOGON, "nobody@yuanfang.example", (1111.11,), known=False, story=REFUSED),
    Vendor("重庆机械有限公司", ACCOUNT, "871900123456780001", (2222.21,), bank=BANK, story=PLAIN),
    Vendor("天津货运代理有限公司", ACCOUNT, "871900123456780002", (2222.22,), bank=BANK, story=PLAIN),
    Vendor(
        "兰州建材有限公司",
        ACCOUNT,
        "871900123456780003",
        (3333.33,),
        bank=BANK,
        story=FAILS_LATE,
        at_platform={"late_error": "PAYEE_CARD_INFO_ERROR"},
    ),
    Vendor(
        "昆明花卉有限公司",
        ACCOUNT,
        "871900123456780004",
        (4444.44,),
        bank=BANK,
        story=RETURNED,
        at_platform={"returns_after_ms": 300},
    ),
)


def vendors(wallets: int, platform: str = ALIPAY) -> tuple[Vendor, ...]:
    """So many vendors with an Alipay account and one bill each, and the special ones. On UnionPay they have bank
    accounts, and there are no special ones."""
    if platform == UNIONPAY:
        return tuple(
            Vendor(
                f"供应商 {number:03d} 号",
                ACCOUNT,
                f"8719001234567{number:05d}",
                (100 + number + number / 100,),
                bank=BANK,
                platform=UNIONPAY,
            )
            for number in range(1, wallets + 1)
        )
    plain = tuple(
        Vendor(f"供应商 {number:03d} 号", LOGON, f"ap{number:03d}@vendor.example", (100 + number + number / 100,))
        for number in range(1, wallets + 1)
    )
    return plain + SPECIAL_VENDORS


def story_of(vendor_name: str) -> str:
    """What the platform does with payments to this vendor."""
    return next((one.story for one in SPECIAL_VENDORS if one.name == vendor_name), PLAIN)


def in_odoo(database: str, work: Callable[[Any], None]) -> None:
    """Do `work(env)` as the superuser in a database and commit."""
    import odoo.api
    import odoo.modules.registry
    from odoo.tools import config

    config.parse_config(["-c", os.environ["ODOO_RC"], "-d", database, "--log-level=warn"])
    with odoo.modules.registry.Registry(database).cursor() as cursor:
        work(odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {}))


def _only(platform: str, people: tuple[Vendor, ...]) -> None:
    """These vendors, no customers, and one channel."""
    demo_people.VENDORS = people
    demo_people.CUSTOMERS = ()
    demo_platforms.PLATFORMS = tuple(one for one in demo_platforms.PLATFORMS if one.code == platform)


def load(env: Any, wallets: str, platform: str = ALIPAY) -> None:
    """The company, its people, vendors and bills. On UnionPay pay-outs leave in batches."""
    import demo_data

    _only(platform, vendors(int(wallets), platform))
    demo_data.load(env)
    if platform == UNIONPAY:
        env["payment.bridge.channel"].search([]).use_batches = True


def connect(env: Any, sandbox_url: str, odoo_url: str, gateway_url: str, platform: str = ALIPAY) -> None:
    """Connect the channel to the sandbox, reaching its gateway by way of `gateway_url`."""
    import demo_data

    with_bills = env["res.partner"].search([("supplier_rank", ">", 0), ("name", "=like", "供应商 %")])
    _only(platform, vendors(len(with_bills), platform))
    demo_data.connect(env, sandbox_url, odoo_url)
    # their first runs would be held and counted with the orders
    daily = env.ref("payment_bridge.cron_balance") | env.ref("payment_bridge.cron_self_test")
    daily.nextcall = datetime.now() + timedelta(days=1)
    credentials = env["payment.bridge.credential"].search([("name", "=", "gateway_url")])
    for credential in credentials:
        path = urlsplit(credential.plain_value).path
        credential.value = gateway_url + path


def dispatch(env: Any) -> None:
    """Say `ready`, wait for a line, and send what waits: a worker beside Odoo's own, as a job queue would add one."""
    print("ready", flush=True)
    sys.stdin.readline()
    env["payment.bridge.instruction"]._cron_dispatch()


def let_approve(env: Any, login: str) -> None:
    """Give a clerk the role of an approver beside the own."""
    import demo_data

    demo_data.give_together(env, login, ("group_clerk", "group_approver"))


def main(database: str, function: str, *arguments: str) -> None:
    work = {"load": load, "connect": connect, "dispatch": dispatch, "let_approve": let_approve}[function]
    in_odoo(database, lambda env: work(env, *arguments))


if __name__ == "__main__":
    main(*sys.argv[1:])
