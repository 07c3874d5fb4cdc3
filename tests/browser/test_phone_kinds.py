"""The phone page with every kind of message: answering a list, ordering, a voice, a group, somebody without a number."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.house import House
from tests.browser.phone import Phone, has_ticks

pytestmark = pytest.mark.browser

LIST = {
    "type": "list",
    "body": {"text": "Di che cosa si tratta?"},
    "action": {
        "button": "Scegli un tema",
        "sections": [
            {"title": "Ordini", "rows": [{"id": "where", "title": "Dov'è il pacco", "description": "Corriere e data"}]},
            {"title": "Altro", "rows": [{"id": "person", "title": "Una persona"}]},
        ],
    },
}


def answer(house: House, search: str, type_: str, content: Any) -> None:
    """As the desk's administrator, in the conversation that this text finds."""
    talk = house.conversation(search)
    sent = house.api("POST", f"conversations/{talk['id']}/messages/", type=type_, content=content)
    assert sent.status_code == 201, sent.text


def last_of(house: House, search: str) -> Any:
    """The newest message from the customer in that conversation."""
    talk = house.conversation(search)
    found = house.api("GET", f"conversations/{talk['id']}/messages/?direction=inbound").json()["results"]
    return max(found, key=lambda each: each["id"])


def attach(page: Page, what: str) -> None:
    page.get_by_role("button", name=re.compile("^Attach")).click()
    page.get_by_role("button", name=what, exact=True).click()


def test_a_list_is_answered_and_a_quote_shows_what_was_meant(house: House, open_page: Open) -> None:
    page = open_page(house.phone_url)
    phone = Phone(page).play("Nadia Lista", "+39 333 700 0001")
    phone.writes("Ho una domanda sul pacco rosso")
    phone.waits_for(1)
    answer(house, "pacco rosso", "interactive", LIST)
    asked = phone.sees("Di che cosa si tratta?")
    asked.get_by_role("button", name="Scegli un tema").click()
    page.get_by_role("dialog", name="Scegli un tema").get_by_role("button", name="Dov'è il pacco").click()
    mine = page.locator(".msg.out", has_text="Dov'è il pacco")
    expect(mine).to_contain_text("Corriere e data")
    has_ticks(mine, "delivered")
    house.wait_until(lambda: last_of(house, "pacco rosso")["text"].startswith("Dov'è"), "the choice did not arrive")

    asked.hover()
    asked.get_by_role("button", name="Reply").click()
    quoted = phone.writes("Intendevo questo")
    expect(quoted.locator(".quote")).to_contain_text("Di che cosa si tratta?")
    quoted.hover()
    quoted.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Edit").click()
    page.locator("form.pin textarea").fill("Intendevo quello")
    page.locator("form.pin textarea").press("Enter")
    expect(page.locator(".msg.out", has_text="Intendevo quello")).to_contain_text("edited")


def test_an_order_from_the_catalogue(house: House, open_page: Open) -> None:
    page = open_page(house.phone_url)
    phone = Phone(page).play("Oreste Compra", "+39 333 700 0002")
    phone.writes("Vorrei comprare due tazze azzurre")
    phone.waits_for(1)
    attach(page, "Order from the catalogue")
    goods = page.get_by_role("dialog", name="Catalogue")
    goods.get_by_role("button", name="One Tazza Levante more").click()
    goods.get_by_role("button", name="One Tazza Levante more").click()
    goods.get_by_label("Note to the shop").fill("Per sabato")
    goods.get_by_role("button", name="Send order, €48.00").click()
    order = page.locator(".msg.out", has_text="Order of 2 pieces")
    expect(order).to_contain_text("Per sabato")
    has_ticks(order, "delivered")
    house.wait_until(lambda: last_of(house, "tazze azzurre")["type"] == "order", "the order did not arrive")


def test_a_voice_is_recorded_and_played(house: House, open_page: Open) -> None:
    page = open_page(house.phone_url, permissions=["microphone"])
    phone = Phone(page).play("Vera Voce", "+39 333 700 0003")
    phone.writes("Vi mando un vocale lungo")
    phone.waits_for(1)
    page.get_by_role("button", name="Record a voice message").click()
    expect(page.locator(".rec")).to_contain_text("0:01")
    page.get_by_role("button", name="Send the recording").click()
    voice = page.locator(".msg.out .voice")
    expect(voice).to_be_visible()
    expect(voice.locator(".wave rect").first).to_be_visible()
    voice.get_by_role("button", name="Play").click()
    expect(voice.get_by_role("button", name="Pause")).to_be_visible()

    def is_stored() -> bool:
        found = last_of(house, "vocale lungo")
        return bool(
            found["type"] == "audio" and found["attachments"] and found["attachments"][0]["content_type"] == "audio/ogg"
        )

    house.wait_until(is_stored, "the voice was not stored")


def test_a_group_has_several_voices(house: House, open_page: Open) -> None:
    page = open_page(house.phone_url)
    page.get_by_role("button", name="New group").click()
    form = page.get_by_role("dialog", name="New group")
    form.get_by_label("Name").fill("Cena di venerdì")
    for name in ("Ines Carraro", "Yusuf Demir"):
        form.get_by_label(name).check()
    form.get_by_role("button", name="Add").click()
    expect(page.locator(".cu[aria-current=true]")).to_contain_text("Cena di venerdì")
    phone = Phone(page)
    page.get_by_label("You are").select_option(label="Ines Carraro")
    phone.writes("Quanti piatti servono per venerdì?")
    page.get_by_label("You are").select_option(label="Yusuf Demir")
    has_ticks(phone.writes("Dodici, per favore"), "delivered")
    theirs = page.locator(".msg.in", has_text="Quanti piatti")
    expect(theirs.locator(".sender")).to_have_text("Ines Carraro")
    page.get_by_role("button", name="Members").click()
    people = page.get_by_role("dialog", name="Cena di venerdì")
    people.get_by_role("button", name="Joins: Sergio Lonati").click()
    expect(people.get_by_role("button", name="Leaves: Sergio Lonati")).to_be_visible()


def test_somebody_without_a_number_is_answered(house: House, open_page: Open) -> None:
    """Reached by the user id alone."""
    page = open_page(house.phone_url)
    page.get_by_role("button", name="New customer").click()
    form = page.get_by_role("dialog", name="New customer")
    form.get_by_label("Name").fill("Ombra Segreta")
    form.get_by_label("Hides the number", exact=False).check()
    form.get_by_role("button", name="Add").click()
    phone = Phone(page)
    expect(page.locator(".cu[aria-current=true]")).to_contain_text("Ombra Segreta")
    phone.writes("Scrivo senza numero di telefono")
    phone.waits_for(1)
    asks = {
        "type": "location_request_message",
        "body": {"text": "Dove la troviamo?"},
        "action": {"name": "send_location"},
    }
    answer(house, "senza numero", "interactive", asks)
    phone.sees("Dove la troviamo?").get_by_role("button", name="Send location").click()
    page.get_by_role("dialog", name="Send a location").first.get_by_role("button", name="Send").click()
    expect(page.locator(".msg.out .place")).to_contain_text("Piazza della Signoria")
    attach(page, "Contact")
    card = page.get_by_role("dialog", name="Send a contact")
    card.get_by_label("Phone number").fill("+39 333 700 0099")
    card.get_by_role("button", name="Send").click()
    expect(page.locator(".msg.out", has_text="+39 333 700 0099")).to_be_visible()
    house.wait_until(lambda: last_of(house, "senza numero")["type"] == "contacts", "the card did not arrive")


def test_the_shop_is_blocked_called_and_refused_by_a_code(house: House, open_page: Open) -> None:
    page = open_page(house.phone_url)
    phone = Phone(page).play("Bruno Muto", "+39 333 700 0005")
    phone.writes("Non mi serve niente, grazie davvero")
    phone.waits_for(1)
    page.get_by_role("button", name=re.compile("^More: profile")).click()
    page.get_by_role("button", name="Call; nobody answers").click()
    expect(page.locator(".msg.out", has_text="nobody answered")).to_be_visible()

    page.get_by_label("What goes wrong").select_option("error")
    page.get_by_label("Meta's code").select_option("131049")
    expect(page.get_by_text("1 to come")).to_be_visible()
    answer(house, "grazie davvero", "text", {"body": "Quando vuole, siamo qui"})
    expect(page.get_by_label("What goes wrong")).to_have_value("none")

    page.get_by_role("button", name=re.compile("^More: profile")).click()
    page.get_by_role("button", name="Block the shop").click()
    expect(page.locator(".barred")).to_contain_text("You have blocked the shop.")
    page.get_by_role("button", name="Unblock").click()
    expect(page.locator(".barred")).to_have_count(0)


def test_the_ends_of_windows_are_steps_of_the_clock(house: House, open_page: Open) -> None:
    page = open_page(house.phone_url)
    phone = Phone(page).play("Tullia Orologio", "+39 333 700 0006")
    page.get_by_role("button", name=re.compile("^Attach")).click()
    page.get_by_role("button", name="I come from an ad").click()
    mine = phone.writes("Vi ho trovati con una pubblicità")
    expect(mine.locator(".origin")).to_contain_text("From an ad")
    phone.waits_for(1)
    steps = page.get_by_role("group", name="To the end of a window after the last message")
    for hours in ("24 h", "48 h", "72 h"):
        step = steps.get_by_role("button", name=re.compile(rf"^{hours}"))
        expect(step).to_be_enabled()
        step.click()
        expect(step).to_be_disabled()
    expect(page.locator(".legend")).to_contain_text("service window closed")
    house.open_the_shop()


def test_metas_side_issues_a_number(house: House, open_page: Open) -> None:
    page = open_page(house.phone_url)
    page.get_by_role("button", name="Meta's side").click()
    side = page.get_by_role("dialog", name="Meta's side")
    side.get_by_label("Phone number", exact=True).fill("+39 055 000 9911")
    side.locator("form").get_by_label("Display name").fill("Bottega Tre")
    side.get_by_role("button", name="Issue number").click()
    card = side.locator("details", has_text="Bottega Tre")
    card.locator("summary").first.click()
    expect(card.get_by_label("Status", exact=True)).to_have_value("PENDING")
    expect(card).to_contain_text("No webhooks: the desk has not subscribed yet.")
    token = card.locator(".copied", has_text="Access token").locator("code").inner_text()
    number = card.locator(".copied", has_text="Phone number ID").locator("code").inner_text()
    url = f"{house.phone_url}/v24.0/{number}/request_code"
    asked = requests.post(
        url, json={"code_method": "SMS", "language": "it_IT"}, headers={"Authorization": f"Bearer {token}"}, timeout=10
    )
    assert asked.ok, asked.text
    expect(card.locator(".code b")).to_have_text(re.compile(r"\d{3}-\d{3}"))
