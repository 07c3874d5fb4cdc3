"""The phone page as a customer holds it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


class Phone:
    """`Phone(page).play("Marta Belluzzi").writes("Vorrei fare un reso")`."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def play(self, name: str, number: str = "") -> Phone:
        """As this customer; with a number a new one."""
        if number:
            self.page.get_by_role("button", name="New customer").click()
            dialog = self.page.get_by_role("dialog", name="New customer")
            dialog.get_by_label("Name").fill(name)
            dialog.get_by_label("Phone number", exact=False).last.fill(number)
            dialog.get_by_role("button", name="Add").click()
        self.page.locator(".cu", has_text=name).click()
        chosen = self.page.locator(".cu[aria-current=true]")
        expect(chosen).to_contain_text(name)
        expect(chosen).to_be_in_viewport()
        return self

    def writes(self, text: str) -> Locator:
        box = self.page.locator("form.pin textarea")
        box.fill(text)
        box.press("Enter")
        mine = self.page.locator(".msg.out", has_text=text).last
        expect(mine).to_be_visible()
        return mine

    def taps(self, title: str) -> None:
        self.page.locator(".msg.in .pbtns button", has_text=title).last.click()

    def sees(self, text: str) -> Locator:
        """What the shop wrote; waits for it."""
        found = self.page.locator(".msg.in", has_text=text).last
        expect(found).to_be_visible()
        return found

    def waits_for(self, count: int) -> Locator:
        """Until the shop has written so many messages in this chat. Returns the last one."""
        answers = self.page.locator(".msg.in:not(:has(.typing))")
        expect(answers).to_have_count(count)
        return answers.nth(count - 1)


def has_ticks(message: Locator, status: str) -> None:
    """`status` is queued, delivered or read; waits for it."""
    expect(message.locator("svg.ticks")).to_have_class(re.compile(rf"\b{status}\b"))
