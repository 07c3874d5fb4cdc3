"""Below /api/ everything that goes wrong has the API's one shape (law 6); elsewhere it is a page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from conversations.api.conversations import Conversations
from tests.conversations.cast import api, code_of, make_cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v2/messages/", "/api/v1/messages/x/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_below_api_that_is_not_there(client: Client, path: str, method: str) -> None:
    assert code_of(getattr(client, method)(path)) == (404, "not_found")


def test_a_failure_below_api_says_so_in_the_one_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(view: Any) -> None:
        raise RuntimeError("Asha's number")

    client = api(make_cast().ben)
    client.raise_request_exception = False
    monkeypatch.setattr(Conversations, "get_queryset", fails)
    answer = client.get("/api/v1/conversations/")
    assert code_of(answer) == (500, "server_error")
    assert "Asha" not in answer.content.decode()


def test_elsewhere_it_is_a_page(client: Client) -> None:
    answer = client.get("/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
