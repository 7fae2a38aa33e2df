"""The settings of an account read from files: which account, in which currency, and how its file is written.

Its layout: columns by their titles, words that tell what a row is about.
"""

from __future__ import annotations

import re
from dataclasses import replace

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings, SettingField, SettingKind
from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge.connector.types import Bilingual

from ...statement_file.layout import Layout, layout_of
from ...statement_file.setting_fields import EXCHANGE_FIELDS, LAYOUT_FIELDS

CURRENCIES = {
    "CNY": Bilingual("Chinese yuan", "人民币"),
    "USD": Bilingual("US dollar", "美元"),
    "EUR": Bilingual("Euro", "欧元"),
    "HKD": Bilingual("Hong Kong dollar", "港币"),
    "GBP": Bilingual("Pound sterling", "英镑"),
    "SGD": Bilingual("Singapore dollar", "新加坡元"),
    "AUD": Bilingual("Australian dollar", "澳大利亚元"),
}
"""Currencies with two decimal places, which is what the amounts of the layout have at most."""
_ACCOUNT = re.compile(r"[0-9A-Za-z -]{4,40}")
_NUMBER_HELP = Bilingual(
    "As the bank writes it. A file that names another account is refused.",
    "与银行对账单一致；注明其他账户的文件一律拒收。",
)
_ACCOUNT_FIELDS = (
    SettingField("account_number", Bilingual("Account number", "账号"), _NUMBER_HELP),
    SettingField(
        "account_currency",
        Bilingual("Currency", "币种"),
        Bilingual("In which the account is kept. One file has one currency.", "账户币种；一个文件只有一种币种。"),
        kind=SettingKind.CHOICE,
        required=False,
        default="CNY",
        choices=tuple(CURRENCIES.items()),
    ),
)
_OTHER_WORDS = {
    "column_wallet": Bilingual("Column: own account", "列：本方账号"),
    "column_reference": Bilingual("Column: the bank's number", "列：银行流水号"),
    "column_key": Bilingual("Column: our number", "列：本方编号"),
}
SETTING_FIELDS: tuple[SettingField, ...] = (
    *_ACCOUNT_FIELDS,
    *(replace(setting, label=_OTHER_WORDS.get(setting.name, setting.label)) for setting in LAYOUT_FIELDS),
    *EXCHANGE_FIELDS,
)


def read(settings: ChannelSettings) -> Layout:
    """Check a channel's settings.

    :raises Misconfigured: naming the setting and what is wrong with it.
    """
    account = (settings.get("account_number", "") or "").strip()
    if not _ACCOUNT.fullmatch(account):
        raise _wrong(
            "Account number must be 4 to 40 letters and digits", "账号须为 4 至 40 位字母或数字", "account_number"
        )
    currency = (settings.get("account_currency", "CNY") or "CNY").strip()
    if currency not in CURRENCIES:
        raise _wrong("Currency is none of the choices", "币种不在可选范围内", "account_currency")
    return layout_of(settings, account, currency)


def _wrong(en: str, zh: str, name: str) -> Misconfigured:
    return Misconfigured(en, code=f"setting:{name}", advice=Bilingual(f"{en}.", f"{zh}。"))
