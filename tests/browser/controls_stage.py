"""What the tests of the controls share: who plays in which language, and the windows of people who work."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, expect

import demo_data
from demo import DemoContext
from demo_controls import Company
from demo_controls_data import Cast, Payee
from rpc import Person

from .screens import WIDE, Screens, ViewportSize

PEOPLE = ("clerk", "buyer", "approver", "director", "officer", "auditor")
CHANNEL = ".modal .o_field_widget[name=bridge_channel_id] input"
ENGLISH_CAST = Cast(
    differing=Payee("Northgate Fasteners Ltd", "sales@northgate.example", "不锈钢螺栓", 92.50, 60, 45, 60),
    changed=Payee("Bluewater Moulding Ltd", "ar@bluewater.example", "设计服务", 515.00, 16, 16, 16),
    new_account="receipts@bluewater.example",
    screened=Payee("Baltik Pearl Shipping Ltd", "finance@baltikpearl.example", "包装纸箱", 14.20, 450, 450, 450),
    large=Payee("Hillside Automation Ltd", "ap@hillside.example", "设计服务", 18250.00, 4, 4, 4),
)


@dataclass
class Theatre:
    """One language's scenes, and the windows that people open in them."""

    demo: DemoContext
    browser: Browser
    pictures: Path
    lang: str
    cast: Cast
    company: Company
    scene: str = ""
    _open: list[Screens] = field(default_factory=list)

    def person(self, login: str) -> Person:
        return Person(self.demo.odoo, self.demo.database, login, demo_data.PASSWORD)

    def window(self, login: str, size: ViewportSize = WIDE) -> Screens:
        """A window of somebody who has just logged in; it is closed with :meth:`close`."""
        folder = self.pictures / f"controls-{self.lang}" / self.scene
        screens = Screens(self.browser, self.demo, login, demo_data.PASSWORD, folder, size=size)
        self._open.append(screens)
        return screens

    def close(self) -> None:
        """Close every window; an error in one fails the test."""
        windows, self._open = self._open, []
        for screens in windows:
            screens.close()


def speak(people: dict[str, Person], languages: dict[str, str]) -> None:
    """Everybody sets their own language."""
    for login, person in people.items():
        person.call("res.users", "write", [person.uid], {"lang": languages[login]})


def pay(screens: Screens) -> None:
    """Pay the bill on the screen through Alipay, as far as the wizard lets."""
    screens.press("action_register_payment")
    screens.page.locator(CHANNEL).click()
    screens.page.locator(".o-autocomplete--dropdown-item a", has_text="Alipay").click()
    expect(screens.page.locator(".modal .o_field_widget[name=bridge_notice]")).to_be_visible()
    screens.press("action_create_payments", ".modal footer")


def refused_with(screens: Screens, words: str, picture: str) -> None:
    """The dialog says why, with these words; it is read and closed."""
    dialog = screens.page.locator(".modal-content:has(.o_error_dialog), .o_error_dialog").first
    expect(dialog).to_contain_text(words)
    screens.picture(picture)
    dialog.locator(".modal-footer button").first.click()
    expect(screens.page.locator(".o_error_dialog")).to_have_count(0)


def arrives(screens: Screens, picture: str) -> None:
    """The payment on the screen leaves and succeeds."""
    expect(screens.page.locator(".o_bridge_badge")).to_have_attribute("data-state", "succeeded")
    screens.picture(picture)
