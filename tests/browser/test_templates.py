"""A template from the first key to its approval, as an editor writes it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.house import House

pytestmark = pytest.mark.browser


def test_an_editor_writes_a_template_and_sees_it_approved(house: House, sign_in: SignIn) -> None:
    page = sign_in("editor")
    page.get_by_role("link", name="Templates").first.click()
    page.goto(f"{house.url}/admin/conversations/template/add/")
    page.get_by_label("Name").fill("vase_ready")
    page.get_by_label("Language").select_option("it")
    text = page.locator("[name=body]")
    text.fill("{{1}}, il vaso *blu* è pronto per il ritiro.")
    expect(page.get_by_text("It may not begin or end with a variable")).to_be_visible()
    text.fill("Buongiorno {{1}}, il vaso *blu* è pronto per il ritiro.")
    expect(page.get_by_text("It may not begin or end with a variable")).to_have_count(0)
    page.locator("[name='example.body.1']").fill("Asha")
    page.get_by_role("button", name="Add a button").click()
    page.locator("[name=button-0-text]").fill("Grazie")
    preview = page.locator("[data-preview]")
    expect(preview).to_contain_text("Buongiorno Asha, il vaso blu è pronto per il ritiro.")
    expect(preview.locator("strong")).to_have_text("blu")
    expect(preview).to_contain_text("Grazie")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Submitted. WhatsApp reviews it")).to_be_visible()

    def is_approved() -> bool:
        page.reload()
        return page.locator(".desk-facts .desk-chip").first.inner_text() == "Approved"

    house.wait_until(is_approved, "the template was not approved")
    expect(page).to_have_url(re.compile(r"/template/\d+/change/"))
