"""Reading a channel's settings as a connector declares them: the value or its default, checked, or a clear refusal."""

from __future__ import annotations

import re
from collections.abc import Iterable

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings, SettingField
from odoo.addons.payment_bridge.connector.errors import Misconfigured
from odoo.addons.payment_bridge.connector.types import Bilingual

from . import rsa_keys


class DeclaredSettings:
    """The settings that a connector declares; their values are given at each question."""

    def __init__(self, declared: Iterable[SettingField]) -> None:
        self._by_name = {setting.name: setting for setting in declared}

    def label(self, name: str) -> Bilingual:
        """How a setting is called on screen."""
        return self._by_name[name].label

    def text(self, settings: ChannelSettings, name: str) -> str:
        """The value as it was typed, or the declared default, or nothing."""
        return settings.get(name, self._by_name[name].default) or ""

    def choice(self, settings: ChannelSettings, name: str) -> str:
        """One of the declared choices.

        :raises Misconfigured: for any other value.
        """
        value = self.text(settings, name)
        if value not in {choice for choice, _label in self._by_name[name].choices}:
            raise self.wrong(name, "this choice does not exist", "没有这个选项")
        return value

    def yes(self, settings: ChannelSettings, name: str) -> bool:
        """Whether a choice between yes and no is yes.

        :raises Misconfigured: for a value that is no choice.
        """
        return self.choice(settings, name) == "yes"

    def matching(self, settings: ChannelSettings, name: str, pattern: str, en: str, zh: str) -> str:
        """The value without blanks around it; ``en`` and ``zh`` name what ``pattern`` admits.

        :raises Misconfigured: when the whole value does not match.
        """
        value = self.text(settings, name).strip()
        if not re.fullmatch(pattern, value, re.ASCII):
            raise self.wrong(name, f"{en} are expected", f"应为{zh}")
        return value

    def wrong(self, name: str, en: str, zh: str) -> Misconfigured:
        """The error that names the setting and what is wrong with it, never its value."""
        return rsa_keys.misconfigured(self.label(name), en, zh)
