"""Groups as Meta tells of them: who is in them, what became of them, who got our messages; in any order, any number of times (C60)."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.ingest import process
from conversations.models import (
    AccountUpdate,
    Alarm,
    Contact,
    Conversation,
    Event,
    Group,
    GroupJoinRequest,
    GroupParticipant,
)
from tests import makers
from tests.conversations import wire
from tests.desk import Desk

GROUP = "Y2FwaV9ncm91cDox"
BRUNO, CARLA = "393330000002", "393330000003"
Json = dict[str, Any]


def now() -> int:
    return int(clock.now().timestamp())


def told(desk: Desk, field: str, *items: Json, **value: Any) -> AccountUpdate:
    answer = desk.deliver(desk.value(groups=list(items), **value), field=field)
    assert answer.status_code == 200
    process.drain()
    return AccountUpdate.objects.latest("pk")


def item(kind: str, *, ago: int = 0, **more: Any) -> Json:
    return {"timestamp": str(now() - ago), "group_id": GROUP, "type": kind, **more}


def created(**more: Any) -> Json:
    names = {
        "subject": "Gita in barca",
        "invite_link": "https://chat.whatsapp.com/x",
        "join_approval_mode": "auto_approve",
    }
    return item("group_create", ago=100, **{**names, **more})


def joins(*numbers: str, ago: int = 0) -> Json:
    return item(
        "group_participants_add", ago=ago, reason="invite_link", added_participants=[{"wa_id": one} for one in numbers]
    )


def leaves(number: str, by: str = "participant", ago: int = 0, **more: Any) -> Json:
    return item("group_participants_remove", ago=ago, initiated_by=by, removed_participants=[{"input": number}], **more)


def present() -> set[str]:
    rows = GroupParticipant.objects.present().select_related("contact")
    return {row.contact.identities.get().value for row in rows}


def group() -> Group:
    return Group.objects.get()


# --- the group itself ------------------------------------------------------------------------------------------------------


def test_a_group_appears_with_its_names_and_people(desk: Desk) -> None:
    value = created(
        request_id="784D", description="Sabato", added_participants=[{"input": 393330000002, "wa_id": 393330000002}]
    )
    row = told(desk, "group_lifecycle_update", value)
    assert (group().subject, group().description, group().status) == ("Gita in barca", "Sabato", "active")
    assert (group().approval, group().request_id) == ("auto_approve", "784D")
    assert present() == {BRUNO}
    assert (row.outcome, row.event) == ("applied", "group_create")
    assert BRUNO not in str(row.data)
    assert list(Event.objects.filter(kind__startswith="group.").values_list("kind", "data__what")) == [
        ("group.changed", "created"),
        ("group.joined", None),
    ]


def test_a_requested_group_is_found_by_its_request(desk: Desk) -> None:
    asked_for = Group.objects.create(
        channel=desk.channel, request_id="R1", status="requested", subject="Gita", created_at=clock.now()
    )
    told(desk, "group_lifecycle_update", created(request_id="R1"))
    asked_for.refresh_from_db()
    assert (asked_for.group_id, asked_for.status) == (GROUP, "active")
    assert Group.objects.count() == 1


def test_a_message_may_be_faster_than_the_answer_to_the_request(desk: Desk) -> None:
    Group.objects.create(channel=desk.channel, request_id="R1", status="requested", created_at=clock.now())
    desk.deliver_messages([wire.message(group_id=GROUP, at=now())], [wire.contact()])
    told(desk, "group_lifecycle_update", created(request_id="R1"))
    assert (group().group_id, group().request_id, group().subject) == (GROUP, "R1", "Gita in barca")


def test_a_group_that_could_not_be_created_says_why(desk: Desk) -> None:
    Group.objects.create(channel=desk.channel, request_id="R1", status="requested", created_at=clock.now())
    refused = {"timestamp": str(now()), "type": "group_create", "request_id": "R1", "errors": [{"code": 131215}]}
    row = told(desk, "group_lifecycle_update", refused)
    assert (group().status, group().problem) == ("failed", "131215")
    assert row.news[0]["code"] == "131215"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_settings_in_any_order_end_in_the_latest(desk: Desk, order: tuple[int, ...]) -> None:
    first = item("group_settings_update", ago=30, group_subject={"text": "Gita 1", "update_successful": True})
    picture = {"mime_type": "image/jpeg", "sha256": "a" * 44, "update_successful": True}
    second = item(
        "group_settings_update",
        ago=20,
        group_subject={"text": "Gita 2", "update_successful": True},
        profile_picture=picture,
    )
    steps = [("group_lifecycle_update", created()), ("group_settings_update", first), ("group_settings_update", second)]
    for number in order:
        field, one = steps[number]
        told(desk, field, one)
    assert (group().subject, group().picture_sha256, group().status) == ("Gita 2", "a" * 44, "active")


def test_a_setting_that_was_refused_stays_and_says_why(desk: Desk) -> None:
    told(desk, "group_lifecycle_update", created())
    refused = {"text": "No", "update_successful": False, "errors": [{"code": 131207}]}
    told(desk, "group_settings_update", item("group_settings_update", group_subject=refused))
    assert (group().subject, group().problem) == ("Gita in barca", "131207")


def test_deleted_suspended_and_free_again(desk: Desk) -> None:
    told(desk, "group_lifecycle_update", created())
    told(desk, "group_status_update", item("group_suspend", ago=30))
    assert group().is_suspended
    assert Alarm.objects.filter(code="group_suspended", cleared_at__isnull=True).count() == 1
    told(desk, "group_status_update", item("group_suspend_cleared", ago=20))
    told(desk, "group_status_update", item("group_suspend", ago=25))  # late
    assert not group().is_suspended
    assert not Alarm.objects.filter(cleared_at__isnull=True).exists()
    told(desk, "group_lifecycle_update", item("group_delete"))
    assert group().status == "deleted"
    told(desk, "group_lifecycle_update", created())  # Meta repeats
    assert group().status == "deleted"


# --- who is in it ----------------------------------------------------------------------------------------------------------


def test_joining_and_leaving_in_any_order(desk: Desk) -> None:
    """Every order of the same four webhooks ends with the same people."""
    steps = [joins(BRUNO, ago=40), leaves(BRUNO, ago=30), joins(BRUNO, ago=20), joins(CARLA, ago=35)]
    for order in random.Random(7).sample(list(itertools.permutations(steps)), 6):
        GroupParticipant.objects.all().delete()
        AccountUpdate.objects.all().delete()
        for one in order:
            told(desk, "group_participants_update", one)
        assert present() == {BRUNO, CARLA}
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("by", ["business", "participant"])
@pytest.mark.parametrize("beside", [True, False])
def test_who_sent_somebody_away(desk: Desk, by: str, beside: bool) -> None:
    told(desk, "group_participants_update", joins(BRUNO, CARLA, ago=10))
    one = leaves(BRUNO, by)
    if beside:  # Meta's samples put it beside the groups
        del one["initiated_by"]
        told(desk, "group_participants_update", one, initiated_by=by)
    else:
        told(desk, "group_participants_update", one)
    assert present() == {CARLA}
    assert GroupParticipant.objects.get(left_at__isnull=False).left_by == by
    assert Event.objects.get(kind="group.left").data["how"] == by


def test_whom_it_could_not_remove_stays(desk: Desk) -> None:
    told(desk, "group_participants_update", joins(BRUNO, CARLA, ago=10))
    failed = [{"input": CARLA, "errors": [{"code": 131204, "message": "No"}]}]
    row = told(desk, "group_participants_update", leaves(BRUNO, "business", failed_participants=failed))
    assert present() == {CARLA}
    assert (row.news[0]["failed"], row.news[0]["code"]) == (1, "131204")
    assert CARLA not in str(row.data)


def asks(request: str = "J1", ago: int = 0, kind: str = "created", **who: Any) -> Json:
    return item(f"group_join_request_{kind}", ago=ago, join_request_id=request, **(who or {"wa_id": BRUNO}))


def test_somebody_asks_to_join_and_joins(desk: Desk) -> None:
    told(desk, "group_participants_update", asks(ago=20, user_id="IT.77", username="@bruno"))
    row = GroupJoinRequest.objects.get()
    assert (row.state, row.contact.username, row.contact.identities.get().value) == ("open", "bruno", "IT.77")
    told(
        desk,
        "group_participants_update",
        item("group_participants_add", ago=10, added_participants=[{"user_id": "IT.77"}]),
    )
    row.refresh_from_db()
    assert row.state == "joined"
    assert Event.objects.filter(kind="group.asked").count() == 1


@pytest.mark.parametrize("turned", [True, False])
def test_a_wish_to_join_that_is_taken_back(desk: Desk, turned: bool) -> None:
    steps = [asks(ago=20), asks(ago=10, kind="revoked")]
    for one in reversed(steps) if turned else steps:
        told(desk, "group_participants_update", one)
    row = GroupJoinRequest.objects.get()
    assert (row.state, row.ended_at is not None) == ("revoked", True)


def test_whoever_writes_is_in_the_group(desk: Desk) -> None:
    desk.deliver_messages([wire.message(group_id=GROUP, at=now() - 30)], [wire.contact()])
    process.drain()
    assert present() == {wire.ASHA}
    told(desk, "group_participants_update", leaves(wire.ASHA, ago=20))
    desk.deliver_messages([wire.message(group_id=GROUP, at=now() - 25)], [wire.contact()])  # late
    process.drain()
    assert present() == set()
    desk.deliver_messages([wire.message(group_id=GROUP, at=now())], [wire.contact()])
    process.drain()
    assert present() == {wire.ASHA}


def test_a_participants_message_opens_the_window_for_the_whole_group(desk: Desk) -> None:
    told(desk, "group_participants_update", joins(BRUNO, ago=10))
    desk.deliver_messages([wire.message(group_id=GROUP, at=now())], [wire.contact()])
    process.drain()
    conversation = Conversation.objects.get()
    assert (conversation.contact, conversation.group) == (None, group())
    assert conversation.window_state == "open"


def test_one_broken_item_does_not_take_the_others_with_it(desk: Desk) -> None:
    told(
        desk,
        "group_participants_update",
        {"type": "group_participants_add"},
        joins(BRUNO),
        {"timestamp": "x", "group_id": "y"},
    )
    assert present() == {BRUNO}
    assert AccountUpdate.objects.filter(event="not_understood").count() == 2


def test_fifty_groups_cost_what_one_costs(desk: Desk) -> None:
    costs = []
    for count in (1, 50):
        items = [
            {**joins(f"39336000{n:04}"), "group_id": f"g{count}.{n}", "timestamp": str(now() - 5)} for n in range(count)
        ]
        desk.deliver(desk.value(groups=items), field="group_participants_update")
        with CaptureQueriesContext(connection) as queries:
            process.process_batch()
        costs.append(len(queries))
    assert costs[1] <= costs[0] + 2
    assert GroupParticipant.objects.count() == 51


# --- where people see it ------------------------------------------------------------------------------------------------------


def test_admin_shows_groups_read_only(desk: Desk, client: Client) -> None:
    told(desk, "group_lifecycle_update", created())
    told(desk, "group_participants_update", joins(BRUNO), asks(wa_id=CARLA))
    boss: User = makers.make_person("capo", "Administrator", is_superuser=True)
    client.force_login(boss)
    page = client.get("/admin/conversations/group/").content.decode()
    assert "Gita in barca" in page
    page = client.get(f"/admin/conversations/group/{group().pk}/change/").content.decode()
    assert "https://chat.whatsapp.com/x" in page
    assert "In the group" in page
    assert "Waits" in page
    assert 'name="_save"' not in page
