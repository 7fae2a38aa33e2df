"""What the demo shows: a trading company in Shanghai, its vendors, bills, customers, invoices and a channel a platform.

Runs inside Odoo. `load` needs no platform and its database is kept; `connect` runs at every start and makes the sandbox
know the same people.
"""

from datetime import datetime, timedelta

from odoo import Command, fields

import demo_people
import demo_platforms
from sandbox.control import Control

PASSWORD = "demo"
LATE_EVENING = 22  # from this hour on a platform's day may end while one looks on
DAY_SECONDS = 24 * 3600
BUYER = ("purchase.group_purchase_user", "base.group_partner_manager", "account.group_validate_bank_account")
USERS = (
    ("clerk", "李会计 Li (clerk)", ("group_clerk",), "zh_CN"),
    ("buyer", "周采购 Zhou (buyer)", BUYER, "zh_CN"),
    ("approver", "王经理 Wang (approver)", ("group_approver",), "zh_CN"),
    ("director", "陈总 Chen (approver)", ("group_approver",), "zh_CN"),
    ("officer", "孙合规 Sun (officer)", ("group_officer",), "zh_CN"),
    ("channels", "赵管理 Zhao (channels)", ("group_channel_admin",), "zh_CN"),
    ("auditor", "Anna (auditor)", ("group_auditor",), "en_US"),
    ("english", "Emma (clerk, in English)", ("group_clerk", "group_channel_admin"), "en_US"),
)
LOGINS = (
    ("clerk", PASSWORD, "prepares and follows payments, in Chinese"),
    ("english", PASSWORD, "the same in English, and sets up channels"),
    ("channels", PASSWORD, "sets up channels and credentials"),
    ("buyer", PASSWORD, "keeps vendors and their accounts, orders and receives"),
    ("approver", PASSWORD, "decides about payments; the first of two from 50,000 on"),
    ("director", PASSWORD, "decides about payments; the second of two from 50,000 on"),
    ("officer", PASSWORD, "decides whether a payee is on a screening list"),
    ("auditor", PASSWORD, "reads everything, changes nothing"),
    ("admin", "admin", "administrator"),
)
TRY = (
    "Vendors > Bills: select some bills, Pay, choose a channel under Pay Through, and confirm.",
    "Payment Bridge > Payments: open one and watch its status and timeline change by themselves.",
    "Pay 远方工艺 (its Alipay account does not exist): the bill opens again and says why.",
    "Customers > Invoices: open the one of 江南画廊, Collect by…, and let the sandbox pay it:"
    " ./setup/demo --scan LINK (the link beside the code). Then Refund a part of it from its payment.",
    "Open the same invoice's portal page (Preview): the customer chooses a way to pay there.",
    "As clerk pay 常州五金配件: its bill charges more than was received (3-Way Match on the bill). Reset it, correct"
    " the quantity, pay it.",
    "The payment to 无锡模具 is held: its account was changed while it waited. As director open the account (Contacts),"
    " Confirm by Call-back; let three days pass (./setup/demo --next-day); as clerk Submit Again, as approver Approve.",
    "The bill of 海雁远洋 cannot be paid: as officer decide its case under Payment Bridge > Screening > Cases.",
    "The payment to 合肥数控设备 is above 50,000: approve it as approver, then as director (To Approve; try a phone)."
    " As auditor print Everything About a Payment.",
    "Payment Bridge > Reconciliation: five channels with a month behind them. Open a day in the cockpit, explain rows"
    " in the workbench, and look at the differences: each comes with a proposal and the entries that it would make.",
    "Payment Bridge > Channels: the balance at the platform beside the balance in the books.",
    "Let the platform's day end with ./setup/demo --next-day (its clock is a day behind so that this can be tried),"
    " then Payment Bridge > Statements: fetch yesterday, open the statement, Reconcile and Post.",
)


def load(env):
    """Company, users, vendors with accounts, bills from purchase orders, and the channel's books."""
    env = env(context={**env.context, "lang": "zh_CN"})
    company = env.company
    company.partner_id.write(
        {
            "name": "上海示例贸易有限公司",
            "street": "南京东路 1 号",
            "city": "上海",
            "lang": "zh_CN",
            "country_id": env.ref("base.cn").id,
        }
    )
    env["ir.config_parameter"].set_param("web.base.url.freeze", "True")
    env.ref("base.user_admin").write({"group_ids": [Command.link(_group(env, "group_channel_admin").id)]})
    for login, name, roles, lang in USERS:
        _make_user(env, company, login, name, roles if roles == BUYER else roles[:1], lang)
    for login, _name, roles, _lang in USERS:
        if roles[1:] and roles != BUYER:
            give_together(env, login, roles)
    products = _make_products(env)
    for person in demo_people.VENDORS:
        vendor = _make_vendor(env, person)
        for number, amount in enumerate(person.bills):
            _make_bill(env, vendor, products[number % len(products)], amount)
    for person in demo_people.CUSTOMERS:
        customer = env["res.partner"].create({"name": person.name, "customer_rank": 1, "is_company": True})
        for amount in person.invoices:
            _make_invoice(env, customer, products[0], amount)
    for platform in demo_platforms.PLATFORMS:
        _make_channel(env, company, platform)


def connect(env, sandbox_url, odoo_url):
    """Open the company's accounts at the sandbox, register the payees there, and activate the channels."""
    sandbox = Control(sandbox_url)
    # a day behind, so that the platforms' day can end while one looks on
    late = datetime.fromisoformat(sandbox.get("clock")["now"]).hour >= LATE_EVENING
    sandbox.post("clock", advance_seconds=-DAY_SECONDS - 3 * 3600 * late)
    env["ir.config_parameter"].set_param("web.base.url", odoo_url)
    for platform in demo_platforms.PLATFORMS:
        _connect_channel(env, sandbox, platform)
    for person in demo_people.VENDORS:
        if person.identity_type and person.known:
            sandbox.post(
                "alipay/payees",
                identity_type=person.identity_type,
                identity=person.account,
                name=person.name,
                **person.at_platform,
            )
        elif person.platform == demo_people.WECHATPAY:
            sandbox.post("wechatpay/payees", openid=person.account, name=person.name, auto_confirm_ms=2500)


def let_days_pass(env, days):
    """Let `days` go by for accounts that wait after a change: they were changed that much earlier."""
    for account in env["res.partner.bank"].search([("bridge_changed_at", "!=", False)]):
        account._bridge_keep({"bridge_changed_at": account.bridge_changed_at - timedelta(days=int(days))})


def month(env, sandbox_url, *size):
    """A month of five channels with every class of difference in it."""
    import demo_month  # which needs the add-ons; the walk-through imports this module without them

    demo_month.make(env, sandbox_url, *size)


def _connect_channel(env, sandbox, platform):
    channel = env["payment.bridge.channel"].search([("connector_code", "=", platform.code)], limit=1)
    made = sandbox.post(platform.merchants, **platform.make, notify_url=channel.notify_url)
    values = platform.settings(made)
    for credential in channel.credential_ids.filtered(lambda one: one.name in values):
        credential.value = values[credential.name]
    channel.action_activate()


def _group(env, name):
    """A group of Payment Bridge, or of another add-on with its name in front."""
    return env.ref(name if "." in name else f"payment_bridge.{name}")


def _make_user(env, company, login, name, roles, lang):
    groups = [_group(env, role) for role in roles]
    if "group_clerk" in roles:
        groups.append(env.ref("account.group_validate_bank_account"))
    env["res.users"].create(
        {
            "name": name,
            "login": login,
            "password": PASSWORD,
            "lang": lang,
            "tz": "Asia/Shanghai",
            "odoobot_state": "disabled",  # its greeting would cover a phone's screen
            "company_id": company.id,
            "company_ids": [Command.link(company.id)],
            "group_ids": [Command.link(group.id) for group in groups],
        }
    )


def give_together(env, login, roles):
    """Give somebody roles that do not go together; the administrator asks for the exception, another agrees to it."""
    user, agrees = (env["res.users"].search([("login", "=", one)]) for one in (login, "channels"))
    groups = env["res.groups"].union(*(_group(env, role) for role in roles))
    exceptions = env["payment.bridge.role.exception"].with_user(env.ref("base.user_admin"))
    exceptions.create(
        {
            "user_id": user.id,
            "group_ids": [Command.set(groups.ids)],
            "reason": "One person shows everything in the demo.",
        }
    ).with_user(agrees).action_agree()
    user.group_ids |= groups


def _make_products(env):
    return env["product.product"].create(
        [
            {"name": name, "type": "consu", "purchase_method": "receive", "supplier_taxes_id": [Command.clear()]}
            for name in ("打印纸 A4", "包装纸箱", "不锈钢螺栓", "设计服务")
        ]
    )


def _make_vendor(env, person):
    vendor = env["res.partner"].create(
        {
            "name": person.name,
            "is_company": person.is_company,
            "supplier_rank": 1,
            "country_id": env.ref("base.cn").id,
        }
    )
    bank = env["res.bank"].search([("name", "=", person.bank)], limit=1) if person.bank else env["res.bank"]
    if person.bank and not bank:
        bank = env["res.bank"].create({"name": person.bank})
    env["res.partner.bank"].create(
        {
            "partner_id": vendor.id,
            "acc_number": person.account,
            "acc_holder_name": person.name,
            "bank_id": bank.id,
            "bridge_payee_kind": person.kind,
            "allow_out_payment": True,
        }
    )
    return vendor


def _make_bill(env, vendor, product, amount):
    """An order, received, and its posted bill."""
    order = env["purchase.order"].create(
        {
            "partner_id": vendor.id,
            "order_line": [Command.create({"product_id": product.id, "product_qty": 1, "price_unit": amount})],
        }
    )
    order.button_confirm()
    order.order_line.qty_received = 1
    order.action_create_invoice()
    bill = order.invoice_ids
    bill.write(
        {
            "invoice_date": fields.Date.today() - timedelta(days=5),
            "ref": f"INV-{order.name}",
            "payment_reference": f"货款 {order.name}",
        }
    )
    bill.action_post()


def _make_invoice(env, customer, product, amount):
    """A posted customer invoice."""
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": fields.Date.today() - timedelta(days=3),
            "invoice_line_ids": [
                Command.create({"product_id": product.id, "quantity": 1, "price_unit": amount, "tax_ids": []})
            ],
        }
    )
    invoice.action_post()


def _make_channel(env, company, platform):
    channel = env["payment.bridge.channel"].create(
        {
            "name": platform.channel,
            "connector_code": platform.code,
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "limit_per_payment": platform.limit_per_payment,
        }
    )
    channel._set_up_accounts()
    if platform.paid_in:
        _pay_in(env, company, channel, platform.paid_in)


def _pay_in(env, company, channel, amount):
    """What was paid in at a platform whose statements show no balance."""
    entry = env["account.move"].create(
        {
            "journal_id": channel.journal_id.id,
            "date": fields.Date.today() - timedelta(days=30),
            "ref": f"{channel.name}: 备付金 prefunding",
            "line_ids": [
                Command.create({"account_id": account.id, "debit": debit, "credit": credit})
                for account, debit, credit in (
                    (channel.journal_id.default_account_id, amount, 0),
                    (company.transfer_account_id, 0, amount),
                )
            ],
        }
    )
    entry.action_post()
