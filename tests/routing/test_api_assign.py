"""Assigning by hand through the API: who may, to whom, and what it answers (D7, R40)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from conversations.models import Conversation
from tests import makers
from tests.conversations.cast import Cast, api, code_of, make_cast

pytestmark = pytest.mark.django_db


def assign(by: User | None, talk: Conversation, **body: Any) -> Any:
    return api(by).post(f"/api/v1/conversations/{talk.pk}/assign/", body)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.parametrize(
    ("role", "status"), [("Administrator", 200), ("Editor", 200), ("Agent", 200), ("Analyst", 403)]
)
def test_roles_at_the_door(cast: Cast, role: str, status: int) -> None:
    assert assign(cast.of_role(role), cast.talk, assignee=cast.ben.pk).status_code == status


def test_strangers_and_tokens_without_the_scope(cast: Cast) -> None:
    url = f"/api/v1/conversations/{cast.talk.pk}/assign/"
    assert api(None).post(url, {"assignee": cast.ben.pk}).status_code == 401
    assert api(cast.admin, scopes=("read",)).post(url, {"assignee": cast.ben.pk}).status_code == 403


def test_to_a_colleague_with_the_reason(cast: Cast) -> None:
    answer = assign(cast.carla, cast.talk, assignee=cast.ben.pk)
    assert answer.status_code == 200
    assert answer.json()["assignee"]["id"] == cast.ben.pk
    cast.talk.refresh_from_db()
    assert (cast.talk.assignee, cast.talk.department, cast.talk.reason_code) == (cast.ben, cast.returns, "by_hand")


def test_to_another_department_that_the_giver_does_not_see(cast: Cast) -> None:
    answer = assign(cast.ben, cast.talk, department=cast.orders.pk)
    assert answer.status_code == 200
    assert answer.json()["department"]["id"] == cast.orders.pk
    assert answer.json()["assignee"] is None
    assert code_of(assign(cast.ben, cast.talk, department=cast.returns.pk)) == (404, "not_found")


def test_back_to_the_pool(cast: Cast) -> None:
    assign(cast.ben, cast.talk, assignee=cast.ben.pk)
    assert assign(cast.ben, cast.talk, assignee=None).status_code == 200
    cast.talk.refresh_from_db()
    assert (cast.talk.assignee, cast.talk.reason_code) == (None, "released")


def test_refusals(cast: Cast) -> None:
    assert code_of(assign(cast.ben, cast.talk)) == (400, "invalid")
    assert code_of(assign(cast.ben, cast.talk, assignee=cast.dan.pk)) == (400, "invalid")
    assert code_of(assign(cast.ben, cast.talk, assignee=cast.analyst.pk)) == (400, "invalid")
    assert code_of(assign(cast.ben, cast.talk, department=10**30)) == (400, "invalid")
    assert code_of(assign(cast.ben, cast.talk, department=[1])) == (400, "invalid")
    assert code_of(assign(cast.dan, cast.talk, assignee=cast.dan.pk)) == (404, "not_found")
    assign(cast.carla, cast.talk, assignee=cast.carla.pk)
    assert code_of(assign(cast.ben, cast.talk, assignee=cast.ben.pk)) == (403, "not_yours")


def test_not_when_it_is_resolved(cast: Cast) -> None:
    closed = makers.make_conversation(
        cast.channel, cast.asha, department=cast.returns, status=Conversation.Status.RESOLVED
    )
    assert code_of(assign(cast.carla, closed, assignee=cast.ben.pk)) == (409, "conversation_closed")
