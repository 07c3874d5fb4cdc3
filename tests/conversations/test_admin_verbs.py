"""What staff do in admin goes through actions, keeps history, and shows no secret (C1, C11, D18, O4)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from conversations import clock, sweeps
from conversations.access.roles import sync_roles
from conversations.actions import channels
from conversations.actor import Actor
from conversations.models import (
    Alarm,
    ApiToken,
    Attachment,
    Channel,
    Contact,
    Conversation,
    Delivery,
    Event,
    Halt,
    ParkedStep,
    Stamp,
    Tag,
    Template,
)
from tests import makers
from tests.conversations.cast import Cast, api, make_cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    sync_roles()
    return make_cast()


def filled(client: Client, url: str) -> dict[str, Any]:
    """What a browser would send back from this form unchanged, with whatever floors above hang on the page left out."""
    context = client.get(url).context
    form = context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    sent = {name: "" if value is None else value for name, value in values.items() if value is not False}
    for one in context["inline_admin_formsets"]:
        sent |= {f"{one.formset.prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    return sent


def test_a_secret_is_replaced_and_never_shown(cast: Cast) -> None:
    client, row = signed_in(cast.admin), cast.channel
    url = reverse("admin:conversations_channel_change", args=[row.pk])
    page = client.get(url).content.decode()
    assert row.access_token not in page
    assert "Set on" in page
    sent = {**filled(client, url), "new_access_token": "EAAnew", "name": "Tramontana negozio"}
    assert client.post(url, sent).status_code == 302, client.post(url, sent).context["adminform"].form.errors
    fresh = Channel.objects.get(pk=row.pk)
    assert (fresh.access_token, fresh.app_secret) == ("EAAnew", row.app_secret)
    assert fresh.history.first().history_change_reason == "access_token"
    assert "EAAnew" not in client.get(url).content.decode()
    assert Stamp.objects.get(name="channels").version >= 1


def test_other_closing_hours_hold_from_the_next_round_on(cast: Cast) -> None:
    client, row = signed_in(cast.admin), cast.channel
    url = reverse("admin:conversations_channel_change", args=[row.pk])
    with clock.travel(clock.now() + timedelta(hours=20)):
        sweeps.check_windows()
        assert Conversation.objects.get().window_state == "open"
        assert client.post(url, {**filled(client, url), "closing_hours": "6"}).status_code == 302
        sweeps.check_windows()
        assert Conversation.objects.get().window_state == "closing"


def test_a_channel_keeps_conversations_open_with_a_template_of_its_own(cast: Cast) -> None:
    client, row = signed_in(cast.admin), cast.channel
    url = reverse("admin:conversations_channel_change", args=[row.pk])
    own = Template.objects.create(channel=row, name="ancora_qui", language="it", status="APPROVED")
    foreign = Template.objects.create(channel=makers.make_channel(), name="ancora_qui", language="it")
    refused = client.post(url, {**filled(client, url), "keep_alive_template": str(foreign.pk)})
    assert "Choose a template of this number." in refused.content.decode()
    assert client.post(url, {**filled(client, url), "keep_alive_template": str(own.pk)}).status_code == 302
    assert Channel.objects.get(pk=row.pk).keep_alive_template == own


def test_a_channel_is_not_pointed_into_our_own_network(cast: Cast, settings: Settings) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = False
    client, row = signed_in(cast.admin), cast.channel
    url = reverse("admin:conversations_channel_change", args=[row.pk])
    page = client.post(url, {**filled(client, url), "backup_base_url": "https://127.0.0.1/graph"})
    assert "not on the public internet" in page.content.decode()
    row.refresh_from_db()
    assert row.backup_base_url == ""


@pytest.mark.parametrize(("status", "told"), [("active", 1), ("offline", 0)])
def test_a_stopped_channel_that_staff_switch_leaves_its_trouble_behind(cast: Cast, status: str, told: int) -> None:
    client, row = signed_in(cast.admin), cast.channel
    channels.stop(channel=row, by=Actor.system("delivery"), code="190")
    url = reverse("admin:conversations_channel_change", args=[row.pk])
    assert client.post(url, {**filled(client, url), "status": status}).status_code == 302
    fresh = Channel.objects.get(pk=row.pk)
    assert (fresh.status, fresh.status_code) == (status, "")
    assert not Alarm.objects.filter(cleared_at__isnull=True).exists()
    assert Event.objects.filter(kind="channel.started").count() == told


@pytest.mark.parametrize(("code", "status"), [("190", "active"), ("131005", "active"), ("131042", "stopped")])
def test_a_new_token_starts_the_number_that_stopped_for_want_of_one(cast: Cast, code: str, status: str) -> None:
    client, row = signed_in(cast.admin), cast.channel
    channels.stop(channel=row, by=Actor.system("delivery"), code=code)
    url = reverse("admin:conversations_channel_change", args=[row.pk])
    assert client.post(url, {**filled(client, url), "new_access_token": "EAAnew"}).status_code == 302
    fresh = Channel.objects.get(pk=row.pk)
    assert (fresh.status, fresh.access_token) == (status, "EAAnew")
    assert Alarm.objects.filter(cleared_at__isnull=True).exists() is (status == "stopped")


def test_starting_an_active_channel_clears_what_is_left_of_an_old_trouble(cast: Cast) -> None:
    channels.stop(channel=cast.channel, by=Actor.system("delivery"), code="190")
    Channel.objects.update(status="active")
    assert not channels.start(channel=cast.channel, by=Actor.person(cast.admin))
    assert Channel.objects.get().status_code == ""
    assert not Alarm.objects.filter(cleared_at__isnull=True).exists()


def test_a_new_channel_takes_its_secrets(cast: Cast) -> None:
    client, url = signed_in(cast.admin), reverse("admin:conversations_channel_add")
    sent = {
        **filled(client, url),
        "name": "Ingrosso",
        "portfolio": cast.channel.portfolio_id,
        "phone_number_id": "777",
        "new_access_token": "t",
        "new_app_secret": "s",
        "new_verify_token": "v",
    }
    assert client.post(url, sent).status_code == 302
    fresh = Channel.objects.get(name="Ingrosso")
    assert (fresh.access_token, fresh.app_secret, fresh.verify_token) == ("t", "s", "v")


def test_a_parked_delivery_is_replayed_by_those_who_operate(cast: Cast) -> None:
    now = clock.machine_now()
    row = Delivery.objects.create(body=b"{}", received_at=now, due_at=now, status="parked", tries=8, problem="KeyError")
    url = reverse("admin:conversations_delivery_do", args=[row.pk, "replay"])
    assert signed_in(cast.editor).post(url).status_code == 404
    assert signed_in(cast.admin).get(url).status_code == 405
    assert signed_in(cast.admin).post(url).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.tries, row.problem) == ("received", 0, "")
    assert signed_in(cast.admin).post(url).status_code == 404  # nothing to replay any more


def test_parked_deliveries_are_found_and_replayed_together(cast: Cast) -> None:
    now = clock.machine_now()
    rows = [Delivery.objects.create(body=b"{}", received_at=now, due_at=now, status="parked") for _number in range(2)]
    url = reverse("admin:conversations_delivery_changelist")
    client = signed_in(cast.admin)
    assert client.get(url + "?status__exact=parked").status_code == 200
    client.post(url, {"action": "replay_selected", "_selected_action": [row.pk for row in rows]})
    assert Delivery.objects.filter(status="received").count() == 2


def test_a_parked_step_is_not_run_when_somebody_has_answered(cast: Cast) -> None:
    row = ParkedStep.objects.create(
        message=cast.hello, step="routing.pipeline.route", problem="x", parked_at=clock.machine_now()
    )
    makers.make_outbound(cast.talk, sender_user=cast.ben)
    url = reverse("admin:conversations_parkedstep_do", args=[row.pk, "replay"])
    response = signed_in(cast.admin).post(url, follow=True)
    assert "Nothing was done" in response.content.decode()


def test_a_message_is_taken_back(cast: Cast) -> None:
    row = makers.make_outbound(cast.talk, status="queued", wamid=None)
    url = reverse("admin:conversations_message_do", args=[row.pk, "cancel"])
    assert signed_in(cast.editor).post(url).status_code == 302
    row.refresh_from_db()
    assert row.status == "cancelled"


def test_a_lost_file_is_fetched_again(cast: Cast) -> None:
    row = Attachment.objects.create(message=cast.hello, status="lost", tries=9, problem="HTTP 404")
    url = reverse("admin:conversations_attachment_do", args=[row.pk, "fetch_again"])
    assert signed_in(cast.admin).post(url).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.problem) == ("pending", "")
    assert signed_in(cast.admin).post(url).status_code == 404  # it is being fetched already


def test_the_kill_switch_notes_who_and_when_and_is_lifted(cast: Cast) -> None:
    client = signed_in(cast.admin)
    sent = {"scope": "all", "reason": "crisis", "key": "", "remark": "Sciopero", "ends_at_0": "", "ends_at_1": ""}
    assert client.post(reverse("admin:conversations_halt_add"), sent).status_code == 302
    row = Halt.objects.get()
    assert row.by == cast.admin
    assert Halt.objects.standing(clock.now()).exists()
    client.post(reverse("admin:conversations_halt_do", args=[row.pk, "lift"]))
    assert not Halt.objects.standing(clock.now()).exists()
    assert row.history.count() == 2
    wrong = client.post(reverse("admin:conversations_halt_add"), {**sent, "scope": "channel"})
    assert "Choose the channel." in wrong.content.decode()


def test_an_editor_corrects_a_contact_through_the_action(cast: Cast) -> None:
    client, tag = signed_in(cast.editor), Tag.objects.create(name="VIP")
    url = reverse("admin:conversations_contact_change", args=[cast.asha.pk])
    sent = {**filled(client, url), "name": "Asha Bianchi", "language": "it", "tags": [tag.pk]}
    assert client.post(url, sent).status_code == 302
    fresh = Contact.objects.get(pk=cast.asha.pk)
    assert (fresh.name, list(fresh.tags.all())) == ("Asha Bianchi", [tag])
    assert Event.objects.get(kind="contact.changed").data == {"fields": ["language", "name", "tags"]}


def test_a_token_that_has_ended_already_is_refused(cast: Cast) -> None:
    past = {"expires_at_0": "2001-01-01", "expires_at_1": "00:00"}
    sent = {"user": cast.ben.pk, "name": "Till", "scopes": ["read"], **past}
    page = signed_in(cast.admin).post(reverse("admin:conversations_apitoken_add"), sent)
    assert "has passed" in page.content.decode()
    assert not ApiToken.objects.exists()


def test_a_token_is_shown_once(cast: Cast) -> None:
    client = signed_in(cast.admin)
    sent = {"user": cast.ben.pk, "name": "Till", "scopes": ["read"], "expires_at_0": "", "expires_at_1": ""}
    page = client.post(reverse("admin:conversations_apitoken_add"), sent, follow=True).content.decode()
    found = re.search(r"desk-key\">([0-9a-f]{40})<", page)
    assert found is not None
    assert ApiToken.objects.count() == 1
    integration = api(None)
    integration.credentials(HTTP_AUTHORIZATION=f"Token {found.group(1)}")
    assert integration.get("/api/v1/me/").json()["username"] == "ben"
    again = client.get(reverse("admin:conversations_apitoken_changelist")).content.decode()
    assert found.group(1) not in again
