"""The settings of an e-CNY channel: which wallet, and how the institution's file is written."""

from __future__ import annotations

import re

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings, SettingField
from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge.connector.types import Bilingual

from ...statement_file.layout import Layout, layout_of
from ...statement_file.setting_fields import LAYOUT_FIELDS

CURRENCY = "CNY"
WALLET_DIGITS = 16
WALLET_ID = SettingField(
    "wallet_id",
    Bilingual("Own wallet number", "本方钱包编号"),
    Bilingual("16 digits. A file that names another wallet is refused.", "16 位数字；注明其他钱包的文件一律拒收。"),
)
SETTING_FIELDS: tuple[SettingField, ...] = (WALLET_ID, *LAYOUT_FIELDS)


def read(settings: ChannelSettings) -> Layout:
    """Check a channel's settings.

    :raises Misconfigured: naming the setting and what is wrong with it.
    """
    wallet = (settings.get(WALLET_ID.name, "") or "").strip()
    if not re.fullmatch(rf"[0-9]{{{WALLET_DIGITS}}}", wallet):
        label = WALLET_ID.label
        words = Bilingual(f"{label.en} must be {WALLET_DIGITS} digits", f"“{label.zh}”须为 {WALLET_DIGITS} 位数字")
        raise Misconfigured(
            words.en, code=f"setting:{WALLET_ID.name}", advice=Bilingual(f"{words.en}.", f"{words.zh}。")
        )
    return layout_of(settings, wallet, CURRENCY)
