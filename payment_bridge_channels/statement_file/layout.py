"""A channel's settings as a layout: which column is what, found to belong together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge.connector.types import Bilingual

from . import setting_fields as fields
from .moments import BadFormat, TimeFormat

SEPARATORS = {fields.COMMA: ",", fields.TAB: "\t", fields.SEMICOLON: ";"}
AMOUNT_COLUMNS = {
    fields.TWO_COLUMNS: ("column_in", "column_out"),
    fields.SIGNED: ("column_amount",),
    fields.REVERSED: ("column_amount",),
    fields.DIRECTION: ("column_amount", "column_direction"),
}
"""How amounts are written → the columns that this needs."""
_OTHER_COLUMNS = (
    "column_time",
    "column_clock",
    "column_reference",
    "column_key",
    "column_balance",
    "column_counterparty",
    "column_summary",
    "column_wallet",
)
_EXCHANGE_COLUMNS = ("column_arrived", "column_arrived_currency")
_BY_NAME = {setting.name: setting for setting in (*fields.LAYOUT_FIELDS, *fields.EXCHANGE_FIELDS)}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the institution's file is written. ``account`` is the number of the wallet or account that it is of, in
    ``currency``; ``columns`` has the title of each column that the file has, by the name of its setting."""

    account: str
    amounts: str
    columns: Mapping[str, str]
    times: TimeFormat
    words: Mapping[str, tuple[str, ...]]
    encoding: str
    separator: str
    currency: str

    def title(self, name: str) -> str | None:
        """The title of a column, None where the file has none."""
        return self.columns.get(name)


def layout_of(settings: ChannelSettings, account: str, currency: str) -> Layout:
    """What the settings say of the file, whatever account it is of.

    :raises Misconfigured: naming the setting and what is wrong with it.
    """
    amounts = _choice(settings, "amounts")
    columns = {name: title for name in (*_OTHER_COLUMNS, *_EXCHANGE_COLUMNS) if (title := _value(settings, name))}
    for name in ("column_time", "column_reference", *AMOUNT_COLUMNS[amounts]):
        if not _value(settings, name):
            raise _wrong(name, "is missing", "未填写")
        columns[name] = _value(settings, name)
    for name, other in (_EXCHANGE_COLUMNS, _EXCHANGE_COLUMNS[::-1]):
        if name in columns and other not in columns:
            raise _wrong(other, "is missing", "未填写")
    _refuse_twice(columns)
    return Layout(
        account=account,
        amounts=amounts,
        columns=MappingProxyType(columns),
        times=_times(settings, with_clock="column_clock" in columns),
        words=MappingProxyType({name: _words(settings, name) for name in _BY_NAME if name.startswith("words_")}),
        encoding=_choice(settings, "encoding"),
        separator=SEPARATORS[_choice(settings, "separator")],
        currency=currency,
    )


def _times(settings: ChannelSettings, *, with_clock: bool) -> TimeFormat:
    try:
        times = TimeFormat(_value(settings, "time_format"))
    except BadFormat as error:
        raise _wrong("time_format", error.words.en, error.words.zh) from error
    if with_clock and not times.has_clock:
        raise _wrong("time_format", "tells no time of day, but there is a column of it", "缺少时分秒，但已填写时分秒列")
    return times


def _refuse_twice(columns: Mapping[str, str]) -> None:
    """Two meanings for one column would read the same cell as both."""
    by_title: dict[str, str] = {}
    for name, title in columns.items():
        earlier = by_title.setdefault(title, name)
        if earlier != name:
            other = _BY_NAME[earlier].label
            raise _wrong(name, f"is the column of “{other.en}” too", f"与“{other.zh}”是同一列")


def _words(settings: ChannelSettings, name: str) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"[,，;；、\s]+", _value(settings, name))))


def _choice(settings: ChannelSettings, name: str) -> str:
    value = _value(settings, name)
    if value not in {choice for choice, _label in _BY_NAME[name].choices}:
        raise _wrong(name, "is none of the choices", "不在可选范围内")
    return value


def _value(settings: ChannelSettings, name: str) -> str:
    return (settings.get(name, _BY_NAME[name].default) or "").strip()


def _wrong(name: str, en: str, zh: str) -> Misconfigured:
    label = _BY_NAME[name].label
    return Misconfigured(
        f"{label.en} {en}", code=f"setting:{name}", advice=Bilingual(f"{label.en} {en}.", f"“{label.zh}”{zh}。")
    )
