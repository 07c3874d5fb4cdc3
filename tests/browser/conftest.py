"""One desk and one Chromium for all tests with a browser; each test gets a window of its own and must leave its console clean."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.house import PASSWORD, House

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
CHROMIUM = os.environ.get("SPORTELLO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
Open = Callable[..., Page]
SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium here (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("desk"))
    try:
        house.start()
        yield house
    finally:
        house.stop()


@pytest.fixture
def house(running: House) -> House:
    running.open_the_shop()
    return running


@pytest.fixture
def open_page(chromium: Browser, house: House) -> Iterator[Open]:
    """`open_page(url, width=…)`: a page in a window of its own. At the end no page may have complained on its console."""
    complaints: list[str] = []
    contexts = []

    def open_page(url: str, *, width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.on("page", lambda page: _listen(page, complaints))
        page = context.new_page()
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _listen(page: Page, complaints: list[str]) -> None:
    """CSP violations are errors on the console too."""
    page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))


@pytest.fixture
def sign_in(open_page: Open, house: House) -> SignIn:
    """`sign_in("editor")`: admin's first page as this person. Who has signed in before has kept the cookie."""

    def sign_in(username: str = "admin", **options: Any) -> Page:
        kept = house.cookies.get(username)
        page = open_page(f"{house.url}/admin/", storage_state=kept, **options)
        if kept is None:
            page.fill("[name=username]", username)
            page.fill("[name=password]", PASSWORD)
            page.click("[type=submit]")
            page.wait_for_url("**/admin/")
            house.cookies[username] = page.context.storage_state()
        return page

    return sign_in
