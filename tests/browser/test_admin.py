"""What an administrator, an operator and an analyst do in admin."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from conversations.whatsapp.signature import sign
from tests.browser.conftest import Open, SignIn
from tests.browser.house import House
from tests.browser.phone import Phone

pytestmark = pytest.mark.browser


def test_an_administrator_reads_a_conversation(house: House, open_page: Open, sign_in: SignIn) -> None:
    phone = Phone(open_page(house.phone_url)).play("Marta Belluzzi")
    phone.writes("Vorrei un rimborso per la zuppiera")
    phone.waits_for(1)
    house.conversation("zuppiera")

    page = sign_in("admin")
    expect(page.get_by_role("heading", name="Does it work?")).to_be_visible()
    page.get_by_role("link", name="Conversations").first.click()
    page.get_by_role("link", name=re.compile("Marta Belluzzi")).first.click()
    thread = page.locator(".desk-thread")
    expect(thread).to_contain_text("Vorrei un rimborso per la zuppiera")
    expect(thread.locator(".desk-auto")).to_be_visible()
    expect(page.locator(".desk-facts")).to_contain_text("“rimborso” matched the rule")
    timeline = page.locator(".desk-line")
    for happened in ("Conversation opened", "Routed to Fatture", "Answered by the rule"):
        expect(timeline).to_contain_text(happened)


def test_a_changed_rule_sends_the_next_message_elsewhere(house: House, open_page: Open, sign_in: SignIn) -> None:
    """Made on a form, in force without a restart."""
    phone = Phone(open_page(house.phone_url)).play("Piero Alinari", "+39 333 765 4321")
    page = sign_in("admin")
    page.get_by_role("link", name="Routing rules").click()
    page.get_by_role("link", name=re.compile("^Resi e cambi")).click()
    page.get_by_label(re.compile("keywords", re.IGNORECASE)).first.fill("reso\nsbeccata")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    phone.writes("La fruttiera è arrivata sbeccata")
    assert house.conversation("fruttiera")["department"]["name"] == "Resi"


def test_a_secret_is_never_shown_again(house: House, sign_in: SignIn) -> None:
    page = sign_in("admin")
    page.get_by_role("link", name="Channels").click()
    page.get_by_role("link", name="Bottega Tramontana").click()
    expect(page.get_by_text("Fill in only to replace it.").first).to_be_visible()
    for name in ("Access token", "App secret", "Verify token"):
        expect(page.get_by_label(name)).to_have_value("")
    assert house.prepared["app_secret"] not in page.content()

    page.get_by_label("Verify token").fill("a-new-word-for-meta")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert "a-new-word-for-meta" not in page.content()
    page.get_by_role("link", name="History").click()
    assert "a-new-word-for-meta" not in page.content()


def test_a_parked_delivery_is_replayed_by_its_button(house: House, sign_in: SignIn) -> None:
    """It came for a number that nobody had connected; once somebody has, it is processed."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "390559998877", "phone_number_id": "700700700700700"},
        "contacts": [{"profile": {"name": "Nives"}, "wa_id": "393337000001"}],
        "messages": [
            {"from": "393337000001", "id": "wamid.parked", "timestamp": "1790000000", "type": "text", "text": {"body": "Alabastro?"}}
        ],
    }  # fmt: skip
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    headers = {"X-Hub-Signature-256": sign(body, house.prepared["app_secret"]), "Content-Type": "application/json"}
    assert requests.post(f"{house.url}/webhooks/whatsapp/", data=body, headers=headers, timeout=10).status_code == 200

    page = sign_in("admin")
    parked = page.locator("#waits ~ ul li", has_text="Webhook deliveries parked")

    def is_counted() -> bool:
        page.reload()
        return parked.locator(".desk-count").inner_text() == "1"

    house.wait_until(is_counted, "the delivery was not parked")
    parked.get_by_role("link").click()
    expect(page.locator("#result_list")).to_contain_text("no channel with phone number id 700700700700700")
    delivery = page.locator("#result_list tbody th a").first.get_attribute("href")

    page.goto(f"{house.url}/admin/conversations/channel/add/")
    page.get_by_label("Name").first.fill("Seconda bottega")
    page.get_by_label("Phone number id").fill("700700700700700")
    page.get_by_label("WhatsApp business account id").fill("102290129340398")
    page.get_by_label("App secret").fill(house.prepared["app_secret"])
    page.locator("#id_portfolio + .select2").click()
    page.locator(".select2-results__option", has_text="Bottega Tramontana").click()
    page.locator("#id_default_department + .select2").click()
    page.locator(".select2-results__option", has_text="Ordini").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()

    page.goto(f"{house.url}{delivery}")
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("It is processed anew")).to_be_visible()
    assert house.conversation("Alabastro")["contact"]["name"] == "Nives"


def test_an_analyst_sees_reports_and_downloads_one(house: House, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("analyst")
    rail = page.locator("#nav-sidebar-inner, nav").first
    expect(page.get_by_role("link", name="Weekly reports").first).to_be_visible()
    expect(rail.get_by_role("link", name="Conversations")).to_have_count(0)
    expect(page.get_by_text("Kill switch")).to_have_count(0)
    page.get_by_role("link", name="Weekly reports").first.click()
    for name in ("XLSX", "CSV"):
        with page.expect_download() as started:
            page.get_by_role("link", name=name).first.click()
        started.value.save_as(tmp_path / name)
    assert (tmp_path / "XLSX").read_bytes()[:2] == b"PK"
    assert len(list(csv.reader(io.StringIO((tmp_path / "CSV").read_text("utf-8-sig"))))) > 3


def test_what_an_analyst_may_not_see_is_refused(house: House, sign_in: SignIn) -> None:
    page = sign_in("analyst")
    answer = page.request.get(f"{house.url}/admin/conversations/conversation/")
    assert answer.status == 403
