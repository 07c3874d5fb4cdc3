"""The clock moved through 23, 24, 48 and 72 hours after a customer's message: what the desk shows, and what it refuses (C20–C22)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, SignIn
from tests.browser.house import House
from tests.browser.phone import Phone

pytestmark = pytest.mark.browser
HOUR = 3600


def choose_keep_alive(house: House, page: Page) -> None:
    """As an administrator does: read the templates from WhatsApp, then choose one on the channel's page."""
    page.goto(f"{house.url}/admin/conversations/template/")
    page.get_by_role("button", name="Read from WhatsApp now").click()
    page.goto(f"{house.url}/admin/conversations/channel/")
    page.get_by_role("link", name="Bottega Tramontana").click()
    page.locator("#id_keep_alive_template + .select2").click()
    page.locator(".select2-results__option", has_text="new_glazes (it)").first.click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def test_what_may_be_sent_by_the_hour(house: House, open_page: Open, sign_in: SignIn) -> None:
    phone = Phone(open_page(house.phone_url)).play("Irma Vezzani", "+39 333 246 8024")
    phone.writes("La zuppiera con il manico storto si può cambiare?")
    talk = house.conversation("zuppiera con il manico")
    phone.waits_for(1)
    url = f"{house.url}/admin/conversations/conversation/{talk['id']}/change/"
    page = sign_in("admin")
    choose_keep_alive(house, page)
    card = page.locator(".desk-may")

    def shows(hours: float, headline: str, *more: str) -> None:
        """After so many hours more."""
        house.clock(advance_seconds=hours * HOUR)
        page.goto(url)
        expect(card.locator(".desk-may-head")).to_have_text(re.compile(headline))
        for words in more:
            expect(card).to_contain_text(re.compile(words))

    def answers() -> tuple[int, str]:
        sent = house.api("POST", f"conversations/{talk['id']}/messages/", text="Certo, la cambiamo.")
        return sent.status_code, (sent.json().get("error") or {}).get("code", "")

    shows(23, r"Yes, for another \d+ min", "closes in", "Keep it open")
    card.get_by_role("button", name="Keep it open").click()
    expect(page.get_by_text("The template is on its way.")).to_be_visible()
    phone.waits_for(2)
    expect(card.get_by_role("button", name="Keep it open")).to_be_disabled()

    shows(
        1.1,
        "^Only a template$",
        "The service window closed on",
        "no surcharge for another",
        r"A template: Utility\s*0\.\d{4} ",
    )
    assert answers() == (409, "window_closed")
    found = house.api("GET", f"conversations/{talk['id']}/verdict/").json()
    assert (found["allowed"], found["goes"], bool(found["templates"])) == ("template", "no", True)

    shows(24, "^Only a template, with a surcharge$", "a surcharge is due", r"0\.\d{4} \+ 0\.\d{4} ")
    shows(24, "^Only a template, with a surcharge$")
    phone.writes("Ci siete ancora?")
    house.wait_until(lambda: answers()[0] == 201, "the window did not open again")
    shows(0.01, r"Yes, for another 23 h \d\d")
