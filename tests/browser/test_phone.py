"""A customer with the phone page, an agent with the REST API, and the clock."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.house import House
from tests.browser.phone import Phone, has_ticks

pytestmark = pytest.mark.browser


def test_a_customer_writes_and_is_answered(house: House, open_page: Open) -> None:
    """The automatic answer comes with buttons, a tap on one is answered, and so is the customer by an agent."""
    page = open_page(house.phone_url)
    phone = Phone(page).play("Sergio Lonati")
    mine = phone.writes("Buongiorno, siete voi della teiera?")
    welcome = phone.waits_for(1)
    expect(welcome.locator(".pbtns button")).to_have_count(3)
    has_ticks(mine, "delivered")

    phone.taps("Fare un reso")
    expect(phone.waits_for(2)).to_contain_text(re.compile("numero dell’ordine|numero d’ordine"))
    expect(welcome.locator(".pbtns button[aria-pressed=true]")).to_have_text("Fare un reso")

    talk = house.conversation("teiera")
    assert talk["reason"]
    sent = house.api(
        "POST", f"conversations/{talk['id']}/messages/", text="Certo, Le preparo *l’etichetta* del corriere."
    )
    assert sent.status_code == 201, sent.text
    expect(phone.sees("etichetta").locator("b")).to_have_text("l’etichetta")

    def is_read() -> bool:
        return bool(house.api("GET", f"messages/{sent.json()['id']}/").json()["status"] == "read")

    house.wait_until(is_read, "the agent's answer was not read")
    expect(page.locator(".log li").first).to_be_visible()


def test_the_window_closes_when_a_day_has_passed(house: House, open_page: Open) -> None:
    """The clock is moved by the page's own button; then a text is refused and says what to do."""
    page = open_page(house.phone_url)
    phone = Phone(page).play("Olivia Brandt")
    phone.writes("Where is my parcel from Florence?")
    phone.waits_for(1)
    talk = house.conversation("Florence")
    assert talk["window"]["state"] == "open"

    before = page.locator(".ctl .now").inner_text()
    page.get_by_role("button", name="+24 h").first.click()
    page.get_by_role("button", name="+1 min", exact=True).click()
    expect(page.get_by_text("simulated time")).to_be_visible()
    expect(page.locator(".ctl .now")).not_to_have_text(before)
    expect(page.locator(".legend")).to_contain_text("service window closed")

    refused = house.api("POST", f"conversations/{talk['id']}/messages/", text="It is on its way.")
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "window_closed"
    assert refused.json()["error"]["hint"]


def test_a_new_customer_sends_a_place_and_reacts(house: House, open_page: Open) -> None:
    page = open_page(house.phone_url)
    phone = Phone(page).play("Lucia Ferraro", "+39 333 123 4567")
    phone.writes("Dove siete?")
    answer = phone.waits_for(1)
    page.get_by_role("button", name=re.compile("Attach")).click()
    page.get_by_role("button", name="Location").click()
    page.get_by_role("dialog", name="Send a location").get_by_role("button", name="Send").click()
    expect(page.locator(".msg.out .place")).to_contain_text("Piazza della Signoria")
    answer.hover()
    answer.get_by_role("button", name="React").click()
    answer.get_by_role("button", name="👍").click()
    expect(answer.locator(".react")).to_have_text("👍")


def test_the_page_speaks_italian(house: House, open_page: Open) -> None:
    page = open_page(f"{house.phone_url}/?lang=it")
    expect(page.locator("html")).to_have_attribute("lang", "it")
    expect(page.get_by_role("heading", name=re.compile("^Orologio "))).to_be_visible()
