"""Every page that staff open: nothing on the console, nothing refused by the page's own policy, nothing cut at 390 px."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, SignIn
from tests.browser.house import House

pytestmark = pytest.mark.browser
LISTS = (
    "conversations/conversation",
    "conversations/message",
    "conversations/contact",
    "conversations/channel",
    "conversations/department",
    "conversations/delivery",
    "conversations/event",
    "conversations/accountupdate",
    "conversations/alarm",
    "conversations/halt",
    "routing/routingrule",
    "routing/calendar",
    "autoreply/rule",
    "autoreply/quickreply",
    "crm_sync/connection",
    "reports/weeklyreport",
    "auth/user",
    "django_celery_beat/periodictask",
)
FORMS = ("conversations/channel", "routing/routingrule", "routing/calendar", "autoreply/rule", "crm_sync/connection")
IS_ON_TOP = """row => {
    const box = row.getBoundingClientRect();
    return row.contains(document.elementFromPoint(box.x + 200, box.bottom - 4));
}"""
PHONE = 390  # px, the width of most phones


def scrolls_sideways(page: Page) -> int:
    """By how many px the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_admin_pages_are_clean(house: House, sign_in: SignIn) -> None:
    page = sign_in("admin", width=1024)
    for name in LISTS:
        answer = page.goto(f"{house.url}/admin/{name}/")
        assert answer is not None
        assert answer.ok, name
        assert scrolls_sideways(page) <= 0, name
    for name in FORMS:
        page.goto(f"{house.url}/admin/{name}/")
        page.locator("#result_list tbody th a").first.click()
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
        assert scrolls_sideways(page) <= 0, name


def test_the_last_row_of_a_list_can_be_read(house: House, sign_in: SignIn) -> None:
    """Admin's footer stands on the page and must not lie on what is read."""
    page = sign_in("admin", height=500)
    page.goto(f"{house.url}/admin/autoreply/quickreply/")
    last = page.locator("#result_list tbody tr").last
    last.scroll_into_view_if_needed()
    page.mouse.wheel(0, 10_000)
    page.wait_for_timeout(300)
    assert last.evaluate(IS_ON_TOP)


def test_admin_on_a_phone(house: House, sign_in: SignIn) -> None:
    page = sign_in("admin", width=PHONE, height=844, has_touch=True)
    assert scrolls_sideways(page) <= 0
    for name in ("conversations/conversation", "routing/routingrule", "autoreply/rule"):
        page.goto(f"{house.url}/admin/{name}/")
        assert scrolls_sideways(page) <= 0, name
    page.locator("#result_list tbody th a").first.click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    assert scrolls_sideways(page) <= 0


def test_the_phone_page_on_a_phone(house: House, open_page: Open) -> None:
    page = open_page(house.phone_url, width=PHONE, height=844, has_touch=True)
    expect(page.locator("form.pin textarea")).to_be_visible()
    assert scrolls_sideways(page) <= 0
    page.get_by_role("button", name="Clock, network and log").first.click()
    expect(page.get_by_role("heading", name="Phone and network")).to_be_visible()
    assert scrolls_sideways(page) <= 0


def test_the_phone_page_in_the_dark(house: House, open_page: Open) -> None:
    page = open_page(f"{house.phone_url}/?theme=dark")
    expect(page.locator(".phead")).to_be_visible()
    light = page.evaluate(
        "getComputedStyle(document.querySelector('header')).backgroundColor.match(/[\\d.]+/g).map(Number)"
    )
    assert max(light[:3]) < 80


def test_the_api_docs(house: House, sign_in: SignIn) -> None:
    """Under the strict policy; operations can be opened and tried."""
    page = sign_in("admin")
    page.goto(f"{house.url}/api/docs/")
    operation = page.locator(".opblock", has_text=re.compile(r"/api/v1/\u200b?me/|/me/")).first
    expect(operation).to_be_visible()
    operation.locator(".opblock-summary-control").first.click()
    expect(operation.get_by_role("button", name="Try it out")).to_be_visible()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table td.response-col_status:not(.col_header)").first).to_contain_text(
        "200"
    )
