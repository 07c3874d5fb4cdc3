"""Everybody signs in at one door and lands on a page of theirs (R40)."""

from __future__ import annotations

import pytest
from django.test import Client

from conversations.access.roles import sync_roles
from tests import makers
from tests.conversations.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
PASSWORD = "una-parola-lunga"


@pytest.fixture
def cast() -> Cast:
    sync_roles()
    made = make_cast()
    for person in (made.admin, made.ben):
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return made


def sign_in(username: str, password: str = PASSWORD, after: str = "") -> tuple[Client, list[tuple[str, int]], str]:
    """The client, where it was sent, and the last page."""
    client = Client(enforce_csrf_checks=True)
    form = client.get("/login/")
    assert "script-src 'self';" in form.headers["Content-Security-Policy"]
    token = client.cookies["csrftoken"].value
    sent = {"username": username, "password": password, "next": after, "csrfmiddlewaretoken": token}
    answer = client.post("/login/", sent, follow=True)
    return client, answer.redirect_chain, answer.content.decode()


def test_an_agent_lands_on_the_pages_of_the_api(cast: Cast) -> None:
    client, chain, page = sign_in("ben")
    assert chain == [("/", 302), ("/api/docs/", 302)]
    assert "ben" in page
    assert client.get("/api/v1/me/").status_code == 200


def test_staff_land_in_admin(cast: Cast) -> None:
    assert sign_in("elena")[1] == [("/", 302), ("/admin/", 302)]


def test_a_wrong_password_says_so_and_a_stranger_s_address_is_not_followed(cast: Cast) -> None:
    _client, chain, page = sign_in("ben", "falsa")
    assert chain == []
    assert 'role="alert"' in page
    assert sign_in("ben", after="https://example.org/")[1][0] == ("/", 302)


def test_pages_ask_to_sign_in_and_lead_back() -> None:
    assert Client().get("/").headers["Location"] == "/login/?next=/"
    assert Client().get("/api/docs/").headers["Location"] == "/login/?next=/api/docs/"
    assert Client().get("/api/schema/").status_code == 401
    assert Client().get("/admin/").headers["Location"].startswith("/admin/login/")


def test_signing_out(cast: Cast) -> None:
    client = Client()
    client.force_login(makers.make_person("zoe", "Agent"))
    assert client.get("/login/").headers["Location"] == "/"
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/api/v1/me/").status_code == 401
