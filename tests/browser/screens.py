"""Odoo's screens as a person uses them, whatever the language: anchors are technical names, never labels."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect

from demo import DemoContext

PATIENCE_MS = 45_000
SETTLED = (
    "document.getAnimations().every(one => one.playState !== 'running' || !isFinite(one.effect.getTiming().iterations))"
)
"""Nothing fades or slides any more; what turns for ever may."""
WIDE: ViewportSize = {"width": 1366, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Screens:
    """One logged-in person's browser window."""

    def __init__(
        self,
        browser: Browser,
        demo: DemoContext,
        login: str,
        password: str,
        pictures: Path,
        *,
        size: ViewportSize = WIDE,
    ) -> None:
        self._demo, self._login, self.folder = demo, login, pictures
        self.folder.mkdir(parents=True, exist_ok=True)
        self.page: Page = browser.new_page(
            viewport=size, timezone_id="Asia/Shanghai", is_mobile=size == PHONE, has_touch=size == PHONE
        )
        self.page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{demo.odoo.url}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar")

    def open(self, action: str, record: int | None = None) -> None:
        """Open a window action, or one record in it."""
        self.page.goto(f"{self._demo.odoo.url}/odoo/action-{action}" + (f"/{record}" if record else ""))
        self.page.wait_for_selector(
            ".o_form_view" if record else ".o_action_manager .o_control_panel, .modal .o_form_view"
        )

    def press(self, name: str, within: str = "body") -> None:
        """Press the visible button that calls a method."""
        self.page.locator(f"{within} button[name={name}]:visible").first.click()

    def picture(self, name: str) -> None:
        """Keep what is on the screen now, pictures included."""
        self.page.wait_for_function("!document.querySelector('.o_loading_indicator, .o_blockUI')")
        self.page.wait_for_function("[...document.images].every(image => image.complete)")
        self.page.wait_for_function(SETTLED)
        self.page.screenshot(path=self.folder / f"{self._login}-{name}.png")

    def close(self) -> None:
        """Close the window; an error in its scripts fails the test."""
        self.page.close()
        assert not self.errors, self.errors
