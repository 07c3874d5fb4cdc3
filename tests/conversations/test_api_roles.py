"""Every role at every endpoint of this floor (R40). An endpoint that is not in the table fails the test."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.urls import resolve

from tests.conversations.cast import api, make_cast

pytestmark = pytest.mark.django_db

EVERYBODY, DESK, ANALYST_TOO, NOBODY = "AEGN", "AEG", "AEGN", ""
READ, ANSWER = DESK, DESK

# "method path" -> the roles that get past the door: A(dministrator) E(ditor) G (agent) N (analyst).
TABLE: dict[str, str] = {
    "get /me/": EVERYBODY,
    "patch /me/": EVERYBODY,
    "get /costs/": "AEN",
    "get /conversations/": READ,
    "get /conversations/{id}/": READ,
    "post /conversations/{id}/resolve/": ANSWER,
    "post /conversations/{id}/reopen/": ANSWER,
    "post /conversations/{id}/pending/": ANSWER,
    "post /conversations/{id}/snooze/": ANSWER,
    "post /conversations/{id}/open/": ANSWER,
    "post /conversations/{id}/read/": ANSWER,
    "post /conversations/{id}/typing/": ANSWER,
    "get /products/": READ,
    "post /conversations/{id}/priority/": ANSWER,
    "post /conversations/{id}/hand_over/": ANSWER,
    "post /conversations/{id}/keep-alive/": ANSWER,
    "get /conversations/{conversation}/messages/": READ,
    "post /conversations/{conversation}/messages/": ANSWER,
    "post /conversations/{conversation}/uploads/": ANSWER,
    "get /conversations/{conversation}/notes/": READ,
    "post /conversations/{conversation}/notes/": DESK,
    "get /conversations/{conversation}/verdict/": READ,
    "get /messages/": READ,
    "get /messages/{id}/": READ,
    "get /messages/{id}/attempts/": READ,
    "post /messages/{id}/retry/": ANSWER,
    "post /messages/{id}/release/": "AE",  # and agents who supervise the conversation
    "post /messages/{id}/cancel/": ANSWER,
    "get /contacts/": READ,
    "get /contacts/{id}/": READ,
    "patch /contacts/{id}/": DESK,
    "get /departments/": ANALYST_TOO,
    "get /departments/{id}/": ANALYST_TOO,
    "get /agents/": ANALYST_TOO,
    "get /agents/{id}/": ANALYST_TOO,
    "get /channels/": ANALYST_TOO,
    "get /channels/{id}/": ANALYST_TOO,
    "get /channels/{id}/traffic/": ANALYST_TOO,
    "get /tags/": ANALYST_TOO,
    "get /tags/{id}/": ANALYST_TOO,
    "get /templates/": READ,
    "get /templates/{id}/": READ,
    "post /templates/{id}/preview/": READ,
}
ROLES = {"A": "Administrator", "E": "Editor", "G": "Agent", "N": "Analyst"}


def description() -> dict[str, Any]:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    found: dict[str, Any] = yaml.safe_load(out.getvalue())
    return found


def endpoints() -> list[str]:
    """Of this floor: the others keep tables of their own."""
    found: list[str] = []
    for path, operations in description()["paths"].items():
        view = resolve(re.sub(r"\{[^}]+\}", "1", path)).func
        module = getattr(view, "cls", getattr(view, "view_class", view)).__module__
        if module.startswith("conversations."):
            found.extend(f"{method} {path.removeprefix('/api/v1')}" for method in operations)
    return found


def test_the_description_is_valid_and_every_endpoint_is_in_the_table() -> None:
    assert sorted(endpoints()) == sorted(TABLE)


def test_roles_at_the_doors() -> None:
    cast = make_cast()
    wrong = []
    for endpoint, allowed in TABLE.items():
        method, path = endpoint.split()
        owner = {"messages": cast.hello.pk, "conversations": cast.talk.pk, "contacts": cast.talk.contact_id}
        number = owner.get(path.split("/")[1], 1)
        url = "/api/v1" + re.sub(r"\{[^}]+\}", str(number), path)
        for letter, role in ROLES.items():
            answer = getattr(api(cast.of_role(role)), method)(url, {})
            if (answer.status_code != 403) != (letter in allowed):
                wrong.append(f"{endpoint} as {role}: {answer.status_code}")
        strangers = (api(None), api(cast.admin, scopes=("orders",)))
        answers = {getattr(client, method)(url, {}).status_code for client in strangers}
        if answers - {401, 403}:
            wrong.append(f"{endpoint} without a fitting token: {answers}")
    assert wrong == []
