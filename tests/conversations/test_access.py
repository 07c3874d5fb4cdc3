"""The permission table, visibility and tokens (R40, D43, O4)."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from conversations import clock
from conversations.access.roles import TABLE, Can, Role, allows, sync_roles
from conversations.access.tokens import digest, issue
from conversations.access.visibility import may_answer, visible_conversations
from conversations.models import ApiToken, Conversation
from tests import makers
from tests.conversations.cast import Cast, api, code_of, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_every_permission_is_in_the_table() -> None:
    assert set(TABLE) == set(Can)


def test_analysts_see_reports_and_costs_only(cast: Cast) -> None:
    assert {what for what in Can if allows(cast.analyst, what)} == {
        Can.COST_SEE,
        Can.DIRECTORY_SEE,
        Can.REPORT_SEE,
        Can.REPORT_BUILD,
    }


def test_editors_delete_nothing_in_admin() -> None:
    sync_roles()
    verbs = set(Group.objects.get(name=Role.EDITOR).permissions.values_list("codename", flat=True))
    assert not [verb for verb in verbs if verb.startswith("delete")]
    assert "change_contact" in verbs
    assert "change_channel" not in verbs
    assert "view_historicalchannel" in verbs


def test_visibility(cast: Cast) -> None:
    theirs = makers.make_conversation(cast.channel, department=cast.returns, assignee=cast.carla)
    unrouted = makers.make_conversation(cast.channel)

    def sees(user: object) -> set[int]:
        return set(visible_conversations(user).values_list("pk", flat=True))

    assert sees(cast.ben) == {cast.talk.pk, theirs.pk}
    cast.returns.shares_conversations = False
    cast.returns.save(update_fields=["shares_conversations"])
    assert sees(cast.ben) == {cast.talk.pk}
    Conversation.objects.filter(pk=theirs.pk).update(assignee=cast.ben)
    assert sees(cast.carla) == {cast.talk.pk, theirs.pk}
    assert sees(cast.dan) == set()
    assert sees(cast.editor) == {cast.talk.pk, theirs.pk, unrouted.pk}
    assert not may_answer(cast.ben, unrouted)
    assert may_answer(cast.editor, unrouted)


def test_a_token_is_kept_as_a_hash_and_ends(cast: Cast) -> None:
    key = issue(user=cast.ben, scopes=["read"], expires_in=timedelta(days=1))
    row = ApiToken.objects.get()
    assert len(key) == 40
    assert row.digest == digest(key)
    assert key not in str(row.__dict__)
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    assert client.get("/api/v1/me/").status_code == 200
    ApiToken.objects.update(expires_at=clock.machine_now() - timedelta(seconds=1))
    assert code_of(client.get("/api/v1/me/")) == (401, "not_signed_in")


def test_the_command_prints_a_key_that_works(cast: Cast) -> None:
    out = StringIO()
    call_command("api_token", "ben", stdout=out)
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=f"Token {out.getvalue().strip()}")
    assert client.patch("/api/v1/me/", {"presence": "away"}).status_code == 200
    with pytest.raises(CommandError):
        call_command("api_token", "nobody")


def test_somebody_who_left_gets_in_nowhere(cast: Cast) -> None:
    client = api(cast.ben)
    cast.ben.is_active = False
    cast.ben.save(update_fields=["is_active"])
    assert client.get("/api/v1/me/").status_code == 401
